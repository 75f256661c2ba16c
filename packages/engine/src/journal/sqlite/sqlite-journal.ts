// The journal on disk: one row a group commit in `journal.db`, through node:sqlite.
//
// WAL with `synchronous=FULL`: a commit returns after the WAL was flushed, so an appended record is
// durable. A torn WAL frame is dropped by SQLite at the next open; it was never acknowledged.
// Checkpoints are left to `checkpoint`, which another thread may run beside the writer.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Epoch, Seq, TimestampMs } from '@holdfast/protocol/ids.ts';
import { CHAIN_START } from '../batch-codec.ts';
import { BODY_BYTES_MAX, JournalError } from '../journal.ts';
import type { Journal, JournalBase, JournalHead, JournalRecord } from '../journal.ts';
import { assertSqlite, isFullError } from '../../sqlite/open-sqlite.ts';
import { openSqlite } from '../../sqlite/open-sqlite.ts';
import { transaction } from '../../sqlite/transaction.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS batches (
  seq INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  at INTEGER NOT NULL,
  hash BLOB NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS base (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL
);`;

type BatchRow = { seq: number; epoch: number; at: number; hash: Uint8Array; body: Uint8Array };

/** Rows that one `read` looks at, at most. */
const READ_ROWS_MAX = 4_096;

export type SqliteJournalOptions = Readonly<{ file: string; readOnly?: boolean }>;

/** Opens or creates the journal. Throws when SQLite or its settings cannot keep the promises. */
export function openSqliteJournal(options: SqliteJournalOptions): Journal {
  const db = openSqlite({ ...options, synchronous: 'FULL', cacheKiB: 4_096 });
  if (options.readOnly !== true) db.exec(SCHEMA);
  assertSqlite(db);
  const statements = prepare(db);
  return {
    append: async (record) => append(statements, record),
    read: async (afterSeq, bytesMax) => read(statements, afterSeq, bytesMax),
    head: async () => head(statements),
    base: async () => base(statements),
    trim: async (throughSeq) => trim(db, statements, throughSeq),
    truncate: async (afterSeq) => truncate(statements, afterSeq),
    beginAfter: async (from) => beginAfter(statements, from),
    close: async () => db.close(),
  };
}

type Statements = Readonly<
  Record<
    'insert' | 'after' | 'head' | 'base' | 'setBase' | 'at' | 'drop' | 'dropAfter',
    StatementSync
  >
>;

function prepare(db: DatabaseSync): Statements {
  return {
    insert: db.prepare(
      `INSERT INTO batches (seq, epoch, at, hash, body) SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?1 = 1 +
       max(coalesce((SELECT max(seq) FROM batches), 0), coalesce((SELECT seq FROM base), 0))`,
    ),
    after: db.prepare('SELECT * FROM batches WHERE seq > ? ORDER BY seq LIMIT ?'),
    head: db.prepare('SELECT seq, epoch, at, hash FROM batches ORDER BY seq DESC LIMIT 1'),
    base: db.prepare('SELECT seq, hash FROM base'),
    setBase: db.prepare('INSERT OR REPLACE INTO base (id, seq, hash) VALUES (1, ?, ?)'),
    at: db.prepare('SELECT seq, hash FROM batches WHERE seq <= ? ORDER BY seq DESC LIMIT 1'),
    drop: db.prepare('DELETE FROM batches WHERE seq <= ?'),
    dropAfter: db.prepare('DELETE FROM batches WHERE seq > ?'),
  };
}

function append(statements: Statements, record: JournalRecord): void {
  const { seq, epoch, atMs, hash, body } = record;
  if (body.length > BODY_BYTES_MAX) {
    throw new JournalError('too-large', `batch ${seq} is larger than a record may be`);
  }
  let changes: number | bigint;
  try {
    // A crash here means that the batch is wholly in the WAL or not at all; nobody was answered.
    changes = statements.insert.run(seq, epoch, atMs, hash, body).changes;
  } catch (error) {
    const code = isFullError(error) ? 'full' : 'io';
    throw new JournalError(code, `batch ${seq} could not be written to the journal`, error);
  }
  if (changes !== 1) {
    throw new JournalError('out-of-order', `batch ${seq} does not follow the journal's head`);
  }
}

function read(statements: Statements, afterSeq: Seq, bytesMax: number): JournalRecord[] {
  const records: JournalRecord[] = [];
  let bytes = 0;
  for (const raw of statements.after.iterate(afterSeq, READ_ROWS_MAX)) {
    const row = raw as BatchRow;
    bytes += row.body.length;
    if (records.length > 0 && bytes > bytesMax) break;
    records.push({ ...headOf(row), body: row.body });
  }
  return records;
}

function headOf(row: Omit<BatchRow, 'body'>): JournalHead {
  return {
    seq: row.seq as Seq,
    epoch: row.epoch as Epoch,
    atMs: row.at as TimestampMs,
    hash: row.hash,
  };
}

function head(statements: Statements): JournalHead | undefined {
  const row = statements.head.get() as Omit<BatchRow, 'body'> | undefined;
  return row === undefined ? undefined : headOf(row);
}

function base(statements: Statements): JournalBase {
  const row = statements.base.get() as { seq: number; hash: Uint8Array } | undefined;
  return row === undefined
    ? { seq: 0 as Seq, hash: CHAIN_START }
    : { seq: row.seq as Seq, hash: row.hash };
}

function trim(db: DatabaseSync, statements: Statements, throughSeq: Seq): void {
  const newest = head(statements);
  if (newest === undefined) return;
  const last = statements.at.get(Math.min(throughSeq, newest.seq - 1)) as BatchRow | undefined;
  if (last === undefined) return;
  try {
    transaction(db, () => {
      statements.setBase.run(last.seq, last.hash);
      statements.drop.run(last.seq);
    });
  } catch (error) {
    throw new JournalError('io', 'old batches could not be trimmed', error);
  }
}

function truncate(statements: Statements, afterSeq: Seq): void {
  if (afterSeq < base(statements).seq) {
    throw new JournalError('out-of-order', `batches up to ${afterSeq} were trimmed already`);
  }
  try {
    statements.dropAfter.run(afterSeq);
  } catch (error) {
    throw new JournalError('io', 'the tail could not be taken off the journal', error);
  }
}

function beginAfter(statements: Statements, from: JournalBase): void {
  if (head(statements) !== undefined || base(statements).seq > 0) {
    throw new JournalError('out-of-order', 'only an empty journal can begin after a snapshot');
  }
  try {
    statements.setBase.run(from.seq, from.hash);
  } catch (error) {
    const code = isFullError(error) ? 'full' : 'io';
    throw new JournalError(code, 'the base of a snapshot could not be written', error);
  }
}
