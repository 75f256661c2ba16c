// The thread that copies a file of balances from another party and hashes it anew.

import { parentPort, workerData } from 'node:worker_threads';
import { copyBalances } from './balance-file.ts';
import type { CopyJob } from './fetch-balances.ts';

const port = parentPort;
if (port === null) throw new Error('balance-copy-worker.ts runs as a worker thread');

const { url, file, place, tree, copyMsMax } = workerData as CopyJob;
const answer = await fetch(url, { signal: AbortSignal.timeout(copyMsMax), redirect: 'error' });
if (!answer.ok || answer.body === null) throw new Error(`the party answers ${answer.status}`);
await copyBalances(answer.body, file, place, tree);
port.postMessage('copied');
port.close();
