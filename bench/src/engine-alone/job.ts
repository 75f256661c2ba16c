// What the process that measures the engine alone is asked, and what it answers.

export type EngineJob = Readonly<{
  folder: string;
  /** Like rows that the state holds before the window. */
  likeRows: number;
  seconds: number;
  batchOps: number;
  /** Ops of one session in a batch, in a row. */
  sessionOps: number;
}>;

export type EngineAnswer = Readonly<{
  kind: 'measured';
  opsPerSecond: number;
  opsAcknowledged: number;
  videosCompared: number;
  peakBytes: number;
}>;
