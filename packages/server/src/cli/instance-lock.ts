// One Holdfast at a time on a data folder.
//
// The lock is an exclusive transaction on a small SQLite file that stays open: an operating-system
// lock, which goes with the process however it ends, kill -9 and power loss included. So no lock
// can be left behind, and none has to be judged stale. The text file beside it only serves the
// message to the second comer; nothing is decided by it.
//
// The lock file must be opened by nothing else in this process: POSIX drops a process's locks on a
// file when any descriptor of it is closed. Backups therefore leave it out.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const LOCK_FILE = 'holdfast.lock';
export const LOCK_HOLDER_FILE = 'holdfast.lock.json';

const SQLITE_BUSY = 5;

/** Who holds a data folder, as far as it said so itself. */
export type LockHolder = Readonly<{ pid: number; command: string; startedAt: string }>;

export type LockResult = Readonly<
  | { kind: 'held'; release: () => void }
  /** Nothing was changed. The holder is `undefined` while it is still writing its name. */
  | { kind: 'taken'; holder: LockHolder | undefined }
>;

/**
 * Takes the lock of a data folder, which is made where there is none. Does not wait. Throws the
 * error of the file system when the folder cannot be used.
 */
export function lockDataDir(dataDir: string, holder: LockHolder): LockResult {
  // It holds private keys and what people did; nobody else on the machine may look.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const holderFile = join(dataDir, LOCK_HOLDER_FILE);
  const db = new DatabaseSync(join(dataDir, LOCK_FILE), { timeout: 0 });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    writeFileSync(holderFile, `${JSON.stringify(holder)}\n`);
  } catch (cause) {
    db.close();
    if (!isBusy(cause)) throw cause;
    return { kind: 'taken', holder: readHolder(holderFile) };
  }
  return {
    kind: 'held',
    release: () => {
      if (!db.isOpen) return;
      rmSync(holderFile, { force: true });
      db.close();
    },
  };
}

function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY;
}

function readHolder(path: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, command, startedAt } = value as Readonly<Partial<Record<string, unknown>>>;
    if (typeof pid !== 'number' || typeof command !== 'string') return undefined;
    return typeof startedAt === 'string' ? { pid, command, startedAt } : undefined;
  } catch {
    // Missing or half written: the holder is only now starting or stopping.
    return undefined;
  }
}
