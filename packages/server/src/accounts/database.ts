// Opens `accounts.db`: for its owner alone, durable at commit, and with deletion that overwrites.

import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import { AccountsError, accountsErrorOf } from './accounts-error.ts';

/** Short, because it stops the whole cell; only a reader such as a backup can cause a wait. */
const BUSY_TIMEOUT_MS = 100;
/** Marks the file as ours, so that another program's database is never written to. */
const APPLICATION_ID = 0x68666131;
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- n grows with every session of an account, so the oldest is found without asking a clock.
  CREATE TABLE sessions (
    n INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    token_hash BLOB NOT NULL UNIQUE,
    created_at_ms INTEGER NOT NULL,
    renewed_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sessions_of_account ON sessions (account_id, n);
  CREATE INDEX sessions_by_end ON sessions (renewed_at_ms);

  -- Also for handles that nobody has, and so by hash: people type passwords into the wrong field.
  CREATE TABLE failures (
    handle_hash BLOB NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL,
    last_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX failures_by_age ON failures (last_at_ms);
  CREATE INDEX failures_by_weight ON failures (count, last_at_ms);

  CREATE TABLE deletions (account_id TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

/**
 * Opens the file, and makes it where there is none. Throws `AccountsError` when the file is
 * foreign, newer than this program, or does not take the settings that the promises rest on.
 */
export function openDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    // SQLite gives its -wal and -shm files the mode of the main file, so this covers all three.
    closeSync(openSync(file, 'a', 0o600));
    db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    prepare(db);
    return db;
  } catch (cause) {
    db?.close();
    throw accountsErrorOf(cause);
  }
}

/** Empties the write-ahead log into the file; false when another process holds on to it. */
export function emptyWriteAheadLog(db: DatabaseSync): boolean {
  return db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
}

function prepare(db: DatabaseSync): void {
  // Looked at before anything is set: switching to WAL would already write to a foreign file.
  if (!isOurs(db)) throw new AccountsError('accounts-foreign-file');
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec('PRAGMA secure_delete = ON');
  expectPragma(db, 'journal_mode', 'wal');
  expectPragma(db, 'synchronous', 2);
  expectPragma(db, 'secure_delete', 1);
  expectPragma(db, 'foreign_keys', 1);
  const version = pragma(db, 'user_version');
  if (version === SCHEMA_VERSION) return;
  if (version !== 0) throw new AccountsError('accounts-newer-version');
  transaction(db, () => {
    db.exec(SCHEMA);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

function isOurs(db: DatabaseSync): boolean {
  if (pragma(db, 'application_id') === APPLICATION_ID) return true;
  return db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'] === 0;
}

function expectPragma(db: DatabaseSync, name: string, expected: string | number): void {
  if (pragma(db, name) !== expected) throw new AccountsError('accounts-unsafe-settings');
}

function pragma(db: DatabaseSync, name: string): unknown {
  return db.prepare(`PRAGMA ${name}`).get()?.[name];
}
