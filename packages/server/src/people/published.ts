// The public side of a cell's rows: what of them anybody may know, in the order of their changes.
//
// Rules: docs/spec/people.md (PE20, PE24 to PE26).
//
// Why nothing private is in it: a row is told of only as the record that its kind makes of it, and a
// kind that makes none is not told of at all. Rows are named by hashes of random keys.

import type { DatabaseSync } from 'node:sqlite';
import { GONE_KEPT_CHANGES } from '../accounts/change-log-schema.ts';
import type { AccountsHead } from '../accounts/replicated-rows.ts';
import { TALLIES_TABLE, WRITINGS_TABLE } from '../accounts/replicated-rows.ts';
import type { PublicRecord } from '../border/public-records.ts';
import { ruleOf } from './kinds.ts';
import { isHistoryName } from './tally-names.ts';
import type { Author } from './writing.ts';
import { writingOf } from './writings.ts';

/** Rows that one look goes through. */
export const PUBLIC_ROWS_MAX = 500;
/** After records of so many bytes, no further one is put into one answer. */
const PUBLIC_BYTES_MAX = 1024 * 1024;

/** A public row as it is now; without a record, there is none (any more). */
export type PublicRow = Readonly<{ name: string; record: PublicRecord | null }>;

export type PublicChanges = Readonly<
  | {
      kind: 'changes';
      /** The rows below are all that changed up to this number … */
      through: number;
      /** … of this one, the newest. */
      head: number;
      rows: readonly PublicRow[];
    }
  /** The number is not one of this file, or too old: everything is to be asked for, from 0. */
  | { kind: 'anew' }
>;

export type Published = (after: number) => PublicChanges;

export function createPublished(
  db: DatabaseSync,
  head: () => AccountsHead,
  authorOf: (account: string) => Author | undefined,
): Published {
  const sql = prepareStatements(db);

  /** `undefined` for a row that is none of the public's business. */
  const recordOf = (tableNo: number, key: string): PublicRecord | null | undefined => {
    if (tableNo === TALLIES_TABLE) {
      if (isHistoryName(key)) return undefined;
      const value = Number(sql.tally.get(key)?.['value'] ?? 0);
      return { type: 'tally', name: key, value };
    }
    const writing = writingOf(sql.writing.get(key));
    const publish = writing && ruleOf(writing.kind).publish;
    if (writing === undefined || publish === undefined) return undefined;
    const author = authorOf(writing.account) ?? NOBODY;
    return publish(writing, author) ?? null;
  };

  return (after) => {
    const { changeNo } = head();
    if (after > changeNo) return { kind: 'anew' };
    if (after > 0 && after < changeNo - GONE_KEPT_CHANGES) return { kind: 'anew' };
    const changes = sql.changes.all(after, PUBLIC_ROWS_MAX);
    const rows: PublicRow[] = [];
    let bytes = 0;
    let through = after;
    for (const { name, change_no: no, table_no: tableNo, key } of changes) {
      if (bytes >= PUBLIC_BYTES_MAX) break;
      through = Number(no);
      const record = tableNo === null ? null : recordOf(Number(tableNo), String(key));
      // From 0 on everything is new, so nothing can have gone.
      if (record === undefined || (record === null && after === 0)) continue;
      bytes += record === null ? 0 : JSON.stringify(record).length;
      rows.push({ name: Buffer.from(name as Uint8Array).toString('hex'), record });
    }
    const isAll = changes.length < PUBLIC_ROWS_MAX && bytes < PUBLIC_BYTES_MAX;
    return { kind: 'changes', through: isAll ? changeNo : through, head: changeNo, rows };
  };
}

/** Of what is the cell's own. */
const NOBODY: Author = { handle: '', sinceMs: 0 };

function prepareStatements(db: DatabaseSync) {
  return {
    changes: db.prepare(
      `SELECT name, change_no, table_no, key FROM changes
       WHERE change_no > ? AND (table_no IS NULL OR table_no IN (${WRITINGS_TABLE}, ${TALLIES_TABLE}))
       ORDER BY change_no LIMIT ?`,
    ),
    tally: db.prepare('SELECT value FROM tallies WHERE name = ?'),
    writing: db.prepare(
      `SELECT id, kind, account_id, open_value('target', id, target) AS target,
         open_value('body', id, body) AS body, created_at_ms, updated_at_ms
       FROM writings WHERE id = ?`,
    ),
  };
}
