// Two account files for tests of the change log, changed through the rows' own store.

import { hash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { ValueSeal } from '../at-rest/copy-keys.ts';
import { PLAIN_VALUES } from '../at-rest/plain-values.fixture.ts';
import { createAccountStore } from './account-store.ts';
import type { Account, AccountId, AccountStore, TokenHash } from './account-store.ts';
import { createChangeLog } from './change-log.ts';
import type { ChangeLog, Took } from './change-log.ts';
import { openDatabase } from './database.ts';
import { createFailureStore } from './failure-store.ts';
import type { Handle } from './handle.ts';
import type { Kind } from '../people/kinds.ts';
import { createWritings } from '../people/writings.ts';
import type { Writings } from '../people/writings.ts';
import { REPLICATED_TABLES } from './replicated-rows.ts';

export const START_MS: number = Date.UTC(2026, 10, 22, 14);

/** Always the same id for a number, in the form of real ones. */
export const idOf = (n: number): AccountId => `acc_${String(n).padStart(22, '0')}` as AccountId;
export const handleOf = (n: number): Handle => `person_${n}` as Handle;
export const tokenOf = (n: number): TokenHash =>
  hash('sha256', `token ${n}`, 'buffer') as Uint8Array as TokenHash;
export const accountOf = (n: number): Account => ({
  id: idOf(n),
  handle: handleOf(n),
  passwordHash: `$argon2id$secret-of-${n}`,
  createdAtMs: START_MS + n,
});

export type AccountFile = Readonly<{
  dir: string;
  db: DatabaseSync;
  store: AccountStore;
  writings: Writings;
  log: ChangeLog;
  close: () => void;
}>;

export function openFile(
  dir: string = mkdtempSync(join(tmpdir(), 'holdfast-changes-')),
  values: ValueSeal = PLAIN_VALUES,
): AccountFile {
  const db = openDatabase(join(dir, 'accounts.db'), values);
  let ids = 0;
  const newId = (kind: Kind): string => `${kind}_${(ids += 1)}`;
  const writings = createWritings(db, { nowMs: () => START_MS, newId });
  const store = createAccountStore(db, createFailureStore(db, { failuresMax: 10 }), writings);
  const close = (): void => {
    if (db.isOpen) db.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { dir, db, store, writings, log: createChangeLog(db), close };
}

/** Every row that is replicated, under a name of its own. */
export function rowsIn({ db }: AccountFile): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  for (const { name, key } of REPLICATED_TABLES) {
    for (const row of db.prepare(`SELECT * FROM ${name}`).all()) {
      rows.set(`${name} ${String(row[key.name])}`, JSON.stringify(row));
    }
  }
  return rows;
}

export function bytesIn({ dir }: AccountFile): string {
  return readdirSync(dir)
    .map((name) => readFileSync(join(dir, name), 'latin1'))
    .join('\n');
}

/** As an owner and its follower do when nothing is lost. */
export function catchUp(owner: AccountFile, follower: AccountFile): Took {
  for (let turn = 0; turn < 1_000; turn += 1) {
    const took = follower.log.take(owner.log.changesAfter(follower.log.head().changeNo));
    if (took !== 'partial') return took;
  }
  throw new Error('the follower never got to the end');
}
