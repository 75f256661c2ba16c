// Rollup buckets as a series of one metric (C20, C21), from what is stored and what is not yet.

import type { AnalyticsMetric } from '@holdfast/protocol/counts.ts';
import { DAY_MS, MINUTE_MS } from '../counting/numbers.ts';
import type { VideoNo } from '../counting/numbers.ts';
import { countViewers } from '../counting/uniques.ts';
import type { MinuteRow } from '../counting/rows.ts';
import { addMinutes } from '../state/minutes.ts';
import type { RollupWidth, StateStore } from '../state/state-store.ts';
import type { RowView } from './row-view.ts';

export type SeriesBucket = Readonly<{ atMs: number; value: number }>;
export type SeriesAsk = Readonly<{
  video: VideoNo;
  metric: AnalyticsMetric;
  /** Minutes a bucket is wide. Where only wider ones are kept, their whole value stands there. */
  width: RollupWidth;
  fromMs: number;
  toMs: number;
}>;

/** Buckets with a value, in order; those without any op are left out. */
export async function readSeries(
  view: RowView,
  store: StateStore,
  ask: SeriesAsk,
): Promise<readonly SeriesBucket[]> {
  if (ask.metric === 'uniqueViewers') return uniqueViewers(view, store, ask);
  const { metric } = ask;
  const fromMinute = Math.ceil(ask.fromMs / MINUTE_MS);
  const toMinute = Math.ceil(ask.toMs / MINUTE_MS);
  return betweenFlushes(store, async (storedSeq) => {
    const sums = new Map<number, number>();
    const add = (minute: number, value: number): void => {
      if (minute < fromMinute || minute >= toMinute || value === 0) return;
      const start = minute - (minute % ask.width);
      sums.set(start, (sums.get(start) ?? 0) + value);
    };
    const stored = await store.rollups(ask.video, fromMinute, toMinute);
    for (const row of stored) add(row.minute, row[metric]);
    for (const [minute, row] of view.unstoredMinutes(ask.video, storedSeq))
      add(minute, row[metric]);
    return inOrder(sums, MINUTE_MS);
  });
}

export type BucketsAsk = Omit<SeriesAsk, 'video' | 'metric'> &
  Readonly<{
    /** Each once. */
    videos: readonly VideoNo[];
  }>;

/** All metrics of several videos together, by bucket, in order. */
export async function readBuckets(
  view: RowView,
  store: StateStore,
  { videos, width, fromMs, toMs }: BucketsAsk,
): Promise<readonly Readonly<{ atMs: number; row: MinuteRow }>[]> {
  const fromMinute = Math.ceil(fromMs / MINUTE_MS);
  const toMinute = Math.ceil(toMs / MINUTE_MS);
  return betweenFlushes(store, async (storedSeq) => {
    const sums = new Map<number, MinuteRow>();
    const add = (minute: number, row: Readonly<MinuteRow>): void => {
      if (minute < fromMinute || minute >= toMinute) return;
      const start = minute - (minute % width);
      sums.set(start, addMinutes(sums.get(start) ?? EMPTY, row));
    };
    for (const video of videos) {
      for (const row of await store.rollups(video, fromMinute, toMinute)) add(row.minute, row);
      for (const [minute, row] of view.unstoredMinutes(video, storedSeq)) add(minute, row);
    }
    return [...sums]
      .sort(([left], [right]) => left - right)
      .map(([minute, row]) => ({ atMs: minute * MINUTE_MS, row }));
  });
}

const EMPTY: MinuteRow = { likes: 0, views: 0, starts: 0, loops: 0, watchMs: 0 };

/** Flushes that may come between before a reader takes what it has; they are seconds apart. */
const TRIES_MAX = 5;

/**
 * Reads what is stored and what is not, again if a flush was stored meanwhile: what it moved would
 * be in both parts or in neither.
 */
export async function betweenFlushes<Answer>(
  store: StateStore,
  read: (storedSeq: number) => Promise<Answer>,
): Promise<Answer> {
  let storedSeq = (await store.meta())?.seq ?? 0;
  for (let tries = 1; ; tries += 1) {
    const answer = await read(storedSeq);
    const nowSeq = (await store.meta())?.seq ?? 0;
    if (nowSeq === storedSeq || tries === TRIES_MAX) return answer;
    storedSeq = nowSeq;
  }
}

/** Unique viewers are kept by UTC day, whatever width is asked for (C22). */
async function uniqueViewers(
  view: RowView,
  store: StateStore,
  ask: SeriesAsk,
): Promise<readonly SeriesBucket[]> {
  const fromDay = Math.floor(ask.fromMs / DAY_MS);
  const toDay = Math.ceil(ask.toMs / DAY_MS);
  return betweenFlushes(store, async () => {
    const sums = new Map<number, number>();
    for (const [day, uniques] of await store.uniquesOf(ask.video, fromDay, toDay)) {
      sums.set(day, countViewers(uniques));
    }
    for (const [, day, uniques] of view.unstoredUniques(new Set([ask.video]))) {
      if (day >= fromDay && day < toDay) sums.set(day, countViewers(uniques));
    }
    return inOrder(sums, DAY_MS);
  });
}

function inOrder(sums: ReadonlyMap<number, number>, unitMs: number): SeriesBucket[] {
  return [...sums]
    .sort(([left], [right]) => left - right)
    .map(([start, value]) => ({ atMs: start * unitMs, value }));
}
