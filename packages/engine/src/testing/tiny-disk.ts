// A disk that is soon full: a small file system in memory, where the machine lets us have one.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

export type TinyDisk = Readonly<{ path: string; release: () => void }>;

/** Mounts a file system of so many MiB at `path`; `undefined` without the right to do so. */
export function tinyDisk(path: string, sizeMiB: number): TinyDisk | undefined {
  mkdirSync(path);
  const options = ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', path];
  try {
    execFileSync('/bin/mount', options, { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  // Lazily: after a failed test a file may still be open.
  return { path, release: () => execFileSync('/bin/umount', ['-l', path]) };
}
