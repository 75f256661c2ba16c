// What the bench asks of the load generator, and what it is told. Both are processes of their
// own; these messages are all that passes between them.

import type { LatencySummary } from './histogram.ts';
import type { Difference, Metric } from './oracle.ts';

/** The cell that all the bench's people live in: one cell's engine is what is measured. */
export const JURISDICTION = 'us';

export type Target = Readonly<{
  /** Holdfast has sessions and positions; a stand-in takes the user's name as the token. */
  dialect: 'holdfast' | 'stand-in';
  port: number;
  serviceKey: string;
}>;

export type Window = Readonly<{ warmUpMs: number; measureMs: number }>;

/** Likes and unlikes through `/v1/ops`, closed loop. */
export type LikesJob = Readonly<{
  kind: 'likes';
  connections: number;
  sessions: number;
  videos: number;
  opsPerRequest: number;
  hot: boolean;
  window: Window;
}>;

/** Views through `/v1/ops/bulk`, closed loop. */
export type BulkViewsJob = Readonly<{
  kind: 'bulk-views';
  connections: number;
  sessions: number;
  videos: number;
  linesPerRequest: number;
  window: Window;
}>;

/** A fixed number of likes through `/v1/ops/bulk`: fills a server with rows. */
export type BulkLikesJob = Readonly<{
  kind: 'bulk-likes';
  connections: number;
  sessions: number;
  likesPerSession: number;
  videos: number;
}>;

/** `GET /v1/counts`, closed loop, over a server that holds some likes. */
export type CountsReadJob = Readonly<{
  kind: 'counts-read';
  connections: number;
  videos: number;
  videosPerRequest: number;
  window: Window;
}>;

/** Ops at a fixed rate, open loop, and the time from each probe's answer until it is shown. */
export type VisibleJob = Readonly<{
  kind: 'visible';
  connections: number;
  sessions: number;
  videos: number;
  opsPerSecond: number;
  probesPerSecond: number;
  window: Window;
}>;

export type Job = LikesJob | BulkViewsJob | BulkLikesJob | CountsReadJob | VisibleJob;

/** What one job measured. Rates are over the window; `visible` is set by its job alone. */
export type Measured = Readonly<{
  ops: number;
  requests: number;
  elapsedMs: number;
  resends: number;
  latency: LatencySummary;
  visible?: LatencySummary;
  /** Processor time the load generator itself took in the window, as a share of one core. */
  loadCpuShare: number;
}>;

export type Verified = Readonly<{
  opsAcknowledged: number;
  videosCompared: number;
  differences: readonly Difference[];
  differenceCount: number;
  /** Set when the server's own books do not agree with the ops that it acknowledged. */
  booksProblem?: string;
}>;

export type ToLoad =
  | Readonly<{ kind: 'run'; target: Target; job: Job }>
  | Readonly<{ kind: 'verify'; target: Target; metrics: readonly Metric[] }>;

export type FromLoad =
  | Readonly<{ kind: 'window'; edge: 'open' | 'closed' }>
  | Readonly<{ kind: 'stage'; text: string }>
  | Readonly<{ kind: 'measured'; measured: Measured }>
  | Readonly<{ kind: 'verified'; verified: Verified }>
  | Readonly<{ kind: 'failed'; message: string }>;
