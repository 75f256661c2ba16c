// Opens `accounts.db`, whose deletions overwrite.

import type { DatabaseSync } from 'node:sqlite';
import { openOwnDatabase } from '../sqlite/open-own-database.ts';
import type { ValueSeal } from '../at-rest/copy-keys.ts';
import { AccountsError, accountsErrorOf } from './accounts-error.ts';
import { addRowFunctions, CHANGE_LOG_SCHEMA } from './change-log-schema.ts';
import { addSealFunctions } from './sealed-columns.ts';

/** Short, because it stops the whole cell; only a reader such as a backup can cause a wait. */
const BUSY_TIMEOUT_MS = 100;
const APPLICATION_ID = 0x68666131;

const SCHEMA = `
  CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    -- Sealed; found again by a keyed hash of the handle.
    handle BLOB NOT NULL,
    handle_index BLOB NOT NULL UNIQUE,
    password_hash BLOB NOT NULL,
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

  -- Also for handles that nobody has, and so by keyed hash: people type passwords into the wrong field.
  CREATE TABLE failures (
    handle_index BLOB NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL,
    last_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX failures_by_age ON failures (last_at_ms);
  CREATE INDEX failures_by_weight ON failures (count, last_at_ms);

  CREATE TABLE deletions (account_id TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

/** What people write beside their accounts; files from before it get it too. */
const WRITINGS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS writings (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    account_id TEXT NOT NULL,
    -- Sealed; what it is about is found again by a keyed hash.
    target BLOB NOT NULL,
    target_index BLOB NOT NULL,
    body BLOB NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS writings_of_account ON writings (account_id, kind, created_at_ms, id);
  CREATE INDEX IF NOT EXISTS writings_by_target ON writings (target_index, kind, created_at_ms, id);
  CREATE INDEX IF NOT EXISTS writings_by_kind ON writings (kind, created_at_ms, id);

  -- How many writings there are of a kind about something, kept in the transaction that writes them.
  CREATE TABLE IF NOT EXISTS tallies (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const ADDITIONS: string = WRITINGS_SCHEMA + CHANGE_LOG_SCHEMA;
/** All tables, for a database that is in memory alone. */
export const ACCOUNT_TABLES: string = SCHEMA + ADDITIONS;

/**
 * Opens the file, and makes it where there is none; the connection can seal and open the columns
 * that are sealed. Throws `AccountsError`.
 */
export function openDatabase(file: string, values: ValueSeal): DatabaseSync {
  try {
    const db = openOwnDatabase({
      file,
      applicationId: APPLICATION_ID,
      schema: SCHEMA,
      additions: ADDITIONS,
      busyTimeoutMs: BUSY_TIMEOUT_MS,
      isPersonal: true,
      unfit: (why) => new AccountsError(`accounts-${why}`),
    });
    addRowFunctions(db);
    addSealFunctions(db, values);
    return db;
  } catch (cause) {
    throw accountsErrorOf(cause);
  }
}

/** Empties the write-ahead log into the file; false when another process holds on to it. */
export function emptyWriteAheadLog(db: DatabaseSync): boolean {
  return db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
}
