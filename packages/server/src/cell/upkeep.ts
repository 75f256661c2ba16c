// What a cell does for itself now and then: WAL files kept small, old detail made coarser, old
// batches trimmed, deletions of accounts finished that a crash interrupted.

import type { Seq } from '@holdfast/protocol/ids.ts';
import type { Engine } from '@holdfast/engine/engine/engine.ts';
import type { Journal } from '@holdfast/engine/journal/journal.ts';
import type { SqliteStateStore } from '@holdfast/engine/state/sqlite/sqlite-state-store.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Border } from '../border/border.ts';
import { faultCode } from './fault-code.ts';
import { subjectKeyOf } from './identity.ts';

const CHECKPOINT_EVERY_MS = 2_000;
const MAINTAIN_EVERY_MS = 3_600_000;
/** How long batches are kept for recounts and followers. */
const JOURNAL_KEPT_MS = 30 * 86_400_000;
/** Bytes that a look for the end of the old batches reads at a time. */
const TRIM_READ_BYTES = 4 * 1024 * 1024;

type Upkeep = Readonly<{
  /** The engine, while the cell decides batches. */
  engine: () => Engine | undefined;
  journal: Journal;
  store: SqliteStateStore;
  accounts: Accounts;
  journalFile: string;
  border: Border;
  nowMs: () => number;
}>;

/** Starts the upkeep; the returned function ends it. Failures are told and tried again later. */
export function startUpkeep(upkeep: Upkeep): () => void {
  const { border } = upkeep;
  let isBusy = false;
  const guarded = (work: () => Promise<void>) => (): void => {
    if (isBusy) return;
    isBusy = true;
    work()
      .catch((error: unknown) => {
        const message = `upkeep failed (${faultCode(error)}); it is tried again later`;
        border.pass({ type: 'notice', level: 'warn', event: 'maintenance-failed', message });
      })
      .finally(() => {
        isBusy = false;
      });
  };
  const checkpoint = guarded(() => upkeep.store.checkpointJournal(upkeep.journalFile));
  const maintain = guarded(() => maintainCell(upkeep));
  const timers = [
    setInterval(checkpoint, CHECKPOINT_EVERY_MS),
    setInterval(maintain, MAINTAIN_EVERY_MS),
  ];
  for (const timer of timers) timer.unref();
  maintain();
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

async function maintainCell(upkeep: Upkeep): Promise<void> {
  const engine = upkeep.engine();
  if (engine !== undefined) await finishDeletions(engine, upkeep.accounts);
  await upkeep.store.maintain(upkeep.nowMs());
  await trimJournal(upkeep);
}

/** A deletion that a crash interrupted left its mark; what is missing is done now. */
export async function finishDeletions(engine: Engine, accounts: Accounts): Promise<void> {
  for (const account of accounts.pendingDeletions()) {
    // AC51: of a deletion on the day of a promotion, the mark alone may have come along.
    accounts.delete(account);
    const subjectKey = subjectKeyOf({ kind: 'account', account });
    const reply = await engine.ask({ kind: 'erase', who: { kind: 'subject', subjectKey } });
    if (reply.kind === 'durable') accounts.finishDeletion(account);
  }
}

/** Forgets batches that are old and surely in the stored state. */
async function trimJournal({ nowMs, journal, store }: Upkeep): Promise<void> {
  const stored = (await store.meta())?.seq ?? 0;
  const beforeMs = nowMs() - JOURNAL_KEPT_MS;
  let { seq } = await journal.base();
  for (;;) {
    const records = await journal.read(seq, TRIM_READ_BYTES);
    const old = records.filter((record) => record.atMs < beforeMs && record.seq < stored);
    const last = old.at(-1);
    if (last === undefined) break;
    seq = last.seq as Seq;
    if (old.length < records.length) break;
  }
  await journal.trim(seq);
}
