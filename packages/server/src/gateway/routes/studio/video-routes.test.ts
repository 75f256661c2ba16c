import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DETAIL, emptyDetail } from '@holdfast/engine/counting/day-detail.ts';
import { EMPTY_STUDIO } from '../../fakes/fake-cell.ts';
import {
  addVideos,
  ask,
  bearer,
  cookieOf,
  openWorld,
  OPERATOR_KEY,
  OTHER_TENANT_KEY,
  SERVICE_KEY,
  START_MS,
  video,
} from '../../fakes/fake-world.ts';
import type { World } from '../../fakes/fake-world.ts';
import type { StudioDay, StudioReply } from '../../../studio/studio-call.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld();
  await addVideos(world, 'a');
});
afterEach(() => world.close());

const ROUTES = ['retention', 'sources', 'jurisdictions', 'returning', 'ledger', 'realtime'];
const DAY_MS = 86_400_000;
const TODAY = Math.floor(START_MS / DAY_MS) * DAY_MS;

const get = (route: string, query = '', headers: Record<string, string> = bearer(SERVICE_KEY)) =>
  ask(world, 'GET', `/v1/videos/a/${route}${query}`, { headers });

function says(cell: 'us' | 'eu', reply: Partial<StudioReply>): void {
  world.cells[cell].answer('studio', () => ({
    ...EMPTY_STUDIO,
    asOfMs: world.clock.nowMs,
    ...reply,
  }));
}

/** A day of starts from the feed that reached these parts of 20. */
function day(atMs: number, parts: readonly number[], detail = true): StudioDay {
  const all = emptyDetail();
  for (const part of parts) {
    all[DETAIL.starts + 1] = (all[DETAIL.starts + 1] ?? 0) + 1;
    all[DETAIL.views + 1] = (all[DETAIL.views + 1] ?? 0) + 1;
    all[DETAIL.watchMs + 1] = (all[DETAIL.watchMs + 1] ?? 0) + part * 500;
    all[DETAIL.furthest + part] = (all[DETAIL.furthest + part] ?? 0) + 1;
  }
  const starts = parts.length;
  const counted = { likes: 1, views: starts, starts, loops: 0, watchMs: 0 };
  return { atMs, ...counted, detail: detail ? all : undefined };
}

const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1_000 } as const;

describe('SD1: who sees the numbers of a video', () => {
  it.each(ROUTES)('SD1: %s is for the service key of its tenant and no other', async (route) => {
    expect((await get(route)).statusCode).toBe(200);
    expect((await get(route, '', bearer(OTHER_TENANT_KEY))).json()).toMatchObject({ status: 403 });
    expect((await get(route, '', bearer(OPERATOR_KEY))).json()).toMatchObject({ status: 403 });
    expect((await get(route, '', {})).json()).toMatchObject({ code: 'sign-in-required' });
    const unknown = await ask(world, 'GET', `/v1/videos/none/${route}`, {
      headers: bearer(SERVICE_KEY),
    });
    expect(unknown.json()).toMatchObject({ code: 'unknown-video' });
  });

  it('SD1: the account that made it sees them, and no other account', async () => {
    const alice = await cookieOf(world, 'alice');
    const bob = await cookieOf(world, 'bob');
    await world.catalog.put({
      video: video('own'),
      durationMs: 5_000,
      creator: 'acc_us-1',
      realm: 'account',
      title: 'Mine',
      caption: '',
      tags: [],
      mediaUrl: undefined,
      posterUrl: undefined,
    });
    const own = (cookie: string) =>
      ask(world, 'GET', '/v1/videos/own/retention', { headers: { cookie } });
    expect((await own(alice)).statusCode).toBe(200);
    expect((await own(bob)).json()).toMatchObject({ code: 'forbidden' });
  });
});

describe('retention and sources', () => {
  it('SD9: are the sums over days and cells', async () => {
    says('us', { days: [day(TODAY - DAY_MS, [20, 3]), day(TODAY, [10])] });
    says('eu', { days: [day(TODAY, [0])] });
    const body: { starts: number; points: { part: number; watching: number }[] } = (
      await get('retention')
    ).json();
    expect(body).toMatchObject({ state: 'live', starts: 4, loops: 0, unknownDays: [] });
    expect(body).toMatchObject({ averageWatchMs: Math.floor((33 * 500) / 4) });
    expect(body.points).toHaveLength(21);
    const at = (part: number) => body.points.find((point) => point.part === part)?.watching;
    expect([at(0), at(0.15), at(0.5), at(1)]).toEqual([4, 3, 2, 1]);
    expect((await get('sources')).json()).toMatchObject({
      items: [
        { source: 'direct', starts: 0, views: 0, watchMs: 0 },
        { source: 'feed', starts: 4, views: 4, watchMs: 33 * 500 },
        { source: 'profile' },
        { source: 'search' },
        { source: 'embed' },
        { source: 'external' },
      ],
    });
  });

  it('SD9: leave out and name a day that one cell does not know whole', async () => {
    says('us', { days: [day(TODAY - DAY_MS, [20, 3]), day(TODAY, [10])] });
    says('eu', { days: [day(TODAY - DAY_MS, [0], false)] });
    expect((await get('retention')).json()).toMatchObject({
      starts: 1,
      unknownDays: [new Date(TODAY - DAY_MS).toISOString()],
    });
  });

  it('SD9: are unknown and not 0 when no day is known', async () => {
    says('us', { days: [day(TODAY, [10], false)] });
    const retention: object = (await get('retention')).json();
    expect(retention).toMatchObject({ starts: null, points: [], averageWatchMs: null });
    const sources: { items: { views: unknown }[] } = (await get('sources')).json();
    expect(sources.items.every(({ views }) => views === null)).toBe(true);
  });

  it('SD10: of a video that nobody watched are known zeros, and no average', async () => {
    expect((await get('retention')).json()).toMatchObject({ starts: 0, averageWatchMs: null });
  });

  it('SD7: are of whole UTC days, from the first of the video on', async () => {
    const asked = () =>
      world.cells.us.asked.flatMap((one) => (one.name === 'studio' ? [one.ask] : [])).at(-1);
    await get('retention');
    expect(asked()).toMatchObject({ videos: ['a'], fromMs: TODAY, toMs: TODAY + DAY_MS });
    await get('retention', '?from=2026-11-20T13:00:00Z&to=2026-11-21T01:00:00Z');
    expect(asked()).toMatchObject({ fromMs: TODAY - 2 * DAY_MS, toMs: TODAY });
  });

  it.each(['from=love', 'to=', 'from=2026-11-22&to=2026-11-21', 'from=1900-01-01'])(
    'SD8: with %s are 400, and no cell is asked',
    async (query) => {
      const reply = await get('retention', `?${query}`);
      expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-request' });
      expect(world.cells.us.asked.filter(({ name }) => name === 'studio')).toEqual([]);
    },
  );
});

describe('a cell that is away', () => {
  it('SD5: leaves numbers with its age', async () => {
    says('us', { days: [day(TODAY, [10])], asOfMs: START_MS - 60_000 });
    await get('retention');
    world.cells.us.fail(AWAY);
    world.clock.nowMs = START_MS + 5_000;
    expect((await get('retention')).json()).toMatchObject({
      state: 'stale',
      starts: 1,
      asOf: new Date(START_MS - 60_000).toISOString(),
    });
  });

  it('SD5: and has never said anything is 503, and never a part of the sum', async () => {
    world.cells.eu.fail(AWAY);
    for (const route of ROUTES.filter((name) => name !== 'realtime')) {
      expect((await get(route)).json()).toMatchObject({ status: 503, code: 'cell-unavailable' });
    }
  });

  it('SD6: is not asked again for what it said a moment ago', async () => {
    for (const _ of ['once', 'twice']) await get('retention');
    world.clock.nowMs += 2_500;
    await get('retention');
    const asked = world.cells.us.asked.filter(({ name }) => name === 'studio');
    expect(asked).toHaveLength(2);
  });
});

describe('returning viewers and jurisdictions', () => {
  it('SD11: add up over cells, with one error', async () => {
    says('us', { viewers: 400, returning: 100, errorPart: 0.03 });
    says('eu', { viewers: 100, returning: 5, errorPart: 0 });
    const body: { errorPart: number } = (await get('returning')).json();
    expect(body).toMatchObject({ uniqueViewers: 500, returning: 105 });
    expect(body.errorPart).toBeCloseTo(0.024, 6);
  });

  it('SD12: show no group of fewer than 10 viewers', async () => {
    says('us', { viewers: 400, days: [day(TODAY, [10, 10])] });
    says('eu', { viewers: 3, days: [day(TODAY, [10])] });
    const small: { items: unknown } = (await get('jurisdictions')).json();
    expect(small.items).toEqual([{ jurisdiction: 'other', views: 3, likes: 2 }]);
    world.clock.nowMs += 5_000;
    says('eu', { viewers: 10, days: [day(TODAY, [10])] });
    const large: { items: unknown } = (await get('jurisdictions')).json();
    expect(large.items).toEqual([
      { jurisdiction: 'us', views: 2, likes: 1 },
      { jurisdiction: 'eu', views: 1, likes: 1 },
    ]);
  });
});

describe('real time', () => {
  it('SD21: has 60 minutes and 48 hours, the last ones unfinished', async () => {
    says('us', {
      buckets: [{ atMs: START_MS, likes: 0, views: 7, starts: 9, loops: 0, watchMs: 1 }],
    });
    world.clock.nowMs = START_MS + 30_000;
    const body: { minutes: object[]; hours: object[] } = (await get('realtime')).json();
    expect(body).toMatchObject({ state: 'live' });
    expect([body.minutes.length, body.hours.length]).toEqual([60, 48]);
    const at = new Date(START_MS).toISOString();
    expect(body.minutes.at(-1)).toEqual({ at, value: 7, partial: true });
    expect(body.hours.at(-1)).toEqual({ at, value: 7, partial: true });
  });

  it('SD29: adds up five minutes of all cells, and says how many watched at once', async () => {
    const row = { likes: 0, loops: 0 };
    const old = { ...row, atMs: START_MS - 5 * 60_000, views: 50, starts: 50, watchMs: 1e6 };
    const first = { ...row, atMs: START_MS - 4 * 60_000, views: 3, starts: 4, watchMs: 400_000 };
    const last = { ...row, atMs: START_MS, views: 1, starts: 2, watchMs: 60_000 };
    says('us', { buckets: [old, first] });
    says('eu', { buckets: [last] });
    world.clock.nowMs = START_MS + 30_000;
    expect((await get('realtime')).json()).toMatchObject({
      justNow: {
        from: new Date(START_MS - 4 * 60_000).toISOString(),
        to: new Date(START_MS + 30_000).toISOString(),
        views: 4,
        starts: 6,
        watchMs: 460_000,
        // 460 s were watched in 270 s.
        watching: 1.7,
      },
    });
  });

  it('SD29: knows nothing of the last minutes while a cell is silent', async () => {
    await get('realtime');
    world.cells.us.fail(AWAY);
    world.clock.nowMs = START_MS + 10_000;
    const nothing = { views: null, starts: null, watchMs: null, watching: null };
    expect((await get('realtime')).json()).toMatchObject({ justNow: nothing, state: 'stale' });
  });

  it('SD19: has gaps and no zeros since a cell was last heard of', async () => {
    says('us', { asOfMs: START_MS + 1_000 });
    await get('realtime');
    world.cells.us.fail(AWAY);
    world.clock.nowMs = START_MS + 2 * 60_000 + 1_000;
    const body: { minutes: object[] } = (await get('realtime')).json();
    expect(body).toMatchObject({ state: 'stale', asOf: new Date(START_MS + 1_000).toISOString() });
    expect(body.minutes.slice(-3)).toEqual([
      { at: new Date(START_MS).toISOString(), value: 0, partial: true },
      { at: new Date(START_MS + 60_000).toISOString(), value: null, partial: false, gap: true },
      { at: new Date(START_MS + 120_000).toISOString(), value: null, partial: false, gap: true },
    ]);
  });

  it('SD19: is all gaps when a cell has never said anything', async () => {
    world.cells.us.fail(AWAY);
    const body: { minutes: { value: unknown }[] } = (await get('realtime')).json();
    expect(body).toMatchObject({ state: 'unknown' });
    expect(body.minutes.every(({ value }) => value === null)).toBe(true);
  });
});
