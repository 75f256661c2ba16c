// What a chart over time is made of: buckets of time, each with a value or without one. Pure.
//
// A bucket without a value is of a kind of its own that has no number, so that nothing can draw it
// as one (SP1); one that is not over yet is of a third kind (SP2).

export type GapReason =
  /** A cell has not told its numbers of this time. */
  | 'no-answer'
  /** The series has no such bucket: not kept so finely, or before the video. */
  | 'not-kept'
  /** It was before anybody kept such numbers. */
  | 'not-kept-yet';

export type Bucket = Readonly<
  | { kind: 'whole'; atMs: number; value: number }
  | { kind: 'unfinished'; atMs: number; value: number }
  | { kind: 'gap'; atMs: number; reason: GapReason }
>;

export type ValueBucket = Exclude<Bucket, { kind: 'gap' }>;

/** A bucket as the API tells it. */
export type SeriesPoint = Readonly<{
  at: string;
  value: number | null;
  partial: boolean;
  gap?: boolean;
  reason?: 'not-kept';
}>;

/** Steps of a grain at most; beyond 1.5 of them, something between two buckets is missing. */
const MISSING_FROM = 1.5;
/** More buckets than any grain and period of the studio have. */
export const BUCKETS_MAX = 2_000;

/** The buckets of a series, oldest first; what it leaves out between two of them is a gap. */
export function bucketsOf(series: readonly SeriesPoint[], grainMs: number): readonly Bucket[] {
  const buckets: Bucket[] = [];
  for (const point of series.slice(-BUCKETS_MAX)) {
    const atMs = Date.parse(point.at);
    const before = buckets.at(-1);
    if (before !== undefined) {
      const missing = Math.round((atMs - before.atMs) / grainMs) - 1;
      if (atMs - before.atMs > MISSING_FROM * grainMs && missing < BUCKETS_MAX) {
        for (let step = 1; step <= missing; step += 1) {
          buckets.push({ kind: 'gap', atMs: before.atMs + step * grainMs, reason: 'not-kept' });
        }
      }
    }
    buckets.push(bucketOf(point, atMs));
  }
  return buckets;
}

function bucketOf({ value, partial, gap, reason }: SeriesPoint, atMs: number): Bucket {
  if (value === null || gap === true) {
    return { kind: 'gap', atMs, reason: reason === 'not-kept' ? 'not-kept-yet' : 'no-answer' };
  }
  return { kind: partial ? 'unfinished' : 'whole', atMs, value };
}

/** What all buckets have together; `null` while one of them is not known (SD21). */
export function sumOf(buckets: readonly Bucket[]): number | null {
  return buckets.every(hasValue) ? buckets.reduce((sum, { value }) => sum + value, 0) : null;
}

export function hasValue(bucket: Bucket | undefined): bucket is ValueBucket {
  return bucket !== undefined && bucket.kind !== 'gap';
}

/** The value of a bucket; `null` for a gap. */
export function valueOf(bucket: Bucket | undefined): number | null {
  return hasValue(bucket) ? bucket.value : null;
}

/**
 * For every bucket the one of another time that it is compared with: that which began `shiftMs`
 * earlier, give or take half a bucket, since the hour of a clock change moves its neighbours (SP5).
 */
export function matched(
  buckets: readonly Bucket[],
  others: readonly Bucket[],
  shiftMs: number,
  grainMs: number,
): readonly (Bucket | undefined)[] {
  let next = 0;
  return buckets.map(({ atMs }) => {
    const wantedMs = atMs - shiftMs;
    while ((others[next]?.atMs ?? Infinity) < wantedMs - grainMs / 2) next += 1;
    const found = others[next];
    return found !== undefined && found.atMs <= wantedMs + grainMs / 2 ? found : undefined;
  });
}

/** The largest value of all buckets; 0 when none has one. */
export function largest(...rows: readonly (readonly (Bucket | undefined)[])[]): number {
  return rows.flat().reduce((most, bucket) => Math.max(most, valueOf(bucket) ?? 0), 0);
}
