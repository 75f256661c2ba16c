// The journal on disk: one row a group commit in `journal.db`, through node:sqlite.
//
// WAL with `synchronous=FULL`: a commit returns after the WAL was flushed, so an appended record is
// durable. A torn WAL frame is dropped by SQLite at the next open; it was never acknowledged.
// Checkpoints are left to `checkpoint`, which another thread may run beside the writer.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Epoch, Seq, TimestampMs } from '@holdfast/protocol/ids.ts';
import { CHAIN_START } from '../../counting/rows.ts';
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

/** Keeps bodies from who has only the file. What it seals it opens only under the same head. */
export type RecordSeal = Readonly<{
  seal: (record: JournalRecord) => Uint8Array;
  /** `undefined` when it does not open: another key, or it was changed. */
  open: (head: JournalHead, sealed: Uint8Array) => Uint8Array | undefined;
}>;

export type SqliteJournalOptions = Readonly<{
  file: string;
  readOnly?: boolean;
  /** Absent, bodies lie in the file as they are. */
  seal?: RecordSeal | undefined;
}>;

/** Opens or creates the journal. Throws when SQLite or its settings cannot keep the promises. */
export function openSqliteJournal(options: SqliteJournalOptions): Journal {
  const db = openSqlite({ ...options, synchronous: 'FULL', cacheKiB: 4_096 });
  if (options.readOnly !== true) db.exec(SCHEMA);
  assertSqlite(db);
  const statements = prepare(db);
  const seal = options.seal ?? UNSEALED;
  return {
    append: async (record) => append(statements, seal, record),
    read: async (afterSeq, bytesMax) => read(statements, seal, afterSeq, bytesMax),
    head: async () => head(statements),
    base: async () => base(statements),
    trim: async (throughSeq) => trim(db, statements, throughSeq),
    truncate: async (afterSeq) => truncate(statements, afterSeq),
    beginAfter: async (from) => beginAfter(statements, from),
    close: async () => db.close(),
  };
}

const UNSEALED: RecordSeal = { seal: ({ body }) => body, open: (_head, body) => body };

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

function append(statements: Statements, { seal }: RecordSeal, record: JournalRecord): void {
  const { seq, epoch, atMs, hash, body } = record;
  if (body.length > BODY_BYTES_MAX) {
    throw new JournalError('too-large', `batch ${seq} is larger than a record may be`);
  }
  let changes: number | bigint;
  try {
    // A crash here means that the batch is wholly in the WAL or not at all; nobody was answered.
    changes = statements.insert.run(seq, epoch, atMs, hash, seal(record)).changes;
  } catch (error) {
    const code = isFullError(error) ? 'full' : 'io';
    throw new JournalError(code, `batch ${seq} could not be written to the journal`, error);
  }
  if (changes !== 1) {
    throw new JournalError('out-of-order', `batch ${seq} does not follow the journal's head`);
  }
}

function read(
  statements: Statements,
  { open }: RecordSeal,
  afterSeq: Seq,
  bytesMax: number,
): JournalRecord[] {
  const records: JournalRecord[] = [];
  let bytes = 0;
  for (const raw of statements.after.iterate(afterSeq, READ_ROWS_MAX)) {
    const row = raw as BatchRow;
    bytes += row.body.length;
    if (records.length > 0 && bytes > bytesMax) break;
    const of = headOf(row);
    const body = open(of, row.body);
    if (body === undefined) throw sealedElsewhere(of.seq);
    records.push({ ...of, body });
  }
  return records;
}

function sealedElsewhere(seq: Seq): JournalError {
  return new JournalError(
    'damaged',
    `batch ${seq} of the journal does not open: it was changed on disk, or it is sealed under the ` +
      'key of another copy. Nothing was changed. Bring the cell back from a backup or a follower.',
  );
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
