// The files of one cell, opened together and closed together.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Clocks } from '@holdfast/engine/engine/clock.ts';
import type { Journal } from '@holdfast/engine/journal/journal.ts';
import { openSqliteJournal } from '@holdfast/engine/journal/sqlite/sqlite-journal.ts';
import { openSqliteStateStore } from '@holdfast/engine/state/sqlite/sqlite-state-store.ts';
import type { SqliteStateStore } from '@holdfast/engine/state/sqlite/sqlite-state-store.ts';
import { openAccounts } from '../accounts/accounts.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { openCopyKeys } from '../at-rest/copy-keys.ts';
import type { CopyKeys, OpenKeys } from '../at-rest/copy-keys.ts';
import { openSecret, stateKeyOf } from './identity.ts';

export const JOURNAL_FILE = 'journal.db';
export const STATE_FILE = 'state.db';
export const ACCOUNTS_FILE = 'accounts.db';

export type CellFiles = Readonly<{
  journal: Journal;
  journalFile: string;
  store: SqliteStateStore;
  accounts: Accounts;
  /** Keys of this copy, under which everything personal lies in the files. */
  keys: CopyKeys;
  /** Key of the pseudonyms of this cell's people. */
  secret: Uint8Array;
  /** Waits for what the accounts have begun, then lets go of all files. */
  close: () => Promise<void>;
}>;

/** Opens the files, and makes those that are not there. Throws when one is not fit to be used. */
export async function openCellFiles(
  { dir, keyFile }: OpenKeys,
  clocks: Clocks,
): Promise<CellFiles> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const keys = openCopyKeys({ dir, keyFile });
  const secret = openSecret(dir, keys);
  const journalFile = join(dir, JOURNAL_FILE);
  const journal = openSqliteJournal({ file: journalFile, seal: keys.journal });
  const store = await openSqliteStateStore(join(dir, STATE_FILE), stateKeyOf(secret));
  const { nowMs } = clocks;
  const values = keys.accounts;
  const accounts = openAccounts({ file: join(dir, ACCOUNTS_FILE), values, nowMs, randomBytes });
  return {
    journal,
    journalFile,
    store,
    accounts,
    keys,
    secret,
    close: async () => {
      await accounts.close();
      await store.close();
      await journal.close();
    },
  };
}
