// Opens `keys.db`, which several processes share.

import type { DatabaseSync } from 'node:sqlite';
import { openOwnDatabase } from '../sqlite/open-own-database.ts';
import { KeysError, keysErrorOf } from './keys-error.ts';

/** How long a call waits for another process that is writing. */
const BUSY_TIMEOUT_MS = 5_000;
const APPLICATION_ID = 0x68666b31;

const SCHEMA = `
  CREATE TABLE keys (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('service', 'operator')),
    name TEXT NOT NULL,
    tenant TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    created_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
  ) STRICT;
`;

/** Opens the file, and makes it where there is none. Throws `KeysError`. */
export function openDatabase(file: string): DatabaseSync {
  try {
    return openOwnDatabase({
      file,
      applicationId: APPLICATION_ID,
      schema: SCHEMA,
      busyTimeoutMs: BUSY_TIMEOUT_MS,
      unfit: (why) => new KeysError(`keys-${why}`),
    });
  } catch (cause) {
    throw keysErrorOf(cause);
  }
}
