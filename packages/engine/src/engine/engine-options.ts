// What an engine is opened with, and its limits.

import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import type { MetaRow } from '../counting/rows.ts';
import type { Journal } from '../journal/journal.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Clocks } from './clock.ts';
import type { FlushLimits } from './flusher.ts';
import type { Identify } from './requests.ts';
import type { ChangedVideos } from './row-view.ts';

export type ReplayProgress = Readonly<{
  batches: number;
  batchesTotal: number;
  /** An estimate, from the batches so far; `undefined` at the start. */
  msLeft: number | undefined;
}>;

export type EngineLimits = FlushLimits &
  Readonly<{
    /** Ops in one group commit. */
    batchOpsMax: number;
    /** Ops that may wait; beyond it requests are refused as `overloaded`. */
    queueOpsMax: number;
  }>;

export const ENGINE_LIMITS: EngineLimits = {
  batchOpsMax: 16_384,
  queueOpsMax: 100_000,
  flushRowsMin: 250_000,
  flushAgeMsMax: 5_000,
  overlayRowsMax: 750_000,
};

/** What the role of deciding batches needs beside the ledger. */
export type EngineRole = Readonly<{
  epoch: Epoch;
  identify: Identify;
  limits: EngineLimits;
  /**
   * Asked after a batch is in the journal and before anything of it is answered or shown. Resolves
   * with `lost` when another owns the cell by now; the engine then ends. Absent, the journal alone
   * is enough.
   */
  acknowledge?: (seq: Seq) => Promise<'acknowledged' | 'lost'>;
}>;

export type EngineOptions = EngineRole &
  Readonly<{
    journal: Journal;
    store: StateStore;
    clocks: Clocks;
    /** Called for each applied batch with the videos whose counts changed. */
    onApplied: (meta: Readonly<MetaRow>, videos: ChangedVideos) => void;
    /** Something a person should know; the engine goes on. */
    onProblem: (problem: EngineProblem) => void;
    onReplay: (progress: ReplayProgress) => void;
  }>;

export type EngineProblem = Readonly<{
  kind: 'journal-failed' | 'flush-failed';
  message: string;
  error: unknown;
}>;
