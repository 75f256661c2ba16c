// The check of `accounts.db`: every value that is sealed opens, and is found by what it is.

import { DatabaseSync } from 'node:sqlite';
import type { ValueSeal } from '../at-rest/copy-keys.ts';
import { REPLICATED_TABLES } from './replicated-rows.ts';
import type { ReplicatedTable } from './replicated-rows.ts';
import { placeOf } from './sealed-columns.ts';

export type AccountsCheck = Readonly<{ accounts: number; unreadable: number }>;

/** Looks at every account of a file; changes nothing. Errors are those of SQLite. */
export function checkAccounts(file: string, values: ValueSeal): AccountsCheck {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    let accounts = 0;
    let unreadable = 0;
    for (const table of REPLICATED_TABLES) {
      if (!isThere(db, table)) continue;
      for (const row of db.prepare(`SELECT * FROM ${table.name}`).iterate()) {
        if (table.name === 'accounts') accounts += 1;
        if (!isReadable(table, row, values)) unreadable += 1;
      }
    }
    return { accounts, unreadable };
  } finally {
    db.close();
  }
}

/** A file that no newer version has opened yet lacks the newest tables. */
function isThere(db: DatabaseSync, { name }: ReplicatedTable): boolean {
  const sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?";
  return db.prepare(sql).get(name) !== undefined;
}

function isReadable(
  { key, others }: ReplicatedTable,
  row: Readonly<Record<string, unknown>>,
  values: ValueSeal,
): boolean {
  return others.every(({ name, isSealed, index }) => {
    if (isSealed !== true) return true;
    const sealed = row[name];
    const place = placeOf(name, row[key.name]);
    const text = sealed instanceof Uint8Array ? values.open(place, sealed) : undefined;
    if (text === undefined || index === undefined) return text !== undefined;
    const held = row[index];
    return held instanceof Uint8Array && Buffer.compare(held, values.index(text)) === 0;
  });
}
