// How often one viewer's views of each video counted today (V3), as one short list a viewer.
//
// An entry is `video * 16 + times`; the list is small (a person sees hundreds of videos a day, not
// millions), so a scan beats a map in both time and memory.

import type { VideoNo } from './numbers.ts';

/** Videos of one viewer and day that the list holds; beyond it a view is `capped`. */
export const VIEWER_DAY_VIDEOS_MAX = 4_096;

const TIMES_RANGE = 16;

export type ViewerCaps = {
  /** UTC day that the list is about; an older one is as good as empty. */
  capsDay: number;
  caps: number[];
};

/** The list of the many viewers without one: shared, and never written to. */
export const NO_CAPS: number[] = [];

/** A list that may be written to. */
export function ownCaps(caps: readonly number[]): number[] {
  return caps.length === 0 ? NO_CAPS : caps.slice();
}

/** Counts one more view if the cap allows it: `true` when it counted. */
export function takeView(
  viewer: ViewerCaps,
  video: VideoNo,
  day: number,
  timesMax: number,
): boolean {
  if (viewer.capsDay !== day) {
    viewer.capsDay = day;
    viewer.caps = NO_CAPS;
  }
  if (viewer.caps === NO_CAPS) viewer.caps = [];
  const { caps } = viewer;
  const floor = video * TIMES_RANGE;
  for (let index = caps.length - 1; index >= 0; index -= 1) {
    const times = (caps[index] ?? 0) - floor;
    if (times < 0 || times >= TIMES_RANGE) continue;
    if (times >= timesMax) return false;
    caps[index] = floor + times + 1;
    return true;
  }
  if (caps.length >= VIEWER_DAY_VIDEOS_MAX) return false;
  caps.push(floor + 1);
  return true;
}
