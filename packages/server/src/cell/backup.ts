// A copy of a data folder, each database as one consistent file, made durable before it is named.

import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { BackupData } from '../cli/backup.ts';

/** Files that belong to a running process, or are a part of a database beside them. */
const LEFT_OUT = /(?:-wal|-shm|-journal)$|^holdfast\.lock/;
const DATABASE = /\.db$/;
/** Pages that are copied between two words about progress. */
const PAGES_PER_STEP = 2_048;

/**
 * Copies everything in `dataDir` to `toDir`. For each cell the state is copied before the journal,
 * so that the journal always reaches as far as the state does.
 */
export const backupData: BackupData = async ({ dataDir, toDir, onProgress }) => {
  const files = filesBelow(dataDir).sort(stateFirst);
  let bytes = 0;
  for (const [index, file] of files.entries()) {
    const name = relative(dataDir, file);
    const target = join(toDir, name);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    if (DATABASE.test(name)) await copyDatabase(file, target);
    else copyFileSync(file, target);
    flush(target);
    flush(dirname(target));
    bytes += statSync(target).size;
    onProgress('copying files', index + 1, files.length, undefined);
  }
  return { files: files.length, bytes };
};

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !LEFT_OUT.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function stateFirst(left: string, right: string): number {
  const rank = (file: string): number => (file.endsWith('state.db') ? 0 : 1);
  return rank(left) - rank(right) || left.localeCompare(right);
}

async function copyDatabase(source: string, target: string): Promise<void> {
  const db = new DatabaseSync(source);
  try {
    await backup(db, target, { rate: PAGES_PER_STEP });
  } finally {
    db.close();
  }
}

/** A crash before this leaves a copy that may be incomplete; the source is not touched. */
function flush(path: string): void {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
