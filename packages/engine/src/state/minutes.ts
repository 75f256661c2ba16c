// Rollups that are not stored yet: what each UTC minute has added to each video (C20).

import type { VideoNo } from '../counting/numbers.ts';
import type { MinuteRow } from '../counting/rows.ts';

export type Minutes = Map<number, Map<VideoNo, MinuteRow>>;

/** Adds what a batch added in its minute. */
export function mergeMinutes(
  minutes: Minutes,
  minute: number,
  added: ReadonlyMap<VideoNo, MinuteRow>,
): void {
  if (added.size === 0) return;
  let held = minutes.get(minute);
  if (held === undefined) {
    held = new Map();
    minutes.set(minute, held);
  }
  for (const [video, row] of added) {
    const before = held.get(video);
    // The held row is this map's own, so it is added to in place.
    if (before === undefined) held.set(video, { ...row });
    else addTo(before, row);
  }
}

function addTo(target: MinuteRow, source: Readonly<MinuteRow>): void {
  target.likes += source.likes;
  target.views += source.views;
  target.starts += source.starts;
  target.loops += source.loops;
  target.watchMs += source.watchMs;
}

/** The sum of two rollup rows. */
export function addMinutes(left: Readonly<MinuteRow>, right: Readonly<MinuteRow>): MinuteRow {
  return {
    likes: left.likes + right.likes,
    views: left.views + right.views,
    starts: left.starts + right.starts,
    loops: left.loops + right.loops,
    watchMs: left.watchMs + right.watchMs,
  };
}
