// Viewers of videos over days (C22, V12), from what is stored and what is not yet.

import { videoDayKey } from '../counting/numbers.ts';
import type { VideoDayKey, VideoNo } from '../counting/numbers.ts';
import { unite } from '../counting/uniques.ts';
import type { Uniques } from '../counting/uniques.ts';
import type { StateStore } from '../state/state-store.ts';
import type { RowView } from './row-view.ts';
import { betweenFlushes } from './series.ts';

export type ViewersAsk = Readonly<{
  /** Each once. */
  videos: readonly VideoNo[];
  fromDay: number;
  toDay: number;
}>;

export type Viewers = Readonly<{
  /** Viewers of any of the videos in the period, each once. */
  period: Uniques;
  /** Those of each UTC day that had any, in order. */
  days: readonly Readonly<{ day: number; viewers: Uniques }>[];
}>;

/** Viewers of several videos taken together. */
export async function readViewers(
  view: RowView,
  store: StateStore,
  { videos, fromDay, toDay }: ViewersAsk,
): Promise<Viewers> {
  const asked = new Set(videos);
  return betweenFlushes(store, async () => {
    const sketches = new Map<VideoDayKey, readonly [day: number, viewers: Uniques]>();
    for (const video of asked) {
      for (const [day, viewers] of await store.uniquesOf(video, fromDay, toDay)) {
        sketches.set(videoDayKey(video, day), [day, viewers]);
      }
    }
    for (const [video, day, viewers] of view.unstoredUniques(asked)) {
      if (day >= fromDay && day < toDay) sketches.set(videoDayKey(video, day), [day, viewers]);
    }
    const byDay = new Map<number, Uniques[]>();
    for (const [day, viewers] of sketches.values()) {
      byDay.set(day, [...(byDay.get(day) ?? []), viewers]);
    }
    const days = [...byDay]
      .sort(([left], [right]) => left - right)
      .map(([day, parts]) => ({ day, viewers: unite(parts) }));
    return { period: unite(days.map(({ viewers }) => viewers)), days };
  });
}
