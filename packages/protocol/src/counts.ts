// Counts as readers see them: a value with an age and a state, never a number alone (promise P3).

/** `live`, `stale` (value is the last good one) or `unknown` (there is no value). */
export type CountState = 'live' | 'stale' | 'unknown';

/** One metric over all cells. */
export type Count = Readonly<
  | { value: number; state: 'live' | 'stale'; asOf: string }
  | { value: null; state: 'unknown'; asOf: null }
>;

/** What one cell contributes to a video's counts. */
export type CellCounts = Readonly<
  | {
      likes: number;
      views: number;
      state: 'live' | 'stale';
      asOf: string;
      epoch: number;
      seq: number;
    }
  | { likes: null; views: null; state: 'unknown'; asOf: null; epoch: null; seq: null }
>;

/** A video's counts: the sums, and the subtotals of the cells they are made of. */
export type VideoCounts = Readonly<{
  likes: Count;
  views: Count;
  cells: Readonly<Record<string, CellCounts>>;
}>;

/** In place of counts, for a video the platform does not know. */
export type UnknownVideo = Readonly<{ error: 'unknown-video' }>;

export const METRICS = ['likes', 'views'] as const;
export type Metric = (typeof METRICS)[number];

/** What analytics can be asked for. */
export const ANALYTICS_METRICS = [
  'views',
  'likes',
  'starts',
  'loops',
  'watchMs',
  'uniqueViewers',
] as const;
export type AnalyticsMetric = (typeof ANALYTICS_METRICS)[number];

export const GRAINS = ['minute', 'quarter', 'hour', 'day'] as const;
export type Grain = (typeof GRAINS)[number];

/** Why a count was corrected. The order is part of the journal format: only append. */
export const CORRECTION_REASONS = ['fraud', 'rule', 'erasure', 'bug', 'import'] as const;
export type CorrectionReason = (typeof CORRECTION_REASONS)[number];
