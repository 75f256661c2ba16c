// The tables of `state.db`, and the settings that both its connections share. Sessions and persons
// are named as `state-names.ts` says.

import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../../sqlite/transaction.ts';
import { assertSqlite, openSqlite } from '../../sqlite/open-sqlite.ts';

/** Page cache of the connection that reads rows for batches. */
const READ_CACHE_KIB = 64 * 1024;
/** Page cache of the connection that stores changes: rows come sorted, so pages pass through. */
const WRITE_CACHE_KIB = 32 * 1024;

const FORMAT_VERSION = 4;
/** Formats that are taken over when a state is opened for writing, and read as they are before. */
const FORMATS_READ: readonly unknown[] = [3, FORMAT_VERSION];

const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  format INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  chain BLOB NOT NULL,
  persons INTEGER NOT NULL,
  videos INTEGER NOT NULL,
  ops INTEGER NOT NULL,
  like_rows INTEGER NOT NULL,
  books TEXT NOT NULL,
  elsewhere TEXT NOT NULL,
  likes_hash BLOB NOT NULL,
  counts_hash BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
  key BLOB PRIMARY KEY,
  started INTEGER NOT NULL,
  highest INTEGER NOT NULL,
  seen_low INTEGER NOT NULL,
  seen_high INTEGER NOT NULL,
  claimed INTEGER NOT NULL,
  caps_day INTEGER NOT NULL,
  caps BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subjects (
  pseudonym BLOB PRIMARY KEY,
  person INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS persons (
  person INTEGER PRIMARY KEY,
  pseudonym BLOB NOT NULL,
  creator_key BLOB NOT NULL,
  erased_at INTEGER NOT NULL,
  caps_day INTEGER NOT NULL,
  caps BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS persons_erased ON persons (erased_at) WHERE erased_at > 0;
CREATE TABLE IF NOT EXISTS videos (
  id TEXT PRIMARY KEY,
  no INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  duration INTEGER NOT NULL,
  creator_key TEXT NOT NULL,
  likes INTEGER NOT NULL CHECK (likes >= 0),
  likes_corrected INTEGER NOT NULL,
  views INTEGER NOT NULL CHECK (views >= 0),
  views_corrected INTEGER NOT NULL,
  starts INTEGER NOT NULL,
  loops INTEGER NOT NULL,
  watch_ms INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  tally BLOB NOT NULL,
  CHECK (likes + likes_corrected >= 0 AND views + views_corrected >= 0)
);
CREATE TABLE IF NOT EXISTS likes (
  key INTEGER PRIMARY KEY,
  at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS uniques (
  key INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS rollups (
  width INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  video INTEGER NOT NULL,
  likes INTEGER NOT NULL,
  views INTEGER NOT NULL,
  starts INTEGER NOT NULL,
  loops INTEGER NOT NULL,
  watch_ms INTEGER NOT NULL,
  PRIMARY KEY (width, minute, video)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS details (
  key INTEGER PRIMARY KEY,
  data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS before_details (
  video INTEGER PRIMARY KEY,
  starts INTEGER NOT NULL,
  views INTEGER NOT NULL,
  loops INTEGER NOT NULL,
  watch_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS corrections (
  video INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  part INTEGER NOT NULL,
  metric TEXT NOT NULL,
  delta INTEGER NOT NULL,
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL,
  from_rows INTEGER NOT NULL,
  PRIMARY KEY (video, seq, part)
) WITHOUT ROWID;`;

/** `format` of the meta row, so that an older program refuses a newer state. */
export const STATE_FORMAT: number = FORMAT_VERSION;

/** Whether this program can read a state of a format. */
export function knowsFormat(format: unknown): boolean {
  return FORMATS_READ.includes(format);
}

/** Whether a state has a table; one that no newer program has written to may lack some. */
export function hasTable(db: DatabaseSync, name: string): boolean {
  const found = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  return found.get(name) !== undefined;
}

/**
 * Format 4 knows what days were made of. A state that was counted without keeps what it had at that
 * moment beside, so that details and books can be compared for ever (C29).
 */
function takeOverOlder(db: DatabaseSync): void {
  if (!hasTable(db, 'counts') || hasTable(db, 'details')) {
    db.exec(SCHEMA);
    return;
  }
  // A crash leaves all of it or none, so that no older program writes behind a newer one's back.
  transaction(db, () => {
    db.exec(SCHEMA);
    db.exec(
      `INSERT INTO before_details
       SELECT no, starts, views, loops, watch_ms FROM counts WHERE starts > 0`,
    );
    db.prepare('UPDATE meta SET format = ?').run(FORMAT_VERSION);
  });
}

/** The connection that stores changes; it makes the tables. */
export function openStateWriter(file: string): DatabaseSync {
  const db = openSqlite({
    file,
    synchronous: 'NORMAL',
    cacheKiB: WRITE_CACHE_KIB,
  });
  assertSqlite(db);
  takeOverOlder(db);
  return db;
}

/** The connection that reads; it changes nothing. */
export function openStateReader(file: string): DatabaseSync {
  const db = openSqlite({
    file,
    synchronous: 'NORMAL',
    cacheKiB: READ_CACHE_KIB,
    readOnly: true,
  });
  assertSqlite(db);
  return db;
}
