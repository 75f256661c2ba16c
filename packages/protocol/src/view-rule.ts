// What counts as a view: the rule `holdfast-1`, as open, versioned code (docs/spec/views.md).

/** The rule that judges views, by name; journal batches carry the version that judged them. */
export type ViewRule = Readonly<{
  version: number;
  name: string;
  /** V1: a view qualifies when watched at least this long … */
  watchedMsMin: number;
  /** … or this part of the video, whichever is shorter. */
  watchedPartMin: number;
  /** V3: counted views of one video by one viewer in one UTC day. */
  countedPerViewerDayMax: number;
  /** V5: how far claimed watch time may run ahead of the clock. */
  claimSlackMs: number;
}>;

export const HOLDFAST_1: ViewRule = {
  version: 1,
  name: 'holdfast-1',
  watchedMsMin: 2_000,
  watchedPartMin: 0.5,
  countedPerViewerDayMax: 10,
  claimSlackMs: 30_000,
};

/** V1: whether a view was watched long enough to count. */
export function qualifies(rule: ViewRule, watchedMs: number, durationMs: number): boolean {
  return watchedMs >= Math.min(rule.watchedMsMin, durationMs * rule.watchedPartMin);
}

/** V2: how often the video played through to its end in one view. */
export function loopsOf(watchedMs: number, durationMs: number): number {
  return Math.floor(watchedMs / durationMs);
}
