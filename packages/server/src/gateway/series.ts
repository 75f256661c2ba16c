// Series of analytics: which buckets there are, and what cells' numbers add up to in each. Pure.
//
// Rules: docs/spec/api.md (A56 to A62).
//
// Cells keep minutes for 48 hours, quarter-hours for 90 days and UTC days for ever. Hours, and days
// of a zone that is not UTC, are sums of quarter-hours; days before that are UTC days.

import type { Grain } from '@holdfast/protocol/counts.ts';
import type { Bucket } from '../cell/cell-client.ts';
import { QUARTER_MS } from './zone.ts';
import type { Zone } from './zone.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How long cells keep minutes and quarter-hours (C21). */
const MINUTES_KEPT_MS: number = 2 * DAY_MS;
const QUARTERS_KEPT_MS: number = 90 * DAY_MS;

type CellGrain = Exclude<Grain, 'hour'>;

/** A range of buckets that are all asked of cells in the same grain. */
export type Stretch = Readonly<{
  cellGrain: CellGrain;
  /** Beginnings of the buckets and, last, the end of the last one; ascending. */
  edges: readonly number[];
  /** The first bucket begins where quarter-hours begin to be kept, not where its hour or day did. */
  firstCut: boolean;
}>;

export type SeriesAsk = Readonly<{
  grain: Grain;
  fromMs: number;
  toMs: number;
  zone: Zone;
  utc: boolean;
  nowMs: number;
  bucketsMax: number;
}>;

export type SeriesPoint = Readonly<{ at: string; value: number; partial: boolean }>;

/**
 * The buckets of a series, oldest first, or `too-many`. Buckets of which cells keep nothing any
 * more are left out, because a 0 there would be a lie (A58).
 */
export function stretchesOf(ask: SeriesAsk): readonly Stretch[] | 'too-many' {
  const stretches = plan(ask);
  const buckets = stretches.reduce((sum, { edges }) => sum + Math.max(0, edges.length - 1), 0);
  if (buckets > ask.bucketsMax) return 'too-many';
  return stretches.filter(({ edges }) => edges.length > 1);
}

function plan(ask: SeriesAsk): readonly Stretch[] {
  const { grain, fromMs, toMs, zone, utc, nowMs, bucketsMax } = ask;
  const minutesFrom = ceilTo(nowMs - MINUTES_KEPT_MS, QUARTER_MS);
  const quartersFrom = ceilTo(nowMs - QUARTERS_KEPT_MS, DAY_MS);
  const fixed = (cellGrain: CellGrain, unitMs: number, keptFromMs: number): Stretch => {
    const first = Math.max(floorTo(fromMs, unitMs), keptFromMs);
    const edges = edgesOf(first, toMs, bucketsMax, (ms) => ms + unitMs);
    return { cellGrain, edges, firstCut: false };
  };
  const summed = (begin: (ms: number) => number, next: (ms: number) => number): Stretch => {
    const first = Math.max(begin(floorTo(fromMs, QUARTER_MS)), quartersFrom);
    const edges = edgesOf(first, toMs, bucketsMax, next);
    return { cellGrain: 'quarter', edges, firstCut: begin(first) !== first };
  };
  switch (grain) {
    case 'minute':
      return [fixed('minute', MINUTE_MS, minutesFrom)];
    case 'quarter':
      return [fixed('quarter', QUARTER_MS, quartersFrom)];
    case 'hour':
      return [summed(zone.hourStart, zone.nextHour)];
    case 'day': {
      if (utc) return [fixed('day', DAY_MS, Number.MIN_SAFE_INTEGER)];
      const oldTo = Math.min(toMs, quartersFrom);
      const oldEdges = edgesOf(floorTo(fromMs, DAY_MS), oldTo, bucketsMax, (ms) => ms + DAY_MS);
      const old: Stretch = { cellGrain: 'day', edges: oldEdges, firstCut: false };
      return [old, summed(zone.dayStart, zone.nextDay)];
    }
  }
}

/** Edges of the buckets that begin in [fromMs, toMs); stops one bucket after too many. */
function edgesOf(
  fromMs: number,
  toMs: number,
  bucketsMax: number,
  next: (ms: number) => number,
): readonly number[] {
  const edges: number[] = [];
  let at = fromMs;
  while (at < toMs && edges.length <= bucketsMax) {
    edges.push(at);
    at = next(at);
  }
  if (edges.length > 0) edges.push(at);
  return edges;
}

/**
 * Adds up what every cell answered for a stretch. `asOfMs` is the oldest of the cells': buckets
 * that begin at it or later are not covered and left out, and the one that holds it is partial.
 */
export function sumSeries(
  { edges, firstCut }: Stretch,
  cells: readonly (readonly Bucket[])[],
  asOfMs: number,
): readonly SeriesPoint[] {
  const values = new Float64Array(Math.max(0, edges.length - 1));
  for (const buckets of cells) addBuckets(values, edges, buckets);
  const points: SeriesPoint[] = [];
  for (const [index, value] of values.entries()) {
    const start = edges[index] ?? 0;
    const end = edges[index + 1] ?? 0;
    if (start >= asOfMs) break;
    const partial = end > asOfMs || (index === 0 && firstCut);
    points.push({ at: new Date(start).toISOString(), value, partial });
  }
  return points;
}

function addBuckets(
  values: Float64Array,
  edges: readonly number[],
  buckets: readonly Bucket[],
): void {
  let index = 0;
  for (const { atMs, value } of [...buckets].sort((a, b) => a.atMs - b.atMs)) {
    if (atMs < (edges[0] ?? 0) || atMs >= (edges.at(-1) ?? 0)) continue;
    while (atMs >= (edges[index + 1] ?? Infinity)) index += 1;
    values[index] = (values[index] ?? 0) + value;
  }
}

function floorTo(ms: number, unitMs: number): number {
  return Math.floor(ms / unitMs) * unitMs;
}

function ceilTo(ms: number, unitMs: number): number {
  return Math.ceil(ms / unitMs) * unitMs;
}
