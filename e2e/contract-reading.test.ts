// Counts, streams, own likes and analytics, as the API's document describes them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, bodyOf, until, WATCHED_MS } from './harness/api.ts';
import type { Api, BulkBody, Count, OpsBody } from './harness/api.ts';
import { contractOf } from './harness/contract-check.ts';
import { openStream } from './harness/event-stream.ts';
import type { EventStream } from './harness/event-stream.ts';
import { openInstallation } from './harness/installation.ts';
import { aNumber, aTime } from './harness/matchers.ts';

const place = openInstallation();
let api: Api;
let quietStream: EventStream;

beforeAll(async () => {
  const { url } = await place.start();
  api = apiOf(url, await contractOf(url));
  // A heart beats slowly, so this stream is opened first and looked at last.
  await api.video('quiet');
  await api.settled('quiet');
  quietStream = await openStream(url, '/v1/counts/stream?video=quiet');
});
afterAll(place.close);

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('counts', () => {
  it('have a value, a state and an age for the total and each cell', async () => {
    await api.video('a');
    await api.video('b');
    const like = { n: 1, kind: 'like', video: 'a' };
    await api.outcomes(await api.grant('us', 'reader-1'), [like]);
    await api.outcomes(await api.grant('eu', 'reader-2'), [like]);
    await api.settled('a');
    await api.settled('b');
    const answer = await api.send('GET', '/v1/counts?video=a&video=b');
    const live = { state: 'live', asOf: aTime };
    const cell = { ...live, epoch: 1, seq: aNumber };
    expect(answer.body).toEqual({
      counts: {
        a: {
          likes: { value: 2, ...live },
          views: { value: 0, ...live },
          cells: { us: { likes: 1, views: 0, ...cell }, eu: { likes: 1, views: 0, ...cell } },
        },
        b: {
          likes: { value: 0, ...live },
          views: { value: 0, ...live },
          cells: { us: { likes: 0, views: 0, ...cell }, eu: { likes: 0, views: 0, ...cell } },
        },
      },
    });
  });

  it('say that a video is not known, in its place', async () => {
    await api.video('known');
    await api.settled('known');
    const answer = await api.send('GET', '/v1/counts?video=nope&video=known');
    expect(answer.body).toMatchObject({
      counts: { nope: { error: 'unknown-video' }, known: { likes: { value: 0, state: 'live' } } },
    });
  });

  it('are of at most 100 videos', async () => {
    const query = (videos: number) =>
      Array.from({ length: videos }, (_, index) => `video=v${index}`).join('&');
    expect((await api.send('GET', `/v1/counts?${query(100)}`)).status).toBe(200);
    const refused = await api.send('GET', `/v1/counts?${query(101)}`);
    expect([refused.status, refused.body]).toMatchObject([400, { code: 'too-many-videos' }]);
  });

  it.each(['', '?video=', '?video=a%20b', '?video=%C3%A9', '?after=us:1'])(
    'are refused for the query %j',
    async (query) => {
      const answer = await api.send('GET', `/v1/counts${query}`);
      expect([answer.status, answer.body]).toMatchObject([400, { code: 'invalid-request' }]);
    },
  );

  it('of one video have the same form, and are 404 when it is not known', async () => {
    await api.video('one');
    await api.settled('one');
    const answer = await api.send('GET', '/v1/videos/one/counts');
    expect(answer.body).toMatchObject({
      likes: { value: 0, state: 'live' },
      views: { value: 0, state: 'live' },
      cells: { us: { likes: 0 }, eu: { likes: 0 } },
    });
    const unknown = await api.send('GET', '/v1/videos/nope/counts');
    expect([unknown.status, unknown.body]).toMatchObject([404, { code: 'unknown-video' }]);
  });

  it('asked for after an op include it', async () => {
    await api.video('own-writes');
    const grant = await api.grant('us', 'impatient');
    for (let n = 1; n <= 20; n += 1) {
      const kind = n % 2 === 1 ? 'like' : 'unlike';
      const answer = await api.ops(grant, [{ n, kind, video: 'own-writes' }]);
      const { seq } = bodyOf<OpsBody>(answer);
      const read = await api.send('GET', `/v1/counts?video=own-writes&after=us:${seq}`);
      const { counts } = bodyOf<{ counts: Record<string, Count> }>(read);
      expect(counts['own-writes']?.cells['us']?.likes).toBe(n % 2);
    }
  });

  it('may be asked for after positions of several cells', async () => {
    await api.video('two-cells');
    const line = { kind: 'view', video: 'two-cells', watchedMs: WATCHED_MS, n: 1 };
    const answer = await api.bulk([
      { ...line, jurisdiction: 'us', session: 'two-us' },
      { ...line, jurisdiction: 'eu', session: 'two-eu' },
    ]);
    const { positions } = bodyOf<BulkBody>(answer);
    const after = Object.entries(positions).map(([cell, { seq }]) => `after=${cell}:${seq}`);
    const read = await api.send('GET', `/v1/counts?video=two-cells&${after.join('&')}`);
    const { counts } = bodyOf<{ counts: Record<string, Count> }>(read);
    expect(counts['two-cells']?.views.value).toBe(2);
  });

  it('asked for after what never comes are given as they are', async () => {
    await api.video('never');
    await api.settled('never');
    const answer = await api.send('GET', '/v1/counts?video=never&after=us:999999999');
    expect(answer.body).toMatchObject({ counts: { never: { likes: { value: 0 } } } });
  });
});

describe('a stream of counts', () => {
  it('sends the count at once, and again when it changes', async () => {
    await api.video('streamed');
    await api.settled('streamed');
    const stream = await openStream(api.url, '/v1/counts/stream?video=streamed');
    expect(stream.type).toContain('text/event-stream');
    const likes = () => stream.events.map(({ data }) => data.likes.value);
    await until(
      'a first event',
      async () => likes(),
      (values) => values.includes(0),
    );
    await api.outcomes(await api.grant('us', 'streamer'), [
      { n: 1, kind: 'like', video: 'streamed' },
    ]);
    await until(
      'the like',
      async () => likes(),
      (values) => values.includes(1),
    );
    expect(new Set(stream.events.map(({ event }) => event))).toEqual(new Set(['count']));
    expect(stream.events.at(-1)?.data).toMatchObject({
      video: 'streamed',
      likes: { value: 1, state: 'live' },
      views: { value: 0, state: 'live' },
      cells: { us: { likes: 1, epoch: 1 }, eu: { likes: 0, epoch: 1 } },
    });
    stream.close();
  });

  it('of several videos names each', async () => {
    await api.video('left');
    await api.video('right');
    const stream = await openStream(api.url, '/v1/counts/stream?video=left&video=right');
    const videos = () => new Set(stream.events.map(({ data }) => data.video));
    await until(
      'both',
      async () => videos().size,
      (size) => size === 2,
    );
    expect(videos()).toEqual(new Set(['left', 'right']));
    stream.close();
  });
});

describe('own likes', () => {
  const likesOf = (grant: string, query = '') =>
    api.send('GET', `/v1/me/likes${query}`, { bearer: grant });

  it('say of each video whether the person likes it', async () => {
    await api.video('liked');
    await api.video('unliked');
    const grant = await api.grant('eu', 'fan');
    await api.outcomes(grant, [
      { n: 1, kind: 'like', video: 'liked' },
      { n: 2, kind: 'like', video: 'unliked' },
      { n: 3, kind: 'unlike', video: 'unliked' },
    ]);
    const answer = await likesOf(grant, '?video=liked&video=unliked&video=nope');
    expect(answer.body).toEqual({ likes: { liked: true, unliked: false, nope: false } });
    const otherDevice = await api.grant('eu', 'fan');
    expect((await likesOf(otherDevice, '?video=liked')).body).toEqual({ likes: { liked: true } });
    const other = await api.grant('eu', 'stranger');
    expect((await likesOf(other, '?video=liked')).body).toEqual({ likes: { liked: false } });
  });

  it('come in pages, newest first, each like once', async () => {
    const grant = await api.grant('us', 'collector');
    const videos = Array.from({ length: 120 }, (_, index) => `collected-${index}`);
    await Promise.all(videos.map((video) => api.video(video)));
    for (const [index, video] of videos.entries()) {
      await api.outcomes(grant, [{ n: index + 1, kind: 'like', video }]);
    }
    type Page = Readonly<{ items: readonly { video: string; at: string }[]; next?: string }>;
    const items: { video: string; at: string }[] = [];
    let query = '';
    let pages = 0;
    for (;;) {
      const page = bodyOf<Page>(await likesOf(grant, query));
      items.push(...page.items);
      pages += 1;
      if (page.next === undefined) break;
      query = `?cursor=${encodeURIComponent(page.next)}`;
    }
    expect(pages).toBeGreaterThan(1);
    expect(items.map(({ video }) => video).toSorted()).toEqual(videos.toSorted());
    const times = items.map(({ at }) => at);
    expect(times).toEqual(times.toSorted().toReversed());
    for (const at of times) expect(at).toMatch(TIME);
  });

  it('are nobody else’s to see', async () => {
    const answer = await api.send('GET', '/v1/me/likes?video=liked');
    expect(answer.status).toBe(401);
  });

  it('of a session that is nobody’s are none', async () => {
    const grant = await api.grant('us');
    expect((await likesOf(grant)).body).toMatchObject({ items: [] });
  });
});

describe('analytics', () => {
  type Series = Readonly<{
    series: readonly { at: string; value: number; partial: boolean }[];
    asOf: string;
  }>;
  const day = (atMs: number) => new Date(Math.floor(atMs / DAY_MS) * DAY_MS).toISOString();
  const ask = (query: string, bearer?: string) =>
    api.send('GET', `/v1/videos/charted/analytics?${query}`, { bearer });
  const service = (query: string) => api.service('GET', `/v1/videos/charted/analytics?${query}`);
  let from = '';
  let to = '';

  beforeAll(async () => {
    await api.video('charted');
    const line = { kind: 'view', video: 'charted', watchedMs: WATCHED_MS, n: 1 };
    await api.bulk([
      { ...line, jurisdiction: 'us', session: 'chart-1' },
      { ...line, jurisdiction: 'us', session: 'chart-2' },
      { ...line, jurisdiction: 'eu', session: 'chart-3' },
    ]);
    await api.settled('charted');
    from = day(Date.now() - DAY_MS);
    to = day(Date.now() + 2 * DAY_MS);
  });

  it.each(['minute', 'quarter', 'hour', 'day'])('by %s add up to the count', async (grain) => {
    const answer = await service(`metric=views&grain=${grain}&from=${from}&to=${to}`);
    const { series, asOf } = bodyOf<Series>(answer);
    expect(asOf).toMatch(TIME);
    expect(series.reduce((sum, { value }) => sum + value, 0)).toBe(3);
    for (const { at } of series) expect(at).toMatch(TIME);
    const last = series.at(-1);
    expect(last?.partial).toBe(true);
    const over = series.filter(({ at }) => Date.parse(at) < Date.parse(asOf) - 2 * DAY_MS);
    expect(over.every(({ partial }) => !partial)).toBe(true);
  });

  it('by minute put an op into the minute in which it was acknowledged', async () => {
    const { series } = bodyOf<Series>(
      await service(`metric=views&grain=minute&from=${from}&to=${to}`),
    );
    const filled = series.filter(({ value }) => value > 0);
    expect(filled.length).toBeGreaterThan(0);
    for (const { at } of filled) {
      expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(10 * MINUTE_MS);
    }
  });

  it('by day begin at midnight of the zone', async () => {
    const query = `metric=views&grain=day&from=${from}&to=${to}&tz=America/New_York`;
    const { series } = bodyOf<Series>(await service(query));
    const time = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'America/New_York',
      timeStyle: 'medium',
    });
    expect(series.length).toBeGreaterThan(0);
    for (const { at } of series) expect(time.format(new Date(at))).toBe('00:00:00');
  });

  it('are refused for whoever is not the creator', async () => {
    const query = `metric=views&grain=day&from=${from}&to=${to}`;
    const none = await ask(query);
    expect([401, 403]).toContain(none.status);
    const grant = await ask(query, await api.grant('us', 'stranger'));
    expect([401, 403]).toContain(grant.status);
  });

  it.each([
    ['an unknown metric', 'metric=hearts&grain=day'],
    ['an unknown grain', 'metric=views&grain=week'],
    ['an unknown zone', 'metric=views&grain=day&tz=Mars/Olympus'],
    ['a zone that climbs', 'metric=views&grain=day&tz=../../etc/passwd'],
  ])('are refused for %s', async (_what, query) => {
    const answer = await service(`${query}&from=${from}&to=${to}`);
    expect([answer.status, answer.body]).toMatchObject([400, { code: 'invalid-request' }]);
  });

  it('are refused when they end before they begin', async () => {
    const answer = await service(`metric=views&grain=day&from=${to}&to=${from}`);
    expect([answer.status, answer.body]).toMatchObject([400, { code: 'invalid-request' }]);
  });

  it('of an unknown video are 404', async () => {
    const path = `/v1/videos/nope/analytics?metric=views&grain=day&from=${from}&to=${to}`;
    const answer = await api.service('GET', path);
    expect([answer.status, answer.body]).toMatchObject([404, { code: 'unknown-video' }]);
  });
});

describe('a stream on which nothing changes', () => {
  it('sends its count again as a heartbeat', async () => {
    const { events, close } = quietStream;
    await until(
      'a heartbeat',
      async () => events.length,
      (count) => count >= 2,
    );
    close();
    expect(events.map(({ data }) => data.likes.value)).toEqual(events.map(() => 0));
  });
});
