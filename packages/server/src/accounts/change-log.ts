// The changes of a cell's accounts, for a second party to hold the same rows.
//
// Rules: docs/spec/accounts.md (AC44 to AC50).
//
// Why the copy is the same: rows travel whole, in the order of their last change, and the hash of
// all rows, which each side keeps by itself, has to be equal in the end. Whatever went wrong on the
// way shows there, and then the copy begins anew.

import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import { AccountsError } from './accounts-error.ts';
import { movedHash, NO_ROWS_HASH, rowName, uncounted } from './change-log-schema.ts';
import { emptyWriteAheadLog } from './database.ts';
import {
  CHANGED_BYTES_MAX,
  CHANGED_ROWS_MAX,
  REPLICATED_TABLES,
  rowBytes,
} from './replicated-rows.ts';
import type {
  AccountChanges,
  AccountsHead,
  ReplicatedTable,
  RowChange,
  RowValue,
} from './replicated-rows.ts';
import { plainOf, storedColumns } from './sealed-columns.ts';

/**
 * What became of changes. `equal`: all rows are those of the other party, durably, and nothing of a
 * deleted one is left in the files. `partial`: taken, and there is more to come. `stale`: they do
 * not follow what is here; nothing was changed. `differs`: the two can never become equal this way.
 */
export type Took = 'equal' | 'partial' | 'stale' | 'differs';

/** Synchronous. Every change is durable on return. Errors are those of SQLite. */
export type ChangeLog = Readonly<{
  head(): AccountsHead;
  /**
   * Rows that changed after a number, up to `CHANGED_ROWS_MAX` and about `CHANGED_BYTES_MAX`;
   * without a number, only the head.
   */
  changesAfter(changeNo: number | undefined): AccountChanges;
  take(changes: AccountChanges): Took;
  /** Forgets all rows and all changes: the next changes that fit here are those after 0. */
  startAnew(): void;
}>;

export function createChangeLog(db: DatabaseSync): ChangeLog {
  numberOldRows(db);
  const sql = prepareStatements(db);
  const rows = openRows(db, sql);
  // What a crash left in the write-ahead log is not known.
  let isLogEmptied = false;

  const head = (): AccountsHead => {
    const row = sql.head.get();
    const rowsHash = Buffer.from(bytesOf(row?.['rows_hash'])).toString('hex');
    return { changeNo: Number(row?.['change_no']), rowsHash };
  };

  const isEmptied = (): boolean => {
    isLogEmptied ||= emptyWriteAheadLog(db);
    return isLogEmptied;
  };

  return {
    head,

    changesAfter(changeNo) {
      const now = head();
      const from = changeNo ?? now.changeNo;
      const changes = sql.changesAfter.all(from, CHANGED_ROWS_MAX);
      const found: RowChange[] = [];
      let bytes = 0;
      for (const change of changes) {
        if (bytes >= CHANGED_BYTES_MAX) break;
        const row = rows.read(change);
        bytes += rowBytes(row);
        found.push(row);
      }
      const isAll = changes.length < CHANGED_ROWS_MAX && found.length === changes.length;
      const last = isAll ? now.changeNo : found.at(-1)?.changeNo;
      return { from, through: Math.max(from, last ?? 0), head: now, rows: found };
    },

    take({ from, through, head: source, rows: changed }) {
      const own = head();
      if (from !== own.changeNo) return 'stale';
      // Changes that were never acknowledged, from when this side was the owner.
      if (source.changeNo < own.changeNo) return 'differs';
      if (through !== from) {
        const isTaken = unlessInConflict(db, () =>
          transaction(db, () => {
            // Not only of rows that are gone: the key of a session may have come to another one.
            for (const row of changed) if (rows.put(row) === 'replaced') isLogEmptied = false;
            sql.setHead.run(through);
          }),
        );
        if (!isTaken) return 'differs';
      }
      const isAll = through === source.changeNo;
      if (isAll && head().rowsHash !== source.rowsHash) return 'differs';
      return isEmptied() && isAll ? 'equal' : 'partial';
    },

    startAnew() {
      transaction(db, () => {
        uncounted(db, () => {
          for (const { name } of REPLICATED_TABLES.toReversed()) db.exec(`DELETE FROM ${name}`);
          db.exec('DELETE FROM changes');
          sql.begin.run(0, NO_ROWS_HASH);
        });
      });
      isLogEmptied = emptyWriteAheadLog(db);
    },
  };
}

type Statements = ReturnType<typeof prepareStatements>;

/** The rows behind the changes: how one is read, and put in the place of what was there. */
function openRows(
  db: DatabaseSync,
  sql: Statements,
): Readonly<{
  read: (change: Record<string, SQLOutputValue>) => RowChange;
  put: (row: RowChange) => 'added' | 'replaced';
}> {
  const tables = REPLICATED_TABLES.map((table) => prepareTable(db, table));

  const remove = (name: Uint8Array): boolean => {
    const known = sql.changeOf.get(name);
    if (known?.['table_no'] === undefined || known['table_no'] === null) return false;
    tableAt(Number(known['table_no'])).remove.run(valueOf(known['key']));
    return true;
  };

  const tableAt = (tableNo: number): TableStatements => {
    const table = tables[tableNo];
    if (table === undefined) throw new AccountsError('accounts-corrupt');
    return table;
  };

  const put = (row: RowChange): 'added' | 'replaced' => {
    const name = row.kind === 'gone' ? row.name : rowName([row.table, row.key]);
    const wasThere = remove(name);
    if (row.kind === 'row') tableAt(row.table).insert.run(row.key, ...row.values);
    // The triggers gave numbers of their own; the owner's are the ones that count.
    sql.removeChange.run(name);
    if (row.kind === 'gone') sql.insertChange.run(name, row.changeNo, null, null);
    else sql.insertChange.run(name, row.changeNo, row.table, row.key);
    return wasThere ? 'replaced' : 'added';
  };

  const read = (change: Record<string, SQLOutputValue>): RowChange => {
    const changeNo = Number(change['change_no']);
    const { table_no: tableNo, key: storedKey, name } = change;
    if (tableNo === null) return { kind: 'gone', changeNo, name: bytesOf(name) };
    const table = Number(tableNo);
    const key = valueOf(storedKey);
    const row = tableAt(table).select.get(key);
    if (row === undefined) throw new AccountsError('accounts-corrupt');
    const values = Object.values(row).slice(1).map(valueOf);
    return { kind: 'row', changeNo, table, key, values };
  };

  return { read, put };
}

/** A file from before there was a change log has rows without a number. */
function numberOldRows(db: DatabaseSync): void {
  transaction(db, () => {
    const sql = prepareStatements(db);
    if (sql.head.get() !== undefined) return;
    let changeNo = 0;
    let rowsHash: Uint8Array = NO_ROWS_HASH;
    for (const [tableNo, table] of REPLICATED_TABLES.entries()) {
      const all = db.prepare(`SELECT ${columnsOf(table)} FROM ${table.name} ORDER BY 1`);
      for (const row of all.iterate()) {
        const [key, ...others] = Object.values(row);
        changeNo += 1;
        rowsHash = movedHash(rowsHash, 1, [tableNo, key, ...others]);
        sql.insertChange.run(rowName([tableNo, key]), changeNo, tableNo, valueOf(key));
      }
    }
    sql.begin.run(changeNo, rowsHash);
  });
}

type TableStatements = Readonly<Record<'select' | 'remove' | 'insert', StatementSync>>;

const columnsOf = (table: ReplicatedTable): string =>
  [table.key, ...table.others].map((column) => plainOf(table, column)).join(', ');

function prepareTable(db: DatabaseSync, table: ReplicatedTable): TableStatements {
  const { name, key } = table;
  const { names, values } = storedColumns(table);
  return {
    select: db.prepare(`SELECT ${columnsOf(table)} FROM ${name} WHERE ${key.name} = ?`),
    remove: db.prepare(`DELETE FROM ${name} WHERE ${key.name} = ?`),
    insert: db.prepare(`INSERT INTO ${name} (${names.join(', ')}) VALUES (${values.join(', ')})`),
  };
}

function prepareStatements(db: DatabaseSync) {
  return {
    head: db.prepare('SELECT change_no, rows_hash FROM change_log'),
    begin: db.prepare('REPLACE INTO change_log (one, change_no, rows_hash) VALUES (1, ?, ?)'),
    setHead: db.prepare('UPDATE change_log SET change_no = ?'),
    changesAfter: db.prepare(
      'SELECT * FROM changes WHERE change_no > ? ORDER BY change_no LIMIT ?',
    ),
    changeOf: db.prepare('SELECT table_no, key FROM changes WHERE name = ?'),
    removeChange: db.prepare('DELETE FROM changes WHERE name = ?'),
    insertChange: db.prepare(
      'INSERT INTO changes (name, change_no, table_no, key) VALUES (?, ?, ?, ?)',
    ),
  };
}

const CONSTRAINT = 19;

/**
 * `false` when a row cannot stand beside those that are here; then nothing was changed. A row may
 * come before the one that it names, when that has changed since: the hash shows whether all came.
 */
function unlessInConflict(db: DatabaseSync, change: () => void): boolean {
  db.exec('PRAGMA foreign_keys = OFF');
  try {
    change();
    return true;
  } catch (cause) {
    const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) : 0;
    if ((code & 0xff) === CONSTRAINT) return false;
    throw cause;
  } finally {
    db.exec('PRAGMA foreign_keys = ON');
  }
}

function valueOf(value: SQLOutputValue | undefined): RowValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (value instanceof Uint8Array) return value;
  throw new AccountsError('accounts-corrupt');
}

function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new AccountsError('accounts-corrupt');
}
