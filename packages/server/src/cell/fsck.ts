// The check of a data folder: every cell's journal and state, recounted. Changes no count.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkJournal } from '@holdfast/engine/books/check-journal.ts';
import { checkState } from '@holdfast/engine/books/check-state.ts';
import { Differences } from '@holdfast/engine/books/differences.ts';
import type { CheckOptions, Difference } from '@holdfast/engine/books/differences.ts';
import { hashAt } from '@holdfast/engine/engine/replay.ts';
import { openSqliteJournal } from '@holdfast/engine/journal/sqlite/sqlite-journal.ts';
import { openStateReader } from '@holdfast/engine/state/sqlite/schema.ts';
import type { FsckData, FsckReport } from '../cli/fsck.ts';
import { readCopyKeys } from '../at-rest/copy-keys.ts';
import type { CopyKeys, OpenKeys } from '../at-rest/copy-keys.ts';
import { checkAccounts } from '../accounts/check-accounts.ts';
import { ACCOUNTS_FILE, JOURNAL_FILE, STATE_FILE } from './cell-files.ts';
import { SECRET_FILE } from './identity.ts';

const CELLS_FOLDER = 'cells';

/** Checks every cell of a data folder. Rejects when a file cannot be read at all. */
export const fsckData: FsckData = async ({ dataDir, keyFile, onProgress }) => {
  const folder = join(dataDir, CELLS_FOLDER);
  const cells = existsSync(folder) ? readdirSync(folder).sort() : [];
  const differences: {
    cell: string;
    what: string;
    expected: string | number;
    found: string | number;
  }[] = [];
  const checked: Record<string, number> = { cells: 0 };
  for (const cell of cells) {
    const dir = join(folder, cell);
    if (!existsSync(join(dir, JOURNAL_FILE))) continue;
    const part = await checkCell(
      { dir, keyFile },
      {
        onProgress: (what, done, total, msLeft) =>
          onProgress(`${cell}: ${what}`, done, total, msLeft),
        monotonicMs: () => performance.now(),
      },
    );
    differences.push(...part.differences.map((difference) => ({ cell, ...difference })));
    checked['cells'] = (checked['cells'] ?? 0) + 1;
    for (const [what, count] of Object.entries(part.checked)) {
      checked[what] = (checked[what] ?? 0) + count;
    }
  }
  const kind: FsckReport['kind'] = differences.length === 0 ? 'clean' : 'differences';
  return { kind, differences, checked };
};

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

type CellCheck = Readonly<{
  differences: readonly Difference[];
  checked: Readonly<Record<string, number>>;
}>;

async function checkCell({ dir, keyFile }: OpenKeys, options: CheckOptions): Promise<CellCheck> {
  const keys = readCopyKeys({ dir, keyFile });
  const state = openStateReader(join(dir, STATE_FILE));
  // One snapshot for everything, so that a server beside this one can go on storing.
  state.exec('BEGIN');
  const stateCheck = checkState(state, options);
  state.exec('COMMIT');
  state.close();
  const journal = openSqliteJournal({
    file: join(dir, JOURNAL_FILE),
    readOnly: true,
    seal: keys.journal,
  });
  const stateSeq = stateCheck.meta?.seq ?? 0;
  const journalCheck = await checkJournal(journal, stateSeq, options);
  const between = new Differences();
  const { baseSeq, headSeq, opsInState, batches } = journalCheck;
  if (stateSeq < baseSeq || stateSeq > headSeq) {
    between.expect('batch that the state includes', `${baseSeq} to ${headSeq}`, stateSeq);
  } else if (stateCheck.meta !== undefined) {
    const { seq, chain } = stateCheck.meta;
    const held = hexOf(await hashAt(journal, seq));
    between.expect(`chain hash of batch ${seq} in the state`, held, hexOf(chain));
  }
  await journal.close();
  if (opsInState !== undefined) {
    between.expect('ops accepted', opsInState, stateCheck.meta?.opsAccepted ?? 0);
  }
  const accountsCheck = checkPersonal({ dir, keys }, between);
  return {
    differences: [...stateCheck.differences, ...journalCheck.differences, ...between.found],
    checked: {
      batches,
      ...stateCheck.checked,
      ...accountsCheck,
      notYetApplied: Math.max(0, headSeq - stateSeq),
    },
  };
}

/** E9: what is sealed in single values opens, and the cell's secret does. */
function checkPersonal(
  { dir, keys }: Readonly<{ dir: string; keys: CopyKeys }>,
  differences: Differences,
): Readonly<{ accounts: number }> {
  const secret = join(dir, SECRET_FILE);
  const opened = existsSync(secret) && keys.openFile(SECRET_FILE, readFileSync(secret));
  differences.expect(
    SECRET_FILE,
    'as it was sealed',
    opened ? 'as it was sealed' : 'does not open',
  );
  const file = join(dir, ACCOUNTS_FILE);
  if (!existsSync(file)) return { accounts: 0 };
  const { accounts, unreadable } = checkAccounts(file, keys.accounts);
  differences.expect('accounts whose values do not open', 0, unreadable);
  return { accounts };
}
