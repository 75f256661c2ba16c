// The failed sign-ins of handles, kept over restarts and bounded. Rules AC24, AC26 and AC33 of
// docs/spec/accounts.md.

import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import { afterFailure, FAILURES_LIFE_MS, type Failures } from './failures.ts';
import type { Handle } from './handle.ts';

/** Rows without meaning that each new failure removes at most. */
const CLEANED_ROWS_MAX = 20;

export type FailureStore = Readonly<{
  /** The failures in a row of a handle, whether anybody has it or not. */
  failures(handle: Handle): Failures | undefined;
  /** Counts one more in a transaction of its own; durable on return. */
  count(handle: Handle, nowMs: number): void;
  /** Forgets them; may be part of the caller's transaction. */
  forget(handle: Handle): void;
}>;

export function createFailureStore(
  db: DatabaseSync,
  limits: { failuresMax: number },
): FailureStore {
  const select = db.prepare(
    'SELECT count, last_at_ms FROM failures WHERE handle_index = index_value(?)',
  );
  const upsert = db.prepare(
    `INSERT INTO failures (handle_index, count, last_at_ms) VALUES (index_value(?), ?, ?)
     ON CONFLICT (handle_index) DO UPDATE SET count = excluded.count, last_at_ms = excluded.last_at_ms`,
  );
  const remove = db.prepare('DELETE FROM failures WHERE handle_index = index_value(?)');
  const clean = db.prepare(
    `DELETE FROM failures WHERE handle_index IN (
       SELECT handle_index FROM failures WHERE last_at_ms <= ? ORDER BY last_at_ms LIMIT ?)`,
  );
  // The fewest first: whoever tries many handles once drops their own rows, not those that delay
  // an attack on one handle.
  const dropLightest = db.prepare(
    `DELETE FROM failures WHERE handle_index = (
       SELECT handle_index FROM failures ORDER BY count, last_at_ms LIMIT 1)
       AND (SELECT count(*) FROM failures) >= ?`,
  );

  const failures = (handle: Handle): Failures | undefined => {
    const row = select.get(handle);
    return row && { count: Number(row['count']), lastAtMs: Number(row['last_at_ms']) };
  };

  return {
    failures,
    count(handle, nowMs) {
      transaction(db, () => {
        clean.run(nowMs - FAILURES_LIFE_MS, CLEANED_ROWS_MAX);
        const before = failures(handle);
        if (before === undefined) dropLightest.run(limits.failuresMax);
        const { count, lastAtMs } = afterFailure(before, nowMs);
        upsert.run(handle, count, lastAtMs);
      });
    },
    forget(handle) {
      remove.run(handle);
    },
  };
}
