// What a cell has opened: the journal, the rows in memory, and the flush that follows them.
//
// One role at a time works on it: an `Engine` that decides batches, or a `Follower` that takes
// another's. A hand-over changes the role and keeps the ledger, so nothing is read again while
// people wait.

import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import type { Journal } from '../journal/journal.ts';
import type { EngineOptions } from './engine-options.ts';
import { openSteadyClock } from './clock.ts';
import type { SteadyClock } from './clock.ts';
import { Flusher, systemAfter } from './flusher.ts';
import type { After } from './flusher.ts';
import { applyRecords, READ_BYTES_MAX, replayJournal } from './replay.ts';
import type { RowView } from './row-view.ts';

export type LedgerOptions = Pick<
  EngineOptions,
  'journal' | 'store' | 'clocks' | 'onApplied' | 'onProblem' | 'onReplay'
> &
  Readonly<{
    /** Epoch of the first batch of an empty ledger. */
    epoch: Epoch;
    limits: EngineOptions['limits'];
    /** Absent, the timers of the system. */
    after?: After;
  }>;

export type Ledger = {
  readonly journal: Journal;
  readonly view: RowView;
  readonly flusher: Flusher;
  readonly clock: SteadyClock;
  readonly onApplied: LedgerOptions['onApplied'];
  readonly onProblem: LedgerOptions['onProblem'];
  /** Time of the last batch; the next is not before it. */
  lastAtMs: number;
};

/** Where a ledger stands: the batch it includes everything up to, and the commitments there. */
export type LedgerPosition = Readonly<{
  seq: Seq;
  chain: Uint8Array;
  likesHash: Uint32Array;
  countsHash: Uint32Array;
}>;

/** Opens a ledger: replays what the state has not yet seen. Throws when the two do not fit. */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { journal, store, clocks, limits, onApplied, onProblem } = options;
  const { view, lastAtMs } = await replayJournal(options);
  const onFailure = (error: unknown): void =>
    onProblem({
      kind: 'flush-failed',
      message: 'the state could not be stored; the journal has everything, trying again',
      error,
    });
  const flusher = new Flusher(view, store, limits, onFailure, options.after ?? systemAfter);
  const clock = openSteadyClock(clocks, lastAtMs);
  return { journal, view, flusher, clock, onApplied, onProblem, lastAtMs };
}

/**
 * Applies what the journal holds beyond the rows: batches that were durable here and not yet
 * acknowledged when a role ended, and that count all the same.
 */
export async function applyJournal(ledger: Ledger): Promise<void> {
  const { journal, view, onApplied } = ledger;
  for (;;) {
    const records = await journal.read(view.meta.seq, READ_BYTES_MAX);
    if (records.length === 0) return;
    await applyRecords(view, records, onApplied);
    ledger.lastAtMs = records.at(-1)?.atMs ?? ledger.lastAtMs;
  }
}

/** Copies, so that batches to come do not change what was said. */
export function positionOf({ view }: Ledger): LedgerPosition {
  const { seq, chain, likesHash, countsHash } = view.meta;
  return {
    seq,
    chain: chain.slice(),
    likesHash: likesHash.slice(),
    countsHash: countsHash.slice(),
  };
}
