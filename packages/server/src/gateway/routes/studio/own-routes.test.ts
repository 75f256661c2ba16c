import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Count } from '@holdfast/protocol/counts.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DETAIL, emptyDetail } from '@holdfast/engine/counting/day-detail.ts';
import { EMPTY_STUDIO } from '../../fakes/fake-cell.ts';
import { ask, bearer, cookieOf, openWorld, SERVICE_KEY, START_MS } from '../../fakes/fake-world.ts';
import { addVideos, OTHER_TENANT_KEY, video } from '../../fakes/fake-world.ts';
import type { World } from '../../fakes/fake-world.ts';
import type { StudioDay, StudioReply } from '../../../studio/studio-call.ts';

type Card = { metric: string; value: number | null; previous: number | null; state: string };
type Overview = { cards: (Card & { spark: unknown[] })[]; from: string; videos: number };

let world: World;
let alice: string;

beforeEach(async () => {
  world = await openWorld();
  alice = await cookieOf(world, 'alice');
  await own('one', 'One');
  world.clock.nowMs += 1_000;
  await own('two', '=cmd()');
  await addVideos(world, 'theirs');
});
afterEach(() => world.close());

const DAY_MS = 86_400_000;
const TODAY = Math.floor(START_MS / DAY_MS) * DAY_MS;
const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1_000 } as const;

async function own(id: string, title: string, among: World = world): Promise<void> {
  await among.catalog.put({
    video: video(id),
    durationMs: 5_000,
    creator: 'acc_us-1',
    realm: 'account',
    title,
    caption: '',
    tags: [],
    mediaUrl: undefined,
    posterUrl: undefined,
  });
}

const get = (path: string, headers: Record<string, string> = { cookie: alice }) =>
  ask(world, 'GET', `/v1/me/studio/${path}`, { headers });
const overview = async (query = ''): Promise<Overview> =>
  (await get(`overview${query}`)).json<Overview>();
const card = (body: Overview, metric: string) => body.cards.find((one) => one.metric === metric);

const asked = (cell: 'us' | 'eu' = 'us') =>
  world.cells[cell].asked.flatMap((one) => (one.name === 'studio' ? [one.ask] : []));

function says(cell: 'us' | 'eu', reply: Partial<StudioReply>): void {
  world.cells[cell].answer('studio', () => ({
    ...EMPTY_STUDIO,
    asOfMs: world.clock.nowMs,
    ...reply,
  }));
}

function day(atMs: number, views: number, engagedViews: number | undefined): StudioDay {
  const detail = emptyDetail();
  detail[DETAIL.engagedViews] = engagedViews ?? 0;
  const counted = { likes: -1, views, starts: views, loops: 0, watchMs: views * 1_000 };
  return { atMs, ...counted, detail: engagedViews === undefined ? undefined : detail };
}

describe('SD1, SD3: whose videos', () => {
  it('SD1: an account has those that it made, a tenant those that its keys registered', async () => {
    await overview();
    expect(asked()[0]?.videos).toEqual(['two', 'one']);
    await get('overview', bearer(SERVICE_KEY));
    expect(asked().at(-1)?.videos).toEqual(['theirs']);
    expect((await get('overview', bearer(OTHER_TENANT_KEY))).json()).toMatchObject({ videos: 0 });
    for (const route of ['overview', 'series', 'videos', 'export']) {
      expect((await get(route, {})).json()).toMatchObject({ code: 'sign-in-required' });
    }
  });

  it('SD3: one of them can be named, and nobody else’s', async () => {
    await overview('?video=one');
    expect(asked()[0]?.videos).toEqual(['one']);
    expect((await get('overview?video=theirs')).json()).toMatchObject({ code: 'forbidden' });
    expect((await get('series?video=none')).json()).toMatchObject({ code: 'unknown-video' });
  });

  it('SD3: of very many the newest 200 are in the numbers, and that is said', async () => {
    await addVideos(world, ...Array.from({ length: 201 }, (_, index) => `v${index}`));
    const body: object = (await get('overview', bearer(SERVICE_KEY))).json();
    expect(body).toMatchObject({ videos: 200, isCut: true });
    expect(asked().at(-1)?.videos).toContain('v200');
  });
});

describe('SD30: words that a server makes', () => {
  it('SD30: have a name for each definition, and say it in English beside it', async () => {
    const body: { definitions: object; definitionCodes: object } = (await get('overview')).json();
    expect(Object.keys(body.definitionCodes)).toEqual(Object.keys(body.definitions));
    expect(body.definitionCodes).toMatchObject({ views: 'views-holdfast-1' });
  });
});

describe('SD29: real time over all videos', () => {
  it('SD29: is of all of them, or of the one that is named', async () => {
    const bucket = { atMs: START_MS, likes: 0, views: 7, starts: 9, loops: 0, watchMs: 60_000 };
    says('us', { buckets: [bucket] });
    world.clock.nowMs = START_MS + 30_000;
    const body: object = (await get('realtime')).json();
    expect(body).toMatchObject({ isCut: false, justNow: { views: 7, starts: 9 } });
    expect(asked()[0]?.videos).toEqual(['two', 'one']);
    await get('realtime?video=one');
    expect(asked().at(-1)?.videos).toEqual(['one']);
  });
});

describe('SD17: cards', () => {
  it('SD17: have the period beside the one before it, and a line of days', async () => {
    says('us', { days: [day(TODAY - 28 * DAY_MS, 5, 4), day(TODAY, 7, 6)] });
    says('eu', { days: [day(TODAY, 1, 0)] });
    const body = await overview();
    expect(body).toMatchObject({
      from: new Date(TODAY - 27 * DAY_MS).toISOString(),
      previous: {
        from: new Date(TODAY - 55 * DAY_MS).toISOString(),
        to: new Date(TODAY - 27 * DAY_MS).toISOString(),
      },
      timeZone: 'UTC',
      videos: 2,
    });
    expect(card(body, 'views')).toMatchObject({ value: 8, previous: 5, state: 'live' });
    expect(card(body, 'engagedViews')).toMatchObject({ value: 6, previous: 4 });
    expect(card(body, 'likes')).toMatchObject({ value: -2, previous: -1 });
    expect(card(body, 'watchMs')).toMatchObject({ value: 8_000, previous: 5_000 });
    expect(card(body, 'views')?.spark).toHaveLength(28);
    expect(card(body, 'views')?.spark.at(-1)).toEqual({
      at: new Date(TODAY).toISOString(),
      value: 8,
      partial: true,
    });
  });

  it('SD17: of unique viewers are asked for by themselves, because days do not add up', async () => {
    world.cells.us.answer('studio', ({ parts, fromMs }) => ({
      ...EMPTY_STUDIO,
      asOfMs: world.clock.nowMs,
      viewers: parts.includes('viewers') && fromMs === TODAY - 27 * DAY_MS ? 9 : 4,
    }));
    expect(card(await overview(), 'uniqueViewers')).toMatchObject({ value: 9, previous: 4 });
  });

  it('SD2: cells are asked once for all videos and most metrics', async () => {
    await overview();
    expect(asked().filter(({ parts }) => parts.includes('days'))).toHaveLength(1);
  });

  it('SD17: of what nobody keeps are the totals of now, and unknown until somebody tells', async () => {
    const tally = (name: string): Count => {
      if (name === 'followers/acc_us-1') return { value: null, state: 'unknown', asOf: null };
      return {
        value: name === 'comments/one' ? 3 : 2,
        state: 'stale',
        asOf: '2026-11-22T13:00:00Z',
      };
    };
    const told = await openWorld({ publicCatalog: { ...world.publicCatalog, tally } });
    const cookie = await cookieOf(told, 'alice');
    for (const id of ['one', 'two']) await own(id, id, told);
    const reply = await ask(told, 'GET', '/v1/me/studio/overview', { headers: { cookie } });
    const body = reply.json<Overview>();
    expect(card(body, 'followers')).toMatchObject({ value: null, state: 'unknown', asOf: null });
    expect(card(body, 'comments')).toMatchObject({ value: 5, previous: null, state: 'stale' });
    await told.close();
  });

  it('SD17: of who has made no video are zeros of now, and nothing about them is old', async () => {
    const cookie = await cookieOf(world, 'newcomer');
    const reply = await ask(world, 'GET', '/v1/me/studio/overview', { headers: { cookie } });
    const body = reply.json<Overview>();
    expect(card(body, 'comments')).toMatchObject({ value: 0, state: 'live' });
    expect(body.cards.map(({ state }) => state)).toEqual(body.cards.map(() => 'live'));
  });

  it('SD9: an engaged view that nobody knows of makes the sum unknown, and not smaller', async () => {
    says('us', { days: [day(TODAY - 3 * DAY_MS, 5, undefined), day(TODAY, 7, 6)] });
    const body = await overview();
    expect(card(body, 'engagedViews')).toMatchObject({ value: null, previous: 0, state: 'live' });
    expect(card(body, 'views')).toMatchObject({ value: 12 });
  });

  it('SD5: are stale with a cell away, and unknown when it was never heard of', async () => {
    says('eu', { days: [day(TODAY, 7, 6)], asOfMs: START_MS });
    await overview();
    world.cells.eu.fail(AWAY);
    world.clock.nowMs += 20_000;
    const stale = card(await overview(), 'views');
    const asOf = new Date(START_MS).toISOString();
    expect(stale).toMatchObject({ value: 7, state: 'stale', asOf });
    const unknown = card(await overview('?video=one'), 'views');
    expect(unknown).toMatchObject({ value: null, previous: null, state: 'unknown', asOf: null });
    expect(unknown?.spark.every((point) => (point as { value: unknown }).value === null)).toBe(
      true,
    );
  });

  it.each(['tz=Moon/Sea', 'from=x', 'from=2026-11-22&to=2026-11-01', 'from=2020-01-01'])(
    'SD8: with %s are 400, and no cell is asked',
    async (query) => {
      expect((await get(`overview?${query}`)).json()).toMatchObject({ code: 'invalid-request' });
      expect(asked()).toEqual([]);
    },
  );
});

describe('SD27: comments and followers over time', () => {
  const total = (atEnd: number, sinceMs: number, ...changes: [number, number, number][]) => ({
    atEnd,
    sinceMs,
    changes: changes.map(([atMs, gained, lost]) => ({ atMs, gained, lost })),
  });
  const values = (points: unknown): unknown =>
    (points as { value: unknown }[]).map(({ value }) => value);
  type TotalCard = Card & { gained: number | null; lost: number | null; spark: unknown[] };

  it('SD27: a card has what was there before the period, what came and went, and a line', async () => {
    const followers = total(7, 0, [TODAY - 40 * DAY_MS, 2, 0], [TODAY - DAY_MS, 4, 1]);
    says('us', { followers });
    says('eu', { followers: total(1, 0, [TODAY, 1, 0]) });
    const shown = card(await overview(), 'followers') as TotalCard;
    // 7 and 1 are there now; of these 4 came and 1 went yesterday, and 1 came today.
    expect(shown).toMatchObject({ previous: 4, gained: 5, lost: 1 });
    expect(values(shown.spark.slice(-3))).toEqual([4, 7, 8]);
    expect(asked().find(({ parts }) => parts.includes('followers'))?.account).toBe('acc_us-1');
  });

  it('SD28: time before the history is a gap, and nothing is compared with it', async () => {
    const sinceMs = TODAY - DAY_MS + 1;
    says('us', { comments: total(3, sinceMs, [TODAY, 1, 0]) });
    says('eu', { comments: total(0, 0) });
    const shown = card(await overview(), 'comments') as TotalCard;
    expect(shown).toMatchObject({ previous: null, gained: null, lost: null });
    expect(values(shown.spark.slice(-3))).toEqual([null, 2, 3]);
    const body: { series: object[]; marks: object[] } = (
      await get('series?metric=comments&from=2026-11-20')
    ).json();
    expect(values(body.series)).toEqual([null, 2, 3]);
    expect(body.series[0]).toMatchObject({ gap: true, reason: 'not-kept' });
    const at = new Date(TODAY - DAY_MS).toISOString();
    expect(body.marks).toMatchObject([{ at, kind: 'definition', code: 'comments-kept' }]);
  });

  it('SD27: in a zone days end at its midnight, and hours are there too', async () => {
    const comments = total(6, 0, [TODAY + 4 * 3_600_000, 1, 0], [TODAY + 6 * 3_600_000, 2, 0]);
    says('us', { comments });
    says('eu', { comments: total(0, 0) });
    const query = 'series?metric=comments&tz=America/New_York&from=2026-11-21T12:00:00Z';
    const days: { series: object[] } = (await get(query)).json();
    expect(values(days.series)).toEqual([4, 6]);
    const hours: { series: object[] } = (
      await get('series?metric=comments&grain=hour&from=2026-11-22T03:00:00Z')
    ).json();
    expect(values(hours.series)).toEqual([3, 4, 4, 6, 6, 6, 6, 6, 6, 6, 6, 6]);
    expect((await get('series?metric=comments&grain=minute')).json()).toMatchObject({
      code: 'invalid-request',
    });
  });

  it('SD19: with a cell away they end where it was last heard of, and without it are unknown', async () => {
    says('us', { followers: total(2, 0), asOfMs: START_MS + 1_000 });
    says('eu', { followers: total(3, 0), asOfMs: START_MS + 1_000 });
    await get('series?metric=followers&grain=hour');
    world.cells.eu.fail(AWAY);
    world.clock.nowMs += 2 * 3_600_000;
    const stale: { series: object[] } = (await get('series?metric=followers&grain=hour')).json();
    expect(stale).toMatchObject({ state: 'stale' });
    expect(values(stale.series.slice(-3))).toEqual([5, null, null]);
    const unknown: { series: object[] } = (
      await get('series?metric=followers&from=2026-11-21')
    ).json();
    expect(unknown).toMatchObject({ state: 'unknown', asOf: null });
    expect(values(unknown.series)).toEqual([null, null]);
  });

  it('SD27: nobody follows a tenant, so that is not known and no cell is asked', async () => {
    const body: object = (await get('series?metric=followers', bearer(SERVICE_KEY))).json();
    expect(body).toMatchObject({ state: 'unknown' });
    expect(asked().filter(({ parts }) => parts.includes('followers'))).toEqual([]);
  });
});

describe('SD18: series over all videos', () => {
  it('SD18: are of the creator’s days, and of UTC days where there are no others', async () => {
    says('us', {
      buckets: [
        { atMs: TODAY + 4 * 3_600_000, likes: 0, views: 3, starts: 3, loops: 0, watchMs: 1 },
      ],
    });
    const query = 'series?tz=America/New_York&from=2026-11-21T12:00:00Z';
    const body: { series: object[]; timeZone: string } = (await get(query)).json();
    expect(body.timeZone).toBe('America/New_York');
    // 4 hours into the UTC day it is still the day before in New York.
    expect(body.series).toEqual([
      { at: '2026-11-21T05:00:00.000Z', value: 3, partial: false },
      { at: '2026-11-22T05:00:00.000Z', value: 0, partial: true },
    ]);
    const engaged: object = (await get(`${query}&metric=engagedViews`)).json();
    expect(engaged).toMatchObject({ timeZone: 'UTC' });
    const hourly = (await get(`${query}&metric=engagedViews&grain=hour`)).json<object>();
    expect(hourly).toMatchObject({ code: 'invalid-request' });
  });

  it('SD20: have a gap where the platform was away and nothing was counted', async () => {
    const incident = {
      name: 'Cell away',
      from: new Date(TODAY - 2 * DAY_MS).toISOString(),
      until: new Date(TODAY).toISOString(),
      impact: 'critical',
      link: '/status/incidents/i1',
    };
    const server = createServer((_request, response) => {
      response.end(JSON.stringify({ marks: [incident] }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await world.close();
    world = await openWorld({ statusPage: () => origin });
    await addVideos(world, 'theirs');
    says('us', { days: [day(TODAY - DAY_MS, 2, 2)] });
    const body: { series: object[]; marks: object[]; incidentsKnown: boolean } = (
      await get('series?from=2026-11-19', bearer(SERVICE_KEY))
    ).json();
    server.close();
    expect(body.series).toEqual([
      { at: '2026-11-19T00:00:00.000Z', value: 0, partial: false },
      { at: '2026-11-20T00:00:00.000Z', value: null, partial: false, gap: true },
      { at: '2026-11-21T00:00:00.000Z', value: 2, partial: false },
      { at: '2026-11-22T00:00:00.000Z', value: 0, partial: true },
    ]);
    expect(body).toMatchObject({ incidentsKnown: true });
    expect(body.marks).toEqual([
      {
        at: incident.from,
        until: incident.until,
        kind: 'incident',
        text: 'Cell away',
        link: '/status/incidents/i1',
      },
    ]);
  });

  it('SD23, SD30: are marked with corrections, and say when incidents are not known', async () => {
    const what = { metric: 'views', delta: -12, reason: 'fraud', atMs: TODAY } as const;
    says('us', { corrections: [{ video: video('one'), ...what }] });
    const body: object = (await get('series')).json();
    expect(body).toMatchObject({
      incidentsKnown: false,
      marks: [{ at: new Date(TODAY).toISOString(), kind: 'correction', jurisdiction: 'us' }],
    });
    const params = { metric: 'views', delta: -12, reason: 'fraud', title: 'One' };
    expect(body).toMatchObject({ marks: [{ code: 'correction', params }] });
    expect(JSON.stringify(body)).toContain('One: views −12 (fraud)');
    expect((await get('series?metric=followers')).json()).toMatchObject({ marks: [] });
  });

  it('SD23: of engaged views are marked where they begin to be kept', async () => {
    says('us', { days: [day(TODAY - 2 * DAY_MS, 5, undefined), day(TODAY, 7, 6)] });
    const body: object = (await get('series?metric=engagedViews&from=2026-11-19')).json();
    const at = new Date(TODAY - DAY_MS).toISOString();
    expect(body).toMatchObject({ marks: [{ at, kind: 'definition' }] });
  });

  it.each(['metric=love', 'grain=year', 'tz=', 'grain=minute&from=2000-01-01', 'from=2020-01-01'])(
    'SD8: with %s are 400, and no cell is asked',
    async (query) => {
      expect((await get(`series?${query}`)).json()).toMatchObject({ code: 'invalid-request' });
      expect(asked()).toEqual([]);
    },
  );
});

describe('SD24: the table of videos', () => {
  const row = (id: string, views: number) => {
    const counted = { likes: 0, views, starts: views, loops: 0, watchMs: 0 };
    return { video: video(id), ...counted, engagedViews: id === 'one' ? undefined : 1 };
  };

  it('SD24: has each with its numbers, in the order asked for', async () => {
    says('us', { videos: [row('one', 9), row('two', 2)] });
    says('eu', { videos: [row('two', 1)] });
    type Body = { items: { video: string; metrics: object }[] };
    const byDate: Body = (await get('videos')).json();
    expect(byDate.items.map((item) => item.video)).toEqual(['two', 'one']);
    const byViews: Body = (await get('videos?sort=views')).json();
    expect(byViews.items).toMatchObject([
      { video: 'one', title: 'One', metrics: { views: 9, engagedViews: null, comments: 0 } },
      { video: 'two', metrics: { views: 3, engagedViews: 2 } },
    ]);
    expect((await get('videos?sort=love')).json()).toMatchObject({ code: 'invalid-request' });
    expect((await get('videos?cursor=x')).json()).toMatchObject({ code: 'invalid-request' });
  });

  it('SD24: comes by pages', async () => {
    await addVideos(world, ...Array.from({ length: 60 }, (_, index) => `v${index}`));
    const first: { items: unknown[]; next: string } = (
      await get('videos', bearer(SERVICE_KEY))
    ).json();
    expect([first.items.length, first.next]).toEqual([50, '50']);
    const second: { items: unknown[] } = (
      await get(`videos?cursor=${first.next}`, bearer(SERVICE_KEY))
    ).json();
    expect(second.items).toHaveLength(11);
    expect(second).not.toHaveProperty('next');
  });
});

describe('SD25: export', () => {
  it('SD25: of a series is a file with a line for each bucket', async () => {
    const reply = await get('export?what=series&metric=views&from=2026-11-21&grain=day');
    expect(reply.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(reply.headers['content-disposition']).toBe(
      'attachment; filename="holdfast-series-2026-11-22.csv"',
    );
    expect(reply.body).toBe(
      'at,value,partial\r\n2026-11-21T00:00:00.000Z,0,false\r\n2026-11-22T00:00:00.000Z,0,true\r\n',
    );
  });

  it('SD25: has no title that a spreadsheet would take for a formula', async () => {
    expect((await get('export?what=videos')).body).toContain("two,'=cmd(),");
  });

  it('SD25: as JSON is what the page shows, and cards have a line each as CSV', async () => {
    const json = await get('export?what=overview&format=json');
    expect(json.headers['content-disposition']).toContain('.json"');
    expect(json.json<Overview>().cards).toHaveLength(7);
    expect((await get('export')).body.split('\r\n')).toHaveLength(9);
  });

  it.each(['what=all', 'format=pdf', 'what=video', 'what=series&metric=x'])(
    'SD8: with %s is 400',
    async (query) => {
      expect((await get(`export?${query}`)).json()).toMatchObject({ code: 'invalid-request' });
    },
  );
});
