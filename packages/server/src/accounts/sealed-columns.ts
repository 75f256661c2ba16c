// The columns of `accounts.db` that say something about a person: sealed in the file, plain in every
// statement of ours, by functions that the connection brings along.
//
// Rules: docs/spec/at-rest.md (E5, E6).
//
// Rows are compared and sent to a follower as they are unsealed, so two parties are equal though
// each has sealed them under a key of its own.

import type { DatabaseSync } from 'node:sqlite';
import type { ValueSeal } from '../at-rest/copy-keys.ts';
import { AccountsError } from './accounts-error.ts';
import type { ReplicatedColumn, ReplicatedTable } from './replicated-rows.ts';

/** What a value is sealed as: the same bytes elsewhere do not open. */
export function placeOf(column: unknown, key: unknown): string {
  return `${String(column)}\0${String(key)}`;
}

/** Gives the connection `seal_value`, `open_value` and `index_value`. */
export function addSealFunctions(db: DatabaseSync, values: ValueSeal): void {
  const wrong = (): never => {
    throw new AccountsError('accounts-corrupt');
  };
  db.function('seal_value', (column, key, text) =>
    typeof text === 'string' ? values.seal(placeOf(column, key), text) : wrong(),
  );
  db.function('open_value', { deterministic: true }, (column, key, sealed) =>
    sealed instanceof Uint8Array ? (values.open(placeOf(column, key), sealed) ?? wrong()) : wrong(),
  );
  db.function('index_value', { deterministic: true }, (text) =>
    typeof text === 'string' ? values.index(text) : wrong(),
  );
}

/** SQL for a column's value as it is unsealed; `row` is `new.`, `old.` or nothing. */
export function plainOf(table: ReplicatedTable, column: ReplicatedColumn, row = ''): string {
  const { name } = column;
  if (column.isSealed !== true) return `${row}${name}`;
  return `open_value('${name}', ${row}${table.key.name}, ${row}${name})`;
}

/** The columns of an insert, and SQL for what goes into each; parameter 1 is the key. */
export function storedColumns(
  table: ReplicatedTable,
): Readonly<{ names: readonly string[]; values: readonly string[] }> {
  const names = [table.key.name];
  const values = ['?1'];
  for (const [index, { name, isSealed, index: indexName }] of table.others.entries()) {
    const parameter = `?${index + 2}`;
    names.push(name);
    values.push(isSealed === true ? `seal_value('${name}', ?1, ${parameter})` : parameter);
    if (indexName === undefined) continue;
    names.push(indexName);
    values.push(`index_value(${parameter})`);
  }
  return { names, values };
}
