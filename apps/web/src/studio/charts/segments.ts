// How buckets become strokes: settled lines, segments to a bucket that is not over yet, and bands
// where nothing is known. Pure.

import { hasValue } from './buckets.ts';
import type { Bucket, GapReason } from './buckets.ts';

/** A stroke through the buckets of these places, in order. */
export type Stroke = Readonly<{ kind: 'settled' | 'unfinished'; places: readonly number[] }>;

/** Buckets without a value, from one place to another, both of them included. */
export type Band = Readonly<{ from: number; to: number; reason: GapReason }>;

/**
 * The strokes of a line. A settled one never leaves its run of whole buckets; what leads to or from
 * an unfinished bucket is a stroke of its own; nothing leads over a gap.
 */
export function strokesOf(buckets: readonly (Bucket | undefined)[]): readonly Stroke[] {
  const strokes: { kind: Stroke['kind']; places: number[] }[] = [];
  for (const [place, bucket] of buckets.entries()) {
    if (!hasValue(bucket)) continue;
    const before = buckets[place - 1];
    if (!hasValue(before)) {
      if (bucket.kind === 'whole') strokes.push({ kind: 'settled', places: [place] });
      continue;
    }
    const kind =
      bucket.kind === 'unfinished' || before.kind === 'unfinished' ? 'unfinished' : 'settled';
    const last = strokes.at(-1);
    if (last?.kind === kind && last.places.at(-1) === place - 1) last.places.push(place);
    else strokes.push({ kind, places: [place - 1, place] });
  }
  return strokes.filter(
    ({ places }, index) => places.length > 1 || strokes[index + 1]?.places[0] !== places[0],
  );
}

/** Where nothing is known, with the reason; neighbours of one reason are one band. */
export function bandsOf(buckets: readonly Bucket[]): readonly Band[] {
  const bands: { from: number; to: number; reason: GapReason }[] = [];
  for (const [place, bucket] of buckets.entries()) {
    if (bucket.kind !== 'gap') continue;
    const last = bands.at(-1);
    if (last?.to === place - 1 && last.reason === bucket.reason) last.to = place;
    else bands.push({ from: place, to: place, reason: bucket.reason });
  }
  return bands;
}
