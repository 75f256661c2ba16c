// UTC days of videos: what each counted (C20) and what it was made of (C27), for any number of
// videos at once, from what is stored and what is not yet.

import { addDetail, emptyDetail, overSources } from '../counting/day-detail.ts';
import type { DayDetail } from '../counting/day-detail.ts';
import { DAY_MS, dayOfMinute, dayVideoKey, MINUTE_MS, utcDay } from '../counting/numbers.ts';
import type { VideoNo } from '../counting/numbers.ts';
import type { MinuteRow } from '../counting/rows.ts';
import { addMinutes } from '../state/minutes.ts';
import type { StateStore } from '../state/state-store.ts';
import type { RowView } from './row-view.ts';

const DAY_MINUTES: number = DAY_MS / MINUTE_MS;
const NOTHING: MinuteRow = { likes: 0, views: 0, starts: 0, loops: 0, watchMs: 0 };

/** A day of a video. Without `detail` something was counted and not what it was made of (C29). */
export type VideoDay = Readonly<{
  video: VideoNo;
  day: number;
  counted: Readonly<MinuteRow>;
  detail: Readonly<DayDetail> | undefined;
}>;

/** What days counted that are over: nothing changes them any more. Belongs to one cell. */
export type ClosedDays = Readonly<{ days: Map<number, Readonly<MinuteRow>> }>;

export type DaysAsk = Readonly<{
  /** Each once. */
  videos: readonly VideoNo[];
  fromDay: number;
  toDay: number;
  closed: ClosedDays;
  /** The cell's clock: no batch to come is before it. */
  nowMs: number;
}>;

/** Closed days that are kept; beyond it all are let go of and read again. */
const CLOSED_DAYS_MAX = 100_000;

/** Flushes that may come between before a reader gives up; they are seconds apart. */
const TRIES_MAX = 5;

/**
 * Every day of every video that is asked for, by video and in order; `undefined` when the state was
 * never still for as long as it took to read it.
 */
export async function readVideoDays(
  view: RowView,
  store: StateStore,
  ask: DaysAsk,
): Promise<readonly VideoDay[] | undefined> {
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const storedSeq = (await store.meta())?.seq ?? 0;
    const days: Days = { counted: new Map(), details: new Map() };
    for (const video of ask.videos) await addCounted(store, video, ask, days);
    const stored = await store.detailsOf(ask.videos, ask.fromDay, ask.toDay);
    for (const row of stored) days.details.set(dayVideoKey(row.day, row.video), row.detail);
    if (((await store.meta())?.seq ?? 0) !== storedSeq) continue;
    // From here on nothing is awaited: what is not stored yet is of one moment, in every row.
    addUnstored(view, storedSeq, ask, days);
    keepClosed(ask, days);
    return ask.videos.flatMap((video) => daysOf(video, ask, days));
  }
  return undefined;
}

type Days = Readonly<{ counted: Map<number, MinuteRow>; details: Map<number, DayDetail> }>;

/** What is stored of the days that are not known yet; known ones are always the first. */
async function addCounted(
  store: StateStore,
  video: VideoNo,
  { fromDay, toDay, closed }: DaysAsk,
  { counted }: Days,
): Promise<void> {
  let day = fromDay;
  for (; day < toDay; day += 1) {
    const known = closed.days.get(dayVideoKey(day, video));
    if (known === undefined) break;
    counted.set(dayVideoKey(day, video), known);
  }
  if (day >= toDay) return;
  const rows = await store.rollups(video, day * DAY_MINUTES, toDay * DAY_MINUTES);
  for (const row of rows) addTo(counted, dayVideoKey(dayOfMinute(row.minute), video), row);
}

function addTo(counted: Days['counted'], key: number, row: Readonly<MinuteRow>): void {
  counted.set(key, addMinutes(counted.get(key) ?? NOTHING, row));
}

function addUnstored(view: RowView, storedSeq: number, ask: DaysAsk, days: Days): void {
  const { videos, fromDay, toDay, closed } = ask;
  const isAsked = (day: number): boolean => day >= fromDay && day < toDay;
  for (const video of videos) {
    for (const [minute, row] of view.unstoredMinutes(video, storedSeq)) {
      const day = dayOfMinute(minute);
      const key = dayVideoKey(day, video);
      if (isAsked(day) && !closed.days.has(key)) addTo(days.counted, key, row);
    }
  }
  for (const [day, gained] of view.unstoredDetails(videos, storedSeq)) {
    if (!isAsked(day)) continue;
    for (const [video, detail] of gained) {
      const key = dayVideoKey(day, video);
      const held = days.details.get(key) ?? emptyDetail();
      addDetail(held, detail);
      days.details.set(key, held);
    }
  }
}

function keepClosed({ videos, fromDay, toDay, closed, nowMs }: DaysAsk, { counted }: Days): void {
  if (closed.days.size > CLOSED_DAYS_MAX) closed.days.clear();
  for (let day = fromDay; day < Math.min(toDay, utcDay(nowMs)); day += 1) {
    for (const video of videos) {
      const key = dayVideoKey(day, video);
      closed.days.set(key, counted.get(key) ?? NOTHING);
    }
  }
}

function daysOf(
  video: VideoNo,
  { fromDay, toDay }: DaysAsk,
  { counted, details }: Days,
): VideoDay[] {
  return Array.from({ length: Math.max(0, toDay - fromDay) }, (_, index): VideoDay => {
    const day = fromDay + index;
    const key = dayVideoKey(day, video);
    const row = counted.get(key) ?? NOTHING;
    const detail = details.get(key) ?? emptyDetail();
    const isWhole = overSources(detail, 'starts') === row.starts;
    return { video, day, counted: row, detail: isWhole ? detail : undefined };
  });
}
