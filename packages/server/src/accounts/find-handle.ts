// Whose a handle is, read from `accounts.db` beside a cell that may be running. Changes nothing.

import { DatabaseSync } from 'node:sqlite';
import type { ValueSeal } from '../at-rest/copy-keys.ts';
import { addSealFunctions } from './sealed-columns.ts';
import type { Handle } from './handle.ts';

export type HandlesReader = Readonly<{
  /** The account that has a handle. */
  accountOf: (handle: Handle) => string | undefined;
  handleOf: (account: string) => string | undefined;
  close: () => void;
}>;

/** Opens a file that is there. Errors are those of SQLite. */
export function openHandles(file: string, values: ValueSeal): HandlesReader {
  const db = new DatabaseSync(file, { readOnly: true });
  addSealFunctions(db, values);
  const byHandle = db.prepare('SELECT id FROM accounts WHERE handle_index = index_value(?)');
  const byId = db.prepare(
    "SELECT open_value('handle', id, handle) AS handle FROM accounts WHERE id = ?",
  );
  const textOf = (value: unknown): string | undefined =>
    typeof value === 'string' ? value : undefined;
  return {
    accountOf: (handle) => textOf(byHandle.get(handle)?.['id']),
    handleOf: (account) => textOf(byId.get(account)?.['handle']),
    close: () => db.close(),
  };
}
