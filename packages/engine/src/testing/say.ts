// Words of a process that will be killed: said at once, as what waits in a buffer would be lost.

import { writeSync } from 'node:fs';

/** Writes a line to standard output, and waits while whoever listens has no room. */
export function say(line: string): void {
  let left = Buffer.from(`${line}\n`);
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(1, left));
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
