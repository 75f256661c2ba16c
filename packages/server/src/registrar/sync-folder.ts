// Makes the names in a folder durable, as a file's own sync does only for its content.

import { closeSync, fsyncSync, openSync } from 'node:fs';
import { isSystemError } from './registrar-error.ts';

/** Syncs a folder; does nothing on systems that cannot, as they write names through. */
export function syncFolder(path: string): void {
  let folder: number | undefined;
  try {
    folder = openSync(path, 'r');
    fsyncSync(folder);
  } catch (cause) {
    const isWindows = isSystemError(cause, 'EPERM') || isSystemError(cause, 'EISDIR');
    if (!isWindows) throw cause;
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}
