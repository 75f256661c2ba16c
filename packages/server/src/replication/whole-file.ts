// Files that are replaced whole: a crash at any moment leaves the old content or the new one.

import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../registrar/sync-folder.ts';

/** On disk (fsync) when it returns; for its owner alone (0600) unless `mode` says otherwise. */
export function writeWhole(file: string, content: string | Uint8Array, mode = 0o600): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.next`;
  const handle = openSync(next, 'w', mode);
  try {
    writeSync(handle, typeof content === 'string' ? Buffer.from(content, 'utf8') : content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  // A crash here means that the content before this one is still there.
  renameSync(next, file);
  syncFolder(dirname(file));
}
