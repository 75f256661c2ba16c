// Journeys about numbers: like, view and age; `recount-journey.ts` has the fourth.
//
// Rules: docs/spec/status.md (ST7, ST8, ST12).

import { at, jsonOf, listAt, numberAt, textAt } from './ask.ts';
import {
  bodyOf,
  findingsOf,
  FRESH_MS_MAX,
  JourneyEnd,
  LOOK_PAUSE_MS,
  openSession,
  SEEN_MS_MAX,
  seeCount,
  sendOps,
} from './journey.ts';
import type { Finding, Journey, Seen, Way, World } from './journey.ts';

const CANARY_MS = 8_000;
const WATCHED_MS = 4_500;
/** Older than this a number is late, whatever its state says. */
const AGE_MS_MAX = 5_000;
const STALE_MS_MAX = 10_000;
/** Clocks of two machines are this far apart at most. */
const CLOCKS_MS_MAX = 5_000;
const AGED_VIDEOS_MAX = 5;

/** Makes the canary videos known to a gateway. */
export async function register(
  { ask, serviceKey }: World,
  { gateway, canary }: Way,
): Promise<void> {
  if (canary.isRegistered) return;
  for (const video of [canary.likeVideo, canary.viewVideo]) {
    const json = { durationMs: CANARY_MS, creator: 'canary', title: 'Canary of the status page' };
    const url = `${gateway}/v1/videos/${video}`;
    bodyOf(
      'registering a canary',
      await ask({ method: 'PUT', url, bearer: serviceKey, json }),
      200,
      201,
    );
  }
  canary.isRegistered = true;
}

/** Sends one op of the canary person; a session that is no longer good is begun anew. */
async function oneOp(
  world: World,
  way: Way,
  kind: 'like' | 'unlike',
): Promise<Readonly<{ outcome: string; seq: number }>> {
  const { canary } = way;
  try {
    canary.grant ??= await openSession(world, way, canary.subject);
    canary.n += 1;
    const op = { n: canary.n, kind, video: canary.likeVideo };
    const { outcomes, seq } = await sendOps(world, way, canary.grant, [op]);
    return { outcome: outcomes[0] ?? 'none', seq };
  } catch (thrown) {
    canary.grant = undefined;
    canary.n = 0;
    throw thrown;
  }
}

/** Like, see it counted, take it back, see it gone. */
export const likeJourney: Journey = async (world, way) => {
  await register(world, way);
  const video = way.canary.likeVideo;
  const see = (expected: number, seq: number): Promise<Seen> =>
    seeCount(world, way, { video, metric: 'likes', expected, position: { seq } });
  const before = await oneOp(world, way, 'unlike');
  if (before.outcome === 'invalid') way.canary.isRegistered = false;
  const clean = await see(0, before.seq);
  // Three changes that are late together would look as if none came at all.
  if (clean.kind !== 'seen' || clean.afterMs > FRESH_MS_MAX) {
    return findingsOf('likes', clean, undefined);
  }
  const begunMs = world.monotonicMs();
  const liked = await oneOp(world, way, 'like');
  if (liked.outcome !== 'counted') return [notCounted('likes-right', 'like', liked.outcome)];
  const counted = await see(1, liked.seq);
  const delayMs = world.monotonicMs() - begunMs;
  if (counted.kind !== 'seen' || delayMs > FRESH_MS_MAX) {
    return findingsOf('likes', counted, delayMs);
  }
  const unliked = await oneOp(world, way, 'unlike');
  if (unliked.outcome !== 'counted') return [notCounted('likes-right', 'unlike', unliked.outcome)];
  const gone = await see(0, unliked.seq);
  return findingsOf('likes', gone, gone.kind === 'seen' ? delayMs : undefined);
};

function notCounted(
  component: 'likes-right' | 'views-right',
  what: string,
  outcome: string,
): Finding {
  const detail = `a ${what} of a test person that had to count ended as ${outcome}`;
  return { component, verdict: 'wrong', detail, expected: 1, shown: 0 };
}

/** View, and see it counted once. */
export const viewJourney: Journey = async (world, way) => {
  const { canary } = way;
  await register(world, way);
  const before = canary.views ?? (await countedViews(world, way));
  canary.views = undefined;
  const see = (expected: number, seq: number): Promise<Seen> =>
    seeCount(world, way, { video: canary.viewVideo, metric: 'views', expected, position: { seq } });
  const same = await see(before.count, before.seq);
  if (same.kind !== 'seen') return findingsOf('views', same, undefined);
  const grant = await openSession(world, way, undefined);
  const begunMs = world.monotonicMs();
  const op = {
    n: 1,
    kind: 'view',
    video: canary.viewVideo,
    watchedMs: WATCHED_MS,
    source: 'direct',
  };
  const { outcomes, seq } = await sendOps(world, way, grant, [op]);
  if (outcomes[0] !== 'counted') return [notCounted('views-right', 'view', outcomes[0] ?? 'none')];
  const counted = await see(before.count + 1, seq);
  if (counted.kind === 'seen') canary.views = { count: before.count + 1, seq };
  return findingsOf(
    'views',
    counted,
    counted.kind === 'seen' ? world.monotonicMs() - begunMs : undefined,
  );
};

/** What the canary's views are, where this place does not know it: at its start, and after trouble. */
async function countedViews(
  { ask, monotonicMs, pause }: World,
  { gateway, cell, canary }: Way,
): Promise<Readonly<{ count: number; seq: number }>> {
  const url = `${gateway}/v1/counts?video=${canary.viewVideo}`;
  const begunMs = monotonicMs();
  for (;;) {
    const body = bodyOf('reading counts', await ask({ method: 'GET', url }), 200);
    const part = at(body, 'counts', canary.viewVideo, 'cells', cell);
    const count = numberAt(part, 'views');
    const seq = numberAt(part, 'seq');
    const state = textAt(part, 'state') ?? 'missing';
    if (count !== undefined && seq !== undefined && state === 'live') return { count, seq };
    if (monotonicMs() - begunMs >= SEEN_MS_MAX) {
      throw new JourneyEnd('failed', `views of ${cell} are ${state}`);
    }
    await pause(LOOK_PAUSE_MS);
  }
}

/** A video to recount or to look at: one of the feed, or the canary where there is none. */
export async function someVideos(
  { ask, random }: World,
  { gateway, canary }: Way,
): Promise<readonly string[]> {
  const feed = await ask({ method: 'GET', url: `${gateway}/v1/feed?limit=50` });
  const items = feed.kind === 'answer' ? listAt(jsonOf(feed), 'items') : [];
  const ids = items.flatMap((item) => textAt(item, 'id') ?? []);
  const first = ids[Math.floor(random() * ids.length)];
  return [
    ...(first === undefined ? [] : [first]),
    ...ids.slice(0, AGED_VIDEOS_MAX - 1),
    canary.likeVideo,
  ];
}

/** How old the numbers are that people read. */
export const ageJourney: Journey = async (world, way) => {
  const { ask, nowMs } = world;
  const { gateway, cell } = way;
  await register(world, way);
  const videos = await someVideos(world, way);
  const query = [...new Set(videos)].map((video) => `video=${video}`).join('&');
  const body = bodyOf(
    'reading counts',
    await ask({ method: 'GET', url: `${gateway}/v1/counts?${query}` }),
    200,
  );
  const parts = videos.map((video) => at(body, 'counts', video, 'cells', cell));
  const states = parts.map((part) => textAt(part, 'state') ?? 'missing');
  const bad = states.find((state) => state !== 'live');
  const asOf = parts.map((part) => Date.parse(textAt(part, 'asOf') ?? ''));
  const oldestMs = nowMs() - Math.min(...asOf);
  if (bad !== undefined) return both('failed', `a count of ${cell} is ${bad}`, oldestMs);
  if (Number.isNaN(oldestMs)) return both('failed', `a count of ${cell} has no age`, undefined);
  if (oldestMs < -CLOCKS_MS_MAX) return both('failed', 'a count is from the future', undefined);
  const valueMs = Math.max(0, oldestMs);
  if (valueMs > STALE_MS_MAX)
    return both('failed', `a count called live is ${valueMs} ms old`, valueMs);
  if (valueMs > AGE_MS_MAX)
    return both('slow', `a count called live is ${valueMs} ms old`, valueMs);
  return both('good', '', valueMs);
};

function both(
  verdict: 'good' | 'slow' | 'failed',
  detail: string,
  ageMs: number | undefined,
): readonly Finding[] {
  const valueMs = ageMs === undefined || Number.isNaN(ageMs) ? undefined : Math.max(0, ageMs);
  return [
    { component: 'likes-fresh', verdict, detail, valueMs },
    { component: 'views-fresh', verdict, detail, valueMs },
  ];
}
