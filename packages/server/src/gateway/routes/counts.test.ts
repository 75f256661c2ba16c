import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  addVideos,
  ask,
  bearer,
  cookieOf,
  grantOf,
  openWorld,
  video,
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
  await addVideos(world, 'a', 'b');
  world.exchange.setLikes(video('a'), 12);
});
afterAll(() => world.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  ask(world, 'GET', url, { headers });

describe('counts', () => {
  beforeEach(() => {
    world.exchange.waits.length = 0;
  });

  it('A49: are those of the exchange, by video', async () => {
    const reply = await get('/v1/counts?video=a&video=b');
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({
      counts: {
        a: world.exchange.exchange.counts(video('a')),
        b: world.exchange.exchange.counts(video('b')),
      },
    });
  });

  it('A49: name a video that is not known in its place, and one named twice once', async () => {
    const reply = await get('/v1/counts?video=a&video=nothing&video=a');
    expect(reply.body.match(/"a":/g)).toHaveLength(1);
    expect(reply.json()).toMatchObject({ counts: { nothing: { error: 'unknown-video' } } });
  });

  it('A49: of 100 videos are answered, of 101 refused', async () => {
    const query = (n: number) => Array.from({ length: n }, (_, at) => `video=v${at}`).join('&');
    const reply = await get(`/v1/counts?${query(100)}`);
    expect(Object.keys(reply.json<{ counts: object }>().counts)).toHaveLength(100);
    const refused = await get(`/v1/counts?${query(101)}`);
    expect(refused.json()).toMatchObject({ status: 400, code: 'too-many-videos' });
  });

  it.each(['', '?', '?video=', '?video=a%20b', '?video=../x', '?video=a&video=%zz', '?vide=a'])(
    'A49: with the query %j are 400',
    async (query) => {
      const reply = await get(`/v1/counts${query}`);
      expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-request' });
    },
  );

  it('A10: with a query beyond 8,192 characters are 414', async () => {
    const reply = await get(`/v1/counts?video=a&x=${'y'.repeat(8_192)}`);
    expect(reply.json()).toMatchObject({ status: 414, code: 'uri-too-long' });
  });

  it('A50: wait for the positions that are asked for, and answer even when they do not come', async () => {
    const reply = await get('/v1/counts?video=a&after=us:123&after=eu%3A7');
    expect(reply.statusCode).toBe(200);
    expect(world.exchange.waits).toEqual([
      {
        positions: [
          { jurisdiction: 'us', seq: 123 },
          { jurisdiction: 'eu', seq: 7 },
        ],
        waitMs: 1_000,
      },
    ]);
  });

  it('A50: do not wait when no position is asked for', async () => {
    await get('/v1/counts?video=a');
    expect(world.exchange.waits).toEqual([]);
  });

  it.each(['us', 'us:', 'us:-1', 'us:1.5', ':1', 'us:1e3', 'us:9999999999999999'])(
    'A50: after=%s is 400',
    async (after) => {
      const reply = await get(`/v1/counts?video=a&after=${after}`);
      expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-request' });
    },
  );

  it('A50: after a cell that is not there, or more than 16 times, is 400', async () => {
    const other = await get('/v1/counts?video=a&after=zz:1');
    expect(other.json()).toMatchObject({ status: 400, code: 'unknown-jurisdiction' });
    const many = await get(`/v1/counts?video=a${'&after=us:1'.repeat(17)}`);
    expect(many.json()).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('A49: of one video have its name, and are 404 when it is not known', async () => {
    const reply = await get('/v1/videos/a/counts?after=us:1');
    expect(reply.json()).toEqual({
      video: 'a',
      ...world.exchange.exchange.counts(video('a')),
    });
    expect(world.exchange.waits).toHaveLength(1);
    const unknown = await get('/v1/videos/nothing/counts');
    expect(unknown.json()).toMatchObject({ status: 404, code: 'unknown-video' });
  });

  it('A11: answer HEAD without a body', async () => {
    const reply = await ask(world, 'HEAD', '/v1/counts?video=a');
    expect(reply.statusCode).toBe(200);
    expect(reply.body).toBe('');
  });
});

describe('A54: the caller’s likes', () => {
  it('A54: are told for videos, and listed newest first', async () => {
    const grant = bearer(await grantOf(world, 'user-1'));
    const ops = ['a', 'b'].map((id, index) => ({ n: index + 1, kind: 'like', video: id }));
    await ask(world, 'POST', '/v1/ops', { headers: grant, body: { ops } });
    const among = await get('/v1/me/likes?video=a&video=c&video=b', grant);
    expect(among.json()).toEqual({ likes: { a: true, c: false, b: true } });
    const page = await get('/v1/me/likes', grant);
    expect(page.json()).toEqual({
      items: [
        { video: 'b', at: '2026-11-22T14:00:00.000Z' },
        { video: 'a', at: '2026-11-22T14:00:00.000Z' },
      ],
    });
  });

  it('A54: come in pages of 50', async () => {
    const cookie = await cookieOf(world, 'alice');
    const items = Array.from({ length: 50 }, (_, n) => ({ video: video(`v${n}`), atMs: n }));
    world.cells.us.answer('likesPage', ({ after, itemsMax }) => {
      expect(itemsMax).toBe(50);
      return { kind: 'likes-page', items, next: after === undefined ? 'more' : undefined };
    });
    const first = (await get('/v1/me/likes', { cookie })).json<{ next: string }>();
    const second = await get(`/v1/me/likes?cursor=${first.next}`, { cookie });
    expect(second.json()).not.toHaveProperty('next');
  });

  it('A54: of an anonymous session are none, and no cell is asked', async () => {
    const grant = bearer(await grantOf(world));
    const before = world.cells.us.asked.length;
    expect((await get('/v1/me/likes?video=a', grant)).json()).toEqual({ likes: { a: false } });
    expect((await get('/v1/me/likes', grant)).json()).toEqual({ items: [] });
    expect(world.cells.us.asked).toHaveLength(before);
  });

  it('A54: need a grant or a cookie', async () => {
    expect((await get('/v1/me/likes')).json()).toMatchObject({ code: 'grant-missing' });
    const headers = { cookie: 'holdfast=us.hft_gone' };
    expect((await get('/v1/me/likes', headers)).json()).toMatchObject({ code: 'grant-missing' });
    expect(
      (await get('/v1/me/likes?cursor=%22', bearer(await grantOf(world, 'u')))).json(),
    ).toMatchObject({
      code: 'invalid-request',
    });
  });
});
