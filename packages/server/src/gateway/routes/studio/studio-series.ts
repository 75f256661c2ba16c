// Series of the studio: buckets over all cells in which a gap is never a 0. Pure but for the asking.
// Rules SD17 to SD20.

import { DETAIL } from '@holdfast/engine/counting/day-detail.ts';
import type { CountState } from '@holdfast/protocol/counts.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { StudioPart, StudioReply } from '../../../studio/studio-call.ts';
import { sumSeries } from '../../series.ts';
import type { Stretch } from '../../series.ts';
import { timeText } from '../../answers.ts';
import type { AskStudio, FromCells } from './ask-studio.ts';

/** What the studio has cards and series of. */
export const STUDIO_METRICS = [
  'views',
  'engagedViews',
  'likes',
  'comments',
  'watchMs',
  'uniqueViewers',
  'followers',
] as const;
export type StudioMetric = (typeof STUDIO_METRICS)[number];

/** Metrics that are kept by UTC day only. */
export const BY_UTC_DAY: ReadonlySet<StudioMetric> = new Set(['engagedViews', 'uniqueViewers']);

/** Of these the total at the end of each bucket is told, and of all others what it brought. */
export function isTotal(metric: StudioMetric): metric is 'comments' | 'followers' {
  return metric === 'comments' || metric === 'followers';
}

export type StudioPoint = Readonly<{
  at: string;
  value: number | null;
  /** The bucket is not over, or not all of it is in what cells have said. */
  partial: boolean;
  /** Nobody knows what was counted. */
  gap?: true;
  /** It will never be known: it was before such numbers were kept. */
  reason?: 'not-kept';
}>;

export type Span = Readonly<{ fromMs: number; toMs: number | undefined }>;

export type StudioSeries = Readonly<{
  points: readonly StudioPoint[];
  state: CountState;
  asOfMs: number;
}>;

type Summed = Readonly<{ atMs: number; value: number }>;

/** What one reply says of a metric by time; days whose value nobody knows are named apart. */
function valuesOf(reply: StudioReply, metric: StudioMetric, part: StudioPart) {
  const unknown: number[] = [];
  const values: Summed[] = [];
  if (part === 'viewers') {
    for (const { atMs, viewers } of reply.viewerDays) values.push({ atMs, value: viewers });
  } else if (metric === 'engagedViews') {
    for (const { atMs, detail } of reply.days) {
      if (detail === undefined) unknown.push(atMs);
      else values.push({ atMs, value: detail[DETAIL.engagedViews] ?? 0 });
    }
  } else {
    const field = metric === 'likes' || metric === 'watchMs' ? metric : 'views';
    const rows = part === 'days' ? reply.days : reply.buckets;
    for (const row of rows) values.push({ atMs: row.atMs, value: row[field] });
  }
  return { values, unknown };
}

/** The part of a reply that a metric is in. */
export function partOf(metric: StudioMetric, { cellGrain }: Stretch): StudioPart {
  if (metric === 'uniqueViewers') return 'viewers';
  return metric === 'engagedViews' || cellGrain === 'day' ? 'days' : 'buckets';
}

/** The buckets of a stretch from what cells have said of it. */
export function pointsOf(
  stretch: Stretch,
  metric: StudioMetric,
  from: FromCells,
  context: Readonly<{ nowMs: number; outages: readonly Span[] }>,
): readonly StudioPoint[] {
  if (from.state === 'unknown') return gapsFrom(stretch, 0, context.nowMs);
  const part = partOf(metric, stretch);
  const told = from.cells.map(({ reply }) => valuesOf(reply, metric, part));
  const unknown = new Set(told.flatMap((one) => one.unknown));
  const sums = sumSeries(
    stretch,
    told.map(({ values }) => values),
    from.asOfMs,
  );
  const points = sums.map(({ at, value, partial }, index): StudioPoint => {
    const start = stretch.edges[index] ?? 0;
    const end = stretch.edges[index + 1] ?? 0;
    const isLost = value === 0 && isWithin(start, end, context.outages);
    if (unknown.has(start)) return { at, value: null, partial, gap: true, reason: 'not-kept' };
    if (isLost) return { at, value: null, partial, gap: true };
    return { at, value, partial };
  });
  // SD19: time that has passed since a cell was last heard of is a gap, and no row of zeros.
  const rest = from.state === 'stale' ? gapsFrom(stretch, points.length, context.nowMs) : [];
  return [...points, ...rest];
}

/** Buckets that have begun and of which nothing is known. */
export function gapsFrom({ edges }: Stretch, index: number, nowMs: number): readonly StudioPoint[] {
  return edges
    .slice(index, -1)
    .filter((start) => start < nowMs)
    .map((start) => ({ at: timeText(start), value: null, partial: false, gap: true }));
}

function isWithin(start: number, end: number, outages: readonly Span[]): boolean {
  return outages.some(({ fromMs, toMs }) => fromMs <= start && end <= (toMs ?? Infinity));
}

const WORST: Readonly<Record<CountState, number>> = { live: 0, stale: 1, unknown: 2 };

export function worse(left: CountState, right: CountState): CountState {
  return WORST[left] >= WORST[right] ? left : right;
}

/** A metric of videos over stretches. */
export async function seriesOf(
  ask: AskStudio,
  videos: readonly VideoId[],
  metric: StudioMetric,
  stretches: readonly Stretch[],
  context: Readonly<{ nowMs: number; outages: readonly Span[] }>,
): Promise<StudioSeries> {
  let state: CountState = 'live';
  let asOfMs = context.nowMs;
  const points: StudioPoint[] = [];
  for (const stretch of stretches) {
    const { edges, cellGrain: grain } = stretch;
    const range = { fromMs: edges[0] ?? 0, toMs: edges.at(-1) ?? 0 };
    const from = await ask({ videos, parts: [partOf(metric, stretch)], grain, ...range });
    points.push(...pointsOf(stretch, metric, from, context));
    state = worse(state, from.state);
    asOfMs = Math.min(asOfMs, from.asOfMs);
  }
  return { points, state, asOfMs };
}
