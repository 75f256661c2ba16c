// What the rehearsal of hand-overs asks of its load, and what it is told. Both are processes of
// their own, so that driving the rehearsal does not take from what is measured.

import type { Target } from '../load/job.ts';
import type { LatencySummary } from '../load/histogram.ts';

/** Fills the cell with `sessions * likesPerSession` rows over all videos. */
export type Fill = Readonly<{ sessions: number; likesPerSession: number; videos: number }>;

/** Likes and unlikes at a fixed rate, whether or not they are answered in time. */
export type OpenLoad = Readonly<{
  opsPerSecond: number;
  opsPerRequest: number;
  sessions: number;
  connections: number;
}>;

/** What people met between two moments. */
export type Watched = Readonly<{
  /** Since the load began. */
  fromMs: number;
  toMs: number;
  ops: number;
  /** From when an op was due until its answer was here. */
  longestMs: number;
  /** The longest time in which nothing at all was acknowledged. */
  gapMs: number;
  /** The longest time for which the load generator itself did not get to run. */
  ownStallMs: number;
  clientErrors: number;
  countFaults: number;
}>;

/** One step of the plot. */
export type SeriesStep = Readonly<{ ops: number; longestMs: number }>;

export type LoadEnd = Readonly<{
  opsAcknowledged: number;
  requests: number;
  windows: Readonly<Record<string, LatencySummary>>;
  stepMs: number;
  series: readonly SeriesStep[];
  /** Answers other than 200 and connections that broke, by what they said. */
  clientErrors: Readonly<Record<string, number>>;
  /** Ops that were answered `duplicate`: something on the way sent them again. */
  duplicates: number;
  counts: Readonly<{
    polls: number;
    faults: number;
    firstFaults: readonly string[];
    latency: LatencySummary;
  }>;
  verified: Readonly<{
    videosCompared: number;
    differences: number;
    /** In words; empty when there are none. */
    detail: string;
    booksBalanced: boolean;
    /** Ops in the books but duplicates; each name stands there once. */
    opsInBooks: number;
  }>;
}>;

export type LoadAsk =
  | Readonly<{ kind: 'fill'; target: Target; fill: Fill }>
  | Readonly<{ kind: 'begin'; load: OpenLoad }>
  /** Latencies from here on are those of this window, or of none. */
  | Readonly<{ kind: 'window'; name: string | null }>
  | Readonly<{ kind: 'watch' }>
  | Readonly<{ kind: 'watched' }>
  | Readonly<{ kind: 'end' }>;

export type LoadAnswers = {
  fill: Readonly<{ opsPerSecond: number }>;
  begin: null;
  window: null;
  watch: null;
  watched: Watched;
  end: LoadEnd;
};

export type ToHandoverLoad = Readonly<{ id: number; ask: LoadAsk }>;

export type FromHandoverLoad =
  | Readonly<{ kind: 'stage'; text: string }>
  | Readonly<{ kind: 'answer'; id: number; answer: LoadAnswers[LoadAsk['kind']] }>
  | Readonly<{ kind: 'failed'; id: number | null; message: string }>;
