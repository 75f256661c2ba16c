// Looks at uploaded files, each in a thread of its own with bounded time and memory, so that a file
// that is made to do harm stops nothing but the look at it.
//
// Rules: docs/spec/uploads.md (UP24).

import { Worker } from 'node:worker_threads';
import type { Checked } from './container.ts';

/** Looks at a time; others wait. */
const CHECKS_MAX = 2;
const CHECK_MS_MAX = 20_000;
const HEAP_MB_MAX = 192;

export type CheckUpload = (path: string) => Promise<Checked>;

export function uploadChecker(): CheckUpload {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (path) => {
    if (running >= CHECKS_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await checkInThread(path);
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}

/** A thread that fails, or takes too long, has found no video. */
function checkInThread(path: string): Promise<Checked> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./check-worker.ts', import.meta.url), {
      workerData: path,
      // What a parser says of a strange file is nobody's news.
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    const end = (checked: Checked): void => {
      clearTimeout(timer);
      resolve(checked);
      void worker.terminate();
    };
    const refused: Checked = { kind: 'refused', problem: 'not-a-video' };
    const timer = setTimeout(() => end(refused), CHECK_MS_MAX);
    worker.once('message', (checked: Checked) => end(checked));
    worker.once('error', () => end(refused));
    worker.once('exit', () => end(refused));
  });
}
