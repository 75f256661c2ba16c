// A thread that looks at one uploaded file and ends.

import { open } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { checkContainer } from './container.ts';

const file = await open(String(workerData), 'r');
try {
  parentPort?.postMessage(await checkContainer(file));
} finally {
  await file.close();
}
