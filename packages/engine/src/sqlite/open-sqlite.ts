// One way to open a SQLite file: the settings that durability rests on are set, then read back.

import { DatabaseSync } from 'node:sqlite';

/**
 * Oldest SQLite that is accepted. 3.51.3 repaired the WAL-reset defect, by which a commit could be
 * lost when two connections wrote and checkpointed at the same moment.
 */
const VERSION_MIN = [3, 51, 3] as const;

const SQLITE_FULL = 13;
const SQLITE_IOERR = 10;
/** Another process or thread may hold a file for a moment, as a backup does. */
const BUSY_TIMEOUT_MS = 5_000;

export type OpenSqlite = Readonly<{
  file: string;
  synchronous: 'FULL' | 'NORMAL';
  cacheKiB: number;
  readOnly?: boolean;
}>;

/** SQLite cannot keep the promises made here, so nothing is opened. */
export class SqliteUnfitError extends Error {
  readonly code = 'sqlite-unfit';
}

/** Opens a database in WAL mode. Checkpoints are the caller's: none happens by itself. */
export function openSqlite(options: OpenSqlite): DatabaseSync {
  const { file, synchronous, cacheKiB, readOnly } = options;
  const db = new DatabaseSync(file, { readOnly: readOnly === true, timeout: BUSY_TIMEOUT_MS });
  if (readOnly !== true) db.exec('PRAGMA journal_mode = WAL');
  db.exec(`PRAGMA synchronous = ${synchronous}`);
  db.exec('PRAGMA wal_autocheckpoint = 0');
  db.exec(`PRAGMA cache_size = -${cacheKiB}`);
  const level = synchronous === 'FULL' ? 2 : 1;
  expectPragma(db, 'synchronous', level);
  if (readOnly !== true) expectPragma(db, 'journal_mode', 'wal');
  return db;
}

function expectPragma(db: DatabaseSync, name: string, expected: string | number): void {
  const found = Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  if (found !== expected) {
    throw new SqliteUnfitError(
      `SQLite keeps ${name} at ${String(found)} where ${expected} is needed; nothing was opened. ` +
        'Use a local disk: network file systems often cannot do this.',
    );
  }
}

/** Refuses a SQLite library that is older than a defect this project must not have. */
export function assertSqlite(db: DatabaseSync): void {
  const version = String(Object.values(db.prepare('SELECT sqlite_version()').get() ?? {})[0]);
  const parts = version.split('.').map(Number);
  for (let index = 0; index < VERSION_MIN.length; index += 1) {
    const difference = (parts[index] ?? 0) - (VERSION_MIN[index] ?? 0);
    if (difference > 0) return;
    if (difference < 0) {
      throw new SqliteUnfitError(
        `SQLite ${version} is older than ${VERSION_MIN.join('.')}; nothing was opened. ` +
          'Run with the Node version that the project pins.',
      );
    }
  }
}

/** Whether an error says that the disk is full; SQLite reports a failed write as I/O error too. */
export function isFullError(error: unknown): boolean {
  const { errcode } = error as { errcode?: number };
  return errcode === SQLITE_FULL || (errcode !== undefined && (errcode & 0xff) === SQLITE_IOERR);
}
