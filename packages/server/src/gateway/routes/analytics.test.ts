import { DETAIL, emptyDetail } from '@holdfast/engine/counting/day-detail.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_STUDIO } from '../fakes/fake-cell.ts';
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
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld();
  await addVideos(world, 'a');
});
afterEach(() => world.close());

const get = (query = '', headers: Record<string, string> = bearer(SERVICE_KEY), id = 'a') =>
  ask(world, 'GET', `/v1/videos/${id}/analytics${query}`, { headers });
/** What the US cell was asked. */
const asked = () =>
  world.cells.us.asked.flatMap((each) => (each.name === 'analytics' ? [each.ask] : []));
const HOURS = '?grain=hour&from=2026-11-22T12:00:00Z&to=2026-11-22T16:00:00Z';

describe('analytics', () => {
  it('A56: are the sum over all cells, as of the oldest', async () => {
    world.clock.nowMs = START_MS + 1_800_000;
    world.cells.us.answer('analytics', () => ({
      kind: 'series',
      buckets: [{ atMs: START_MS - 7_200_000, value: 3 }],
      asOfMs: START_MS + 1_200_000,
    }));
    world.cells.eu.answer('analytics', () => ({
      kind: 'series',
      buckets: [
        { atMs: START_MS - 3_600_000, value: 1 },
        { atMs: START_MS - 7_200_000 + 900_000, value: 4 },
      ],
      asOfMs: START_MS + 1_500_000,
    }));
    const reply = await get(HOURS);
    expect(reply.json()).toEqual({
      series: [
        { at: '2026-11-22T12:00:00.000Z', value: 7, partial: false },
        { at: '2026-11-22T13:00:00.000Z', value: 1, partial: false },
        { at: '2026-11-22T14:00:00.000Z', value: 0, partial: true },
      ],
      asOf: '2026-11-22T14:20:00.000Z',
    });
    expect(asked()).toEqual([
      {
        video: 'a',
        metric: 'views',
        grain: 'quarter',
        fromMs: START_MS - 7_200_000,
        toMs: START_MS + 7_200_000,
      },
    ]);
  });

  it('A56: are 503 and never a part of the sum when a cell is away', async () => {
    world.cells.eu.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 });
    expect((await get(HOURS)).json()).toMatchObject({ status: 503, code: 'cell-unavailable' });
  });

  it('A56: go back by themselves as far as the grain is good for', async () => {
    for (const grain of ['minute', 'quarter', 'hour', 'day']) await get(`?grain=${grain}`);
    const DAY_MS = 86_400_000;
    const days = asked().map(({ fromMs }) => Math.round((START_MS - fromMs) / DAY_MS));
    expect(days).toEqual([2, 7, 7, 29]);
  });

  it('A61: of unique viewers come by UTC day', async () => {
    expect((await get('?metric=uniqueViewers&grain=day')).statusCode).toBe(200);
    for (const query of ['grain=hour', 'grain=day&tz=America/New_York', 'grain=minute']) {
      const reply = await get(`?metric=uniqueViewers&${query}`);
      expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-request' });
    }
  });

  it('SD26: of engaged views come by UTC day, without those that are not known', async () => {
    const DAY_MS = 86_400_000;
    const today = Math.floor(START_MS / DAY_MS) * DAY_MS;
    const counted = { likes: 0, views: 5, starts: 5, loops: 0, watchMs: 0 };
    const detail = emptyDetail();
    detail[DETAIL.engagedViews] = 4;
    const day = (back: number, known: boolean) => {
      return { atMs: today - back * DAY_MS, ...counted, detail: known ? detail : undefined };
    };
    const asOfMs = START_MS;
    world.cells.us.answer('studio', () => ({
      ...EMPTY_STUDIO,
      asOfMs,
      days: [day(2, false), day(1, true), day(0, true)],
    }));
    const query = '?metric=engagedViews&grain=day&from=2026-11-19';
    expect((await get(query)).json()).toMatchObject({
      series: [
        { at: '2026-11-19T00:00:00.000Z', value: 0, partial: false },
        { at: '2026-11-21T00:00:00.000Z', value: 4, partial: false },
        { at: '2026-11-22T00:00:00.000Z', value: 4, partial: true },
      ],
    });
    const hourly = await get('?metric=engagedViews&grain=hour');
    expect(hourly.json()).toMatchObject({ status: 400, code: 'invalid-request' });
    world.cells.eu.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 });
    expect((await get(query)).json()).toMatchObject({ status: 503 });
  });

  it.each([
    'metric=love',
    'grain=year',
    'tz=Moon/Sea',
    'tz=',
    'from=yesterday',
    'from=2026-13-01T00:00:00Z',
    'from=2026-02-30T00:00:00Z',
    'to=2025-02-29',
    'to=1e99',
    'from=2026-11-22T14:00:00Z&to=2026-11-22T13:00:00Z',
    'grain=day&from=0001-01-01T00:00:00Z',
  ])('A62: with %s are 400, and no cell is asked', async (query) => {
    expect((await get(`?${query}`)).json()).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(asked()).toEqual([]);
  });
});

describe('A55: who sees analytics', () => {
  it('A55: the service key whose tenant registered the video', async () => {
    expect((await get()).statusCode).toBe(200);
    expect((await get('', bearer(OTHER_TENANT_KEY))).json()).toMatchObject({ code: 'forbidden' });
    expect((await get('', bearer(OPERATOR_KEY))).json()).toMatchObject({ code: 'forbidden' });
    expect((await get('', bearer('hfk_nobody'))).json()).toMatchObject({ code: 'key-invalid' });
  });

  it('A55: the account that made it, and no other', async () => {
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
    expect((await get('', { cookie: alice }, 'own')).statusCode).toBe(200);
    expect((await get('', { cookie: bob }, 'own')).json()).toMatchObject({ code: 'forbidden' });
    expect((await get('', {}, 'own')).json()).toMatchObject({ code: 'sign-in-required' });
    expect((await get('', bearer(SERVICE_KEY), 'own')).json()).toMatchObject({ code: 'forbidden' });
  });

  it('A55: not an account of the same name as an integrator’s creator', async () => {
    const alice = await cookieOf(world, 'alice');
    await ask(world, 'PUT', '/v1/videos/theirs', {
      headers: bearer(SERVICE_KEY),
      body: { durationMs: 5_000, creator: 'acc_us-1' },
    });
    expect((await get('', { cookie: alice }, 'theirs')).json()).toMatchObject({
      code: 'forbidden',
    });
  });

  it('A55: nobody, of a video that is not known', async () => {
    const reply = await get('', bearer(SERVICE_KEY), 'nothing');
    expect(reply.json()).toMatchObject({ status: 404, code: 'unknown-video' });
  });
});
