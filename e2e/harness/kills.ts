// Kills a server at random moments while load is on, and says whether anything was lost.

import { setTimeout as sleep } from 'node:timers/promises';
import { apiOf } from './api.ts';
import type { Count } from './api.ts';
import { killed, openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { differencesOf, LOAD_VIDEO, startLoad } from './load.ts';
import type { Load } from './load.ts';
import { between, randomOf } from './random.ts';

export type KillReport = Readonly<{
  acknowledged: number;
  differences: readonly string[];
  fsck: Readonly<{ code: number | null; out: string; err: string }>;
}>;

const READ_EVERY_MS = 30;

/** Kills `kills` times, lets everything be acknowledged, and compares. */
export async function killUnderLoad(options: {
  seed: number;
  kills: number;
  /** Longest time between ready and kill. */
  liveMsMax: number;
}): Promise<KillReport> {
  const place = openInstallation();
  try {
    return await run(place, options);
  } catch (cause) {
    throw new Error(`HOLDFAST_SEED=${options.seed} runs it again`, { cause });
  } finally {
    await place.close();
  }
}

async function run(
  place: Installation,
  { seed, kills, liveMsMax }: { seed: number; kills: number; liveMsMax: number },
): Promise<KillReport> {
  const random = randomOf(seed);
  let server = await place.start();
  const videos = Array.from({ length: 8 }, (_, index) => `killed-${index}`);
  for (const video of videos) await apiOf(server.url).video(video, LOAD_VIDEO);
  const load = startLoad({
    seed,
    url: server.url,
    videos,
    devices: 15,
    bulkSenders: 2,
    pauseMs: 5,
    eventful: true,
  });
  const reader = readCounts(load, videos, () => server.url);
  for (let done = 0; done < kills; done += 1) {
    await sleep(between(random, 0, liveMsMax));
    await server.kill();
    // Some starts are cut off too, at any of their steps.
    if (random() < 0.3) {
      const { child } = place.launch();
      await sleep(between(random, 50, 1_500));
      await killed(child);
    }
    server = await place.start();
    load.moveTo(server.url);
  }
  await sleep(liveMsMax / 2);
  await load.finish();
  const read = await reader.finish();
  const differences = [...(await differencesOf(load, server.url)), ...read];
  await server.kill();
  const fsck = await place.holdfast('fsck');
  return { acknowledged: load.acknowledged(), differences, fsck };
}

/**
 * Reads all the while, and notes what no reader may see: a live count of views that is lower than
 * one read before, or higher than what was ever sent.
 */
function readCounts(load: Load, videos: readonly string[], url: () => string) {
  const faults: string[] = [];
  const highest = new Map<string, number>();
  let isOver = false;
  const look = (video: string, { views, likes, cells }: Count): void => {
    for (const { value, state } of [views, likes]) {
      if ((value === null) !== (state === 'unknown')) faults.push(`${video}: ${value} is ${state}`);
    }
    const { value, state } = views;
    if (value === null) return;
    const sent = Object.keys(cells).reduce(
      (sum, cell) => sum + load.oracle.totals(cell, video).views,
      0,
    );
    if (value > sent) faults.push(`${video}: ${value} views shown, ${sent} sent`);
    if (state !== 'live') return;
    const before = highest.get(video) ?? 0;
    if (value < before) faults.push(`${video}: ${value} views live after ${before}`);
    highest.set(video, Math.max(before, value));
  };
  const reading = (async () => {
    while (!isOver) {
      // No answer is no lie: the server is away.
      const counts = await apiOf(url())
        .counts(videos)
        .catch(() => undefined);
      for (const [video, count] of Object.entries(counts ?? {})) look(video, count);
      await sleep(READ_EVERY_MS);
    }
  })();
  return {
    finish: async (): Promise<readonly string[]> => {
      isOver = true;
      await reading;
      return faults;
    },
  };
}
