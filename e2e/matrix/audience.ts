// People who go on liking and reading through every fault of a matrix, and who know from outside
// what the counts must be.

import { setTimeout as sleep } from 'node:timers/promises';
import { apiOf } from '../harness/api.ts';
import { differencesOf, LOAD_VIDEO, startLoad } from '../harness/load.ts';
import type { Load } from '../harness/load.ts';

export const VIDEOS: readonly string[] = ['matrix-0', 'matrix-1', 'matrix-2'];
const READ_EVERY_MS = 100;

export type Audience = Readonly<{
  load: Load;
  /**
   * What nobody may see, so far: counts that fell, or that differ from what was sent, as a gateway
   * shows them: their own unless another is named.
   */
  complaints: (at?: string) => Promise<readonly string[]>;
  leave: () => Promise<void>;
}>;

export type AudienceOptions = Readonly<{
  /** Through which gateway they come. */
  url: string;
  seed: number;
  /** Nobody is erased and no video is registered on the way, which one gateway alone would know. */
  isCalm?: boolean;
}>;

/** Has a gateway know what people will watch. */
export async function registerVideos(url: string): Promise<void> {
  for (const video of VIDEOS) await apiOf(url).video(video, LOAD_VIDEO);
}

/** Begins at once. */
export async function openAudience(options: AudienceOptions): Promise<Audience> {
  const { url, seed, isCalm = false } = options;
  await registerVideos(url);
  const size = { devices: 4, bulkSenders: 1, pauseMs: 40 };
  const load = startLoad({ seed, url, videos: VIDEOS, ...size, eventful: !isCalm, cells: ['us'] });
  const reader = readCounts(url);
  return {
    load,
    complaints: async (at = url) => [
      ...(await load.atRest(async () => differencesOf(load, at))),
      ...reader.faults,
    ],
    leave: async () => {
      await load.finish();
      await reader.finish();
    },
  };
}

/** Reads all the while; views are never taken back here, so whatever is shown can only grow. */
function readCounts(
  url: string,
): Readonly<{ faults: readonly string[]; finish: () => Promise<void> }> {
  const faults: string[] = [];
  const highest = new Map<string, number>();
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      // No answer is no lie: the gateway is away.
      const counts = await apiOf(url)
        .counts(VIDEOS)
        .catch(() => ({}));
      for (const [video, { views }] of Object.entries(counts)) {
        const before = highest.get(video);
        // A video that was registered a moment ago is one that no cell has told of yet.
        if (before === undefined && views.value === null) continue;
        if (views.value === null || views.value < (before ?? 0)) {
          faults.push(`${video}: ${views.value} views (${views.state}) after ${before}`);
        }
        highest.set(video, Math.max(before ?? 0, views.value ?? 0));
      }
      await sleep(READ_EVERY_MS);
    }
  })();
  return {
    faults,
    finish: async () => {
      isOver = true;
      await reading;
    },
  };
}
