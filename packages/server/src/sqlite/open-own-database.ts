// One way to open a SQLite file of ours: for its owner alone, durable at commit, and refused when it
// is another program's, of a newer version, or does not take the settings that promises rest on.

import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';

/** Every file has had one form so far. */
const SCHEMA_VERSION = 1;

/** Why a file is refused; it was left as it is. */
export type Unfit = 'foreign-file' | 'newer-version' | 'unsafe-settings';

export type OwnDatabase = Readonly<{
  file: string;
  /** Marks the file as ours, so that another program's database is never written to. */
  applicationId: number;
  /** Makes the tables of a new file. */
  schema: string;
  /** What files from before it get as well, such as indexes; each statement may be repeated. */
  additions?: string;
  /** How long a call waits for another process that is writing. */
  busyTimeoutMs: number;
  /** Overwrites what is deleted, and holds rows to those that they name. */
  isPersonal?: boolean;
  unfit: (why: Unfit) => Error;
}>;

/**
 * Opens the file, and makes it where there is none; several processes may do so at once. Throws
 * what `unfit` makes of a file that cannot be used, and the errors of SQLite and the file system.
 */
export function openOwnDatabase(options: OwnDatabase): DatabaseSync {
  const { file, busyTimeoutMs, isPersonal = false } = options;
  // SQLite gives its -wal and -shm files the mode of the main file, so this covers all three.
  closeSync(openSync(file, 'a', 0o600));
  const db = new DatabaseSync(file, {
    timeout: busyTimeoutMs,
    enableForeignKeyConstraints: isPersonal,
  });
  try {
    prepare(db, options);
    return db;
  } catch (cause) {
    db.close();
    throw cause;
  }
}

function prepare(db: DatabaseSync, options: OwnDatabase): void {
  const { applicationId, schema, additions, isPersonal = false, unfit } = options;
  // Looked at before anything is set: switching to WAL would already write to a foreign file.
  if (!isOurs(db, applicationId)) throw unfit('foreign-file');
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  if (isPersonal) db.exec('PRAGMA secure_delete = ON');
  const isSafe =
    pragma(db, 'journal_mode') === 'wal' &&
    pragma(db, 'synchronous') === 2 &&
    (!isPersonal || (pragma(db, 'secure_delete') === 1 && pragma(db, 'foreign_keys') === 1));
  if (!isSafe) throw unfit('unsafe-settings');
  transaction(db, () => {
    // Asked inside the transaction: another process may have made the tables meanwhile.
    const version = pragma(db, 'user_version');
    if (version !== 0 && version !== SCHEMA_VERSION) throw unfit('newer-version');
    if (version === 0) {
      db.exec(schema);
      db.exec(`PRAGMA application_id = ${applicationId}`);
      db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    }
    if (additions !== undefined) db.exec(additions);
  });
}

function isOurs(db: DatabaseSync, applicationId: number): boolean {
  if (pragma(db, 'application_id') === applicationId) return true;
  const row = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get();
  // Two statements, so another process may have finished the set-up in between.
  return row?.['tables'] === 0 || pragma(db, 'application_id') === applicationId;
}

function pragma(db: DatabaseSync, name: string): unknown {
  return db.prepare(`PRAGMA ${name}`).get()?.[name];
}
