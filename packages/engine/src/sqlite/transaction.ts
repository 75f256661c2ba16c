// The one way to change several rows of a SQLite file together.

import type { DatabaseSync } from 'node:sqlite';

/**
 * Runs a synchronous change as one transaction that no other connection can interleave with; it is
 * as durable on return as the connection's settings make a commit. What `change` throws is thrown
 * on, and then nothing was changed.
 */
export function transaction<Result>(db: DatabaseSync, change: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = change();
    db.exec('COMMIT');
    return result;
  } catch (cause) {
    // Some failures, such as a full disk, have rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw cause;
  }
}
