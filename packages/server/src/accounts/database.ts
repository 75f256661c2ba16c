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
      additions: CHANGE_LOG_SCHEMA,
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
