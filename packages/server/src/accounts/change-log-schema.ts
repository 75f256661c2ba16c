// The tables and triggers of `accounts.db` that number every change of a row and keep a running
// hash of all rows.
//
// Rules: docs/spec/accounts.md (AC44 to AC46).
//
// Why no change is missed: SQLite itself fires the triggers, in the transaction of the change, so
// whatever statement changes a row, and whichever is added later, is counted.

import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { HASH_BYTES, REPLICATED_TABLES, ROW_NAME_BYTES } from './replicated-rows.ts';
import type { ReplicatedTable } from './replicated-rows.ts';
import { plainOf } from './sealed-columns.ts';

/**
 * Names of rows that are gone are forgotten after so many further changes. A follower that was away
 * for longer finds that its hash differs, and begins anew.
 */
export const GONE_KEPT_CHANGES = 100_000;

export const NO_ROWS_HASH: Uint8Array = new Uint8Array(HASH_BYTES);

const TABLES = `
  -- One row: the newest change, and the sum of the hashes of all rows.
  CREATE TABLE IF NOT EXISTS change_log (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    change_no INTEGER NOT NULL,
    rows_hash BLOB NOT NULL
  ) STRICT;

  -- Each row once, with the number of its last change. Of one that is gone only the name is left.
  CREATE TABLE IF NOT EXISTS changes (
    name BLOB NOT NULL PRIMARY KEY,
    change_no INTEGER NOT NULL,
    table_no INTEGER,
    key ANY
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS changes_in_order ON changes (change_no);
  CREATE INDEX IF NOT EXISTS changes_gone ON changes (change_no) WHERE table_no IS NULL;
`;

const EVENTS = ['insert', 'update', 'delete'] as const;
type TriggerEvent = (typeof EVENTS)[number];

const triggerName = ({ name }: ReplicatedTable, event: TriggerEvent): string =>
  `count_${event}_${name}`;

function trigger(table: ReplicatedTable, tableNo: number, event: TriggerEvent): string {
  const { name, key, others } = table;
  const values = (row: 'old' | 'new'): string =>
    [key, ...others].map((column) => plainOf(table, column, `${row}.`)).join(', ');
  const moved = (sum: string, sign: 1 | -1, row: 'old' | 'new'): string =>
    `move_row(${sum}, ${sign}, ${tableNo}, ${values(row)})`;
  const without = event === 'insert' ? 'rows_hash' : moved('rows_hash', -1, 'old');
  const next = event === 'delete' ? without : moved(without, 1, 'new');
  const goneName = `row_name(${tableNo}, ${event === 'delete' ? 'old' : 'new'}.${key.name})`;
  const row = event === 'delete' ? 'NULL, NULL' : `${tableNo}, new.${key.name}`;
  // Not an upsert: a trigger takes over how the statement that fired it treats conflicts.
  return `
    CREATE TRIGGER IF NOT EXISTS ${triggerName(table, event)} AFTER ${event} ON ${name} BEGIN
      UPDATE change_log SET change_no = change_no + 1, rows_hash = ${next};
      DELETE FROM changes WHERE name = ${goneName};
      INSERT INTO changes (name, change_no, table_no, key)
        SELECT ${goneName}, change_no, ${row} FROM change_log;
      DELETE FROM changes WHERE table_no IS NULL
        AND change_no <= (SELECT change_no FROM change_log) - ${GONE_KEPT_CHANGES};
    END;`;
}

const TRIGGERS = REPLICATED_TABLES.flatMap((table, tableNo) =>
  EVENTS.map((event) => trigger(table, tableNo, event)),
).join('\n');

/** For new files and for those from before there was a change log; each statement may be repeated. */
export const CHANGE_LOG_SCHEMA: string = TABLES + TRIGGERS;

/** Runs a change that is not counted; part of the caller's transaction. */
export function uncounted(db: DatabaseSync, change: () => void): void {
  for (const table of REPLICATED_TABLES) {
    for (const event of EVENTS) db.exec(`DROP TRIGGER ${triggerName(table, event)}`);
  }
  change();
  db.exec(TRIGGERS);
}

/** Gives the triggers the functions that they call. */
export function addRowFunctions(db: DatabaseSync): void {
  db.function('move_row', { varargs: true, deterministic: true }, (sum, sign, ...row) => {
    if (!(sum instanceof Uint8Array)) throw new Error('the sum of row hashes is 32 bytes');
    return movedHash(sum, sign === 1 ? 1 : -1, row);
  });
  db.function('row_name', { varargs: true, deterministic: true }, (...key) => rowName(key));
}

/** What a row is called after it is gone: keys are random or mere numbers of this file. */
export function rowName(tableNoAndKey: readonly unknown[]): Uint8Array {
  return hash('sha256', JSON.stringify(tableNoAndKey), 'buffer').subarray(0, ROW_NAME_BYTES);
}

/**
 * The sum with the hash of a row added (1) or taken away (-1): eight lanes of 32 bits, each modulo
 * 2^32, so that equal sets of rows have equal sums in whatever order they came about.
 */
export function movedHash(sum: Uint8Array, sign: 1 | -1, row: readonly unknown[]): Uint8Array {
  const plain = row.map((value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
  const rowHash = hash('sha256', JSON.stringify(plain), 'buffer');
  const moved = Buffer.from(sum);
  for (let at = 0; at < HASH_BYTES; at += 4) {
    moved.writeUInt32LE((moved.readUInt32LE(at) + sign * rowHash.readUInt32LE(at)) >>> 0, at);
  }
  return moved;
}
