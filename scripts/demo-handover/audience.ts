// People who like and unlike all the while, and an oracle that knows what was acknowledged to them.
//
// Each person keeps an op until it is acknowledged and sends it again under its name, as the API
// asks of devices; so whatever happens to the servers, what the oracle counts is what must be shown.

import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICE_KEY } from './installation.ts';

const RETRY_MS = 100;
const REST_MS = 5;
/** A count is shown within this, once nothing more is done to it. */
const SETTLE_MS = 3_000;

export type Verdict = Readonly<{
  acknowledged: number;
  /** Requests that were answered with an error, or not at all, and were sent again. */
  sentAgain: number;
  longestMs: number;
  /** Videos whose likes are not those that were acknowledged. */
  differences: number;
}>;

export type Audience = Readonly<{
  acknowledged: () => number;
  /** Nobody does anything more; compares every count. */
  finish: () => Promise<Verdict>;
}>;

type World = {
  readonly url: string;
  readonly videos: readonly string[];
  readonly likes: Map<string, number>;
  acknowledged: number;
  sentAgain: number;
  longestMs: number;
  isOver: boolean;
};

const asService = { authorization: `Bearer ${SERVICE_KEY}`, 'content-type': 'application/json' };

export async function startAudience(
  url: string,
  people: number,
  videos: readonly string[],
): Promise<Audience> {
  const likes = new Map(videos.map((video) => [video, 0]));
  const counts = { acknowledged: 0, sentAgain: 0, longestMs: 0 };
  const world: World = { url, videos, likes, ...counts, isOver: false };
  for (const video of videos) {
    const body = JSON.stringify({ durationMs: 9_000, creator: 'demo', title: video });
    await insist(world, `/v1/videos/${video}`, { method: 'PUT', headers: asService, body });
  }
  const all = Promise.all(Array.from({ length: people }, (_, n) => person(world, n)));
  return {
    acknowledged: () => world.acknowledged,
    finish: async () => {
      world.isOver = true;
      await all;
      await sleep(SETTLE_MS);
      const { acknowledged, sentAgain, longestMs } = world;
      return { acknowledged, sentAgain, longestMs, differences: await differencesIn(world) };
    },
  };
}

async function person(world: World, index: number): Promise<void> {
  const body = JSON.stringify({ jurisdiction: 'us', subject: `person-${index}` });
  const made = await insist(world, '/v1/sessions', { method: 'POST', headers: asService, body });
  const { grant } = (await made.json()) as { grant: string };
  const headers = { authorization: `Bearer ${grant}`, 'content-type': 'application/json' };
  const liked = new Set<string>();
  for (let n = 1; !world.isOver; n += 1) {
    const video = world.videos[Math.floor(Math.random() * world.videos.length)] ?? '';
    const kind = liked.has(video) ? 'unlike' : 'like';
    const ops = JSON.stringify({ ops: [{ n, kind, video }] });
    const startedMs = performance.now();
    await insist(world, '/v1/ops', { method: 'POST', headers, body: ops });
    world.longestMs = Math.max(world.longestMs, performance.now() - startedMs);
    world.acknowledged += 1;
    world.likes.set(video, (world.likes.get(video) ?? 0) + (kind === 'like' ? 1 : -1));
    if (kind === 'like') liked.add(video);
    else liked.delete(video);
    await sleep(REST_MS);
  }
}

/** Sends until it is answered well: the same request, under the same names. */
async function insist(world: World, path: string, request: RequestInit): Promise<Response> {
  for (;;) {
    const answer = await fetch(world.url + path, request).catch(() => undefined);
    if (answer?.ok === true) return answer;
    world.sentAgain += 1;
    await sleep(RETRY_MS);
  }
}

async function differencesIn({ url, videos, likes }: World): Promise<number> {
  const query = videos.map((video) => `video=${video}`).join('&');
  const answer = await fetch(`${url}/v1/counts?${query}`);
  type Shown = Readonly<{ counts: Record<string, { likes: { value: number | null } }> }>;
  const { counts } = (await answer.json()) as Shown;
  return videos.filter((video) => counts[video]?.likes.value !== likes.get(video)).length;
}
