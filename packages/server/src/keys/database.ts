// Opens `keys.db`: for its owner alone, durable at commit, shared between processes.

import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import { KeysError, keysErrorOf } from './keys-error.ts';

/** How long a call waits for another process that is writing. */
const BUSY_TIMEOUT_MS = 5_000;
/** Marks the file as ours, so that another program's database is never written to. */
const APPLICATION_ID = 0x68666b31;
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE keys (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('service', 'operator')),
    name TEXT NOT NULL,
    tenant TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    created_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
  ) STRICT;
`;

/**
 * Opens the file, and makes it where there is none. Throws `KeysError` when the file is foreign,
 * newer than this program, or does not take the settings that durability rests on.
 */
export function openDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    // SQLite gives its -wal and -shm files the mode of the main file, so this covers all three.
    closeSync(openSync(file, 'a', 0o600));
    db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    prepare(db);
    return db;
  } catch (cause) {
    db?.close();
    throw keysErrorOf(cause);
  }
}

function prepare(db: DatabaseSync): void {
  // Looked at before anything is set: switching to WAL would already write to a foreign file.
  if (!isOurs(db)) throw new KeysError('keys-foreign-file');
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  expectPragma(db, 'journal_mode', 'wal');
  expectPragma(db, 'synchronous', 2);
  transaction(db, () => {
    // Asked again inside the transaction: another process may have made the tables meanwhile.
    const version = pragma(db, 'user_version');
    if (version === SCHEMA_VERSION) return;
    if (version !== 0) throw new KeysError('keys-newer-version');
    db.exec(SCHEMA);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

function isOurs(db: DatabaseSync): boolean {
  if (pragma(db, 'application_id') === APPLICATION_ID) return true;
  const row = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get();
  // Two statements, so another process may have finished the set-up in between.
  return row?.['tables'] === 0 || pragma(db, 'application_id') === APPLICATION_ID;
}

function expectPragma(db: DatabaseSync, name: string, expected: string | number): void {
  if (pragma(db, name) !== expected) throw new KeysError('keys-unsafe-settings');
}

function pragma(db: DatabaseSync, name: string): unknown {
  return db.prepare(`PRAGMA ${name}`).get()?.[name];
}
