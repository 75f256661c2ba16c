// Canaries: videos that the status page's journeys like and view, so that what must be counted is
// known exactly. They are counted as every video is, and kept apart from public totals.

import type { VideoId } from './ids.ts';

export const CANARY_PREFIX = 'canary-';

/** Whether a video is a canary by its name (ST32). */
export function isCanary(video: VideoId | string): boolean {
  return video.startsWith(CANARY_PREFIX);
}
