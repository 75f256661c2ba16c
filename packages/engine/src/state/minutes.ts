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
    held.set(video, before === undefined ? row : addMinutes(before, row));
  }
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
