// How fast this disk takes a file of a given size, durably, and how large a copy is on it.

import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK_BYTES: number = 4 * 1024 * 1024;

/** Bytes a second of one pass of writing and one fsync; the file is removed again. */
export function writeSpeed(folder: string, bytes: number): number {
  const path = join(folder, 'disk-speed-probe');
  // Not all zeros: some disks and file systems would not write those.
  const block = Buffer.alloc(BLOCK_BYTES, 'holdfast');
  const file = openSync(path, 'w');
  try {
    const startedAtMs = performance.now();
    for (let written = 0; written < bytes; written += BLOCK_BYTES) {
      writeSync(file, block, 0, Math.min(BLOCK_BYTES, bytes - written));
    }
    fsyncSync(file);
    return (bytes * 1_000) / (performance.now() - startedAtMs);
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}

/** Bytes of the rows of a cell, which is what a copy carries. */
export function stateBytes(dataDir: string, cell: string): number {
  return statSync(join(dataDir, 'cells', cell, 'state.db')).size;
}
