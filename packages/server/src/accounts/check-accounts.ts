// The check of `accounts.db`: every value that is sealed opens, and is found by what it is.

import { DatabaseSync } from 'node:sqlite';
import type { ValueSeal } from '../at-rest/copy-keys.ts';
import { REPLICATED_TABLES } from './replicated-rows.ts';
import { placeOf } from './sealed-columns.ts';

export type AccountsCheck = Readonly<{ accounts: number; unreadable: number }>;

/** Looks at every account of a file; changes nothing. Errors are those of SQLite. */
export function checkAccounts(file: string, values: ValueSeal): AccountsCheck {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    let accounts = 0;
    let unreadable = 0;
    for (const row of db.prepare('SELECT * FROM accounts').iterate()) {
      accounts += 1;
      if (!isReadable(row, values)) unreadable += 1;
    }
    return { accounts, unreadable };
  } finally {
    db.close();
  }
}

function isReadable(row: Readonly<Record<string, unknown>>, values: ValueSeal): boolean {
  const [table] = REPLICATED_TABLES;
  return (table?.others ?? []).every(({ name, isSealed, index }) => {
    if (isSealed !== true) return true;
    const sealed = row[name];
    const text =
      sealed instanceof Uint8Array ? values.open(placeOf(name, row['id']), sealed) : undefined;
    if (text === undefined || index === undefined) return text !== undefined;
    const held = row[index];
    return held instanceof Uint8Array && Buffer.compare(held, values.index(text)) === 0;
  });
}
