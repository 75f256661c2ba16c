import type { VideoId } from '@holdfast/protocol/ids.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ask,
  bearer,
  openWorld,
  OPERATOR_KEY,
  OTHER_TENANT_KEY,
  REVOKED_KEY,
  SERVICE_KEY,
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const body = { durationMs: 15_000, creator: 'user-9', title: 'First' };
const put = (change: unknown, id = 'a', key: string | undefined = SERVICE_KEY) =>
  ask(world, 'PUT', `/v1/videos/${id}`, {
    ...(key !== '' && { headers: bearer(key) }),
    body: Array.isArray(change) ? change : { ...body, ...(change as object) },
  });

describe('registering a video', () => {
  it('A43: is 201 for a new one and 200 for a known one', async () => {
    const first = await put({});
    expect(first.statusCode).toBe(201);
    expect(first.json()).toMatchObject({ id: 'a', ...body, media: null });
    expect((await put({})).statusCode).toBe(200);
    const read = await ask(world, 'GET', '/v1/videos/a');
    expect(read.json()).toEqual(first.json());
  });

  it('A44: may change the title and nothing else', async () => {
    await put({});
    expect((await put({ title: 'Second' })).json()).toMatchObject({ title: 'Second' });
    for (const change of [{ durationMs: 15_001 }, { creator: 'user-8' }]) {
      const reply = await put({ ...change, title: 'Third' });
      expect(reply.json()).toMatchObject({ status: 409, code: 'video-conflict' });
    }
    const read = await ask(world, 'GET', '/v1/videos/a');
    expect(read.json()).toMatchObject({ ...body, title: 'Second' });
  });

  it('A45: of another tenant is 403', async () => {
    await put({});
    const reply = await put({}, 'a', OTHER_TENANT_KEY);
    expect(reply.json()).toMatchObject({ status: 403, code: 'forbidden' });
  });

  it('A47: into a full catalog is 507 and not worth a retry', async () => {
    const full = {
      ...world.catalog,
      put: () => Promise.resolve({ kind: 'catalog-full' } as const),
    };
    await world.close();
    world = await openWorld({ catalog: full });
    expect((await put({})).json()).toMatchObject({
      status: 507,
      code: 'catalog-full',
      retryable: false,
    });
  });

  it('A17: takes a key after several spaces, as HTTP allows', async () => {
    const headers = { authorization: `Bearer   ${SERVICE_KEY}` };
    expect((await ask(world, 'PUT', '/v1/videos/a', { headers, body })).statusCode).toBe(201);
  });

  it('A44: takes a title of 200 characters as people count them', async () => {
    const title = '\u{1f30a}'.repeat(200);
    expect((await put({ title })).json()).toMatchObject({ title });
    expect((await put({ title: `${title}a` })).statusCode).toBe(400);
  });

  it.each([
    ['', 401, 'key-missing'],
    ['hfk_nobody', 401, 'key-invalid'],
    [REVOKED_KEY, 401, 'key-revoked'],
    [OPERATOR_KEY, 403, 'forbidden'],
  ])('A17: with the key %j is %i %s', async (key, status, code) => {
    expect((await put({}, 'a', key)).json()).toMatchObject({ status, code });
    expect(world.catalog.has('a' as VideoId)).toBe(false);
  });

  it.each([
    ['no duration', { durationMs: undefined }],
    ['a duration of 0', { durationMs: 0 }],
    ['a negative duration', { durationMs: -1 }],
    ['a duration of 1.5', { durationMs: 1.5 }],
    ['a duration beyond a day', { durationMs: 86_400_001 }],
    ['a duration as text', { durationMs: '15000' }],
    ['no creator', { creator: undefined }],
    ['an odd creator', { creator: 'a b' }],
    ['a title of 201 characters', { title: 't'.repeat(201) }],
    ['a title with half a character', { title: '\ud800' }],
    ['a title that is a number', { title: 5 }],
    ['a list', []],
  ])('A5: with %s is 400 and registers nothing', async (_, change) => {
    expect((await put(change)).json()).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(world.catalog.has('a' as VideoId)).toBe(false);
    expect(world.cells.us.asked).toEqual([]);
  });

  it.each(['a%20b', 'a.b', '%D0%B0', 'v'.repeat(65), 'a%00'])(
    'A1: under the id %s is 400',
    async (id) => {
      expect((await put({}, id)).json()).toMatchObject({ status: 400, code: 'invalid-request' });
      expect(world.cells.us.asked).toEqual([]);
    },
  );

  it('A7: with a body of more than 16 KiB is 413', async () => {
    const reply = await put({ filler: 'x'.repeat(16_384) });
    expect(reply.json()).toMatchObject({ status: 413, code: 'body-too-large' });
  });

  it('A4: under the id __proto__ is a video like others', async () => {
    expect((await put({}, '__proto__')).statusCode).toBe(201);
    const reply = await ask(world, 'GET', '/v1/counts?video=__proto__&video=constructor');
    expect(reply.body).toContain('"__proto__":{"likes"');
    expect(reply.body).toContain('"constructor":{"error":"unknown-video"}');
  });
});

describe('A48: the feed', () => {
  beforeEach(async () => {
    for (const id of ['a', 'b', 'c']) {
      await world.catalog.put({
        video: id as VideoId,
        durationMs: 5_000,
        creator: 'holdfast',
        realm: 'account',
        title: id,
        caption: 'A caption',
        tags: ['sea'],
        mediaUrl: `/media/clips/${id}.mp4`,
        posterUrl: `/media/clips/${id}.jpg`,
      });
    }
    await put({}, 'not-playable');
  });

  it('A48: lists what can be played, newest first', async () => {
    const reply = await ask(world, 'GET', '/v1/feed');
    const { items } = reply.json<{ items: readonly { id: string }[] }>();
    expect(items.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(items[0]).toMatchObject({
      caption: 'A caption',
      tags: ['sea'],
      media: { src: '/media/clips/c.mp4', type: 'video/mp4', poster: '/media/clips/c.jpg' },
    });
  });

  it('A48: goes on where the page before ended', async () => {
    const first = (await ask(world, 'GET', '/v1/feed?limit=2')).json<{ next: string }>();
    const second = await ask(world, 'GET', `/v1/feed?limit=2&cursor=${first.next}`);
    expect(second.json()).toMatchObject({ items: [{ id: 'a' }] });
    expect(second.json()).not.toHaveProperty('next');
  });

  it.each(['limit=0', 'limit=51', 'limit=x', 'cursor=NO', 'cursor=%zz'])(
    'A48: with %s is 400',
    async (query) => {
      const reply = await ask(world, 'GET', `/v1/feed?${query}`);
      expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-request' });
    },
  );
});

describe('A70: the videos of a tenant', () => {
  const list = (query = '', key: string | undefined = SERVICE_KEY) =>
    ask(world, 'GET', `/v1/videos${query}`, { ...(key !== '' && { headers: bearer(key) }) });
  const idsIn = (reply: Awaited<ReturnType<typeof list>>): readonly string[] =>
    reply.json<{ items: readonly { id: string }[] }>().items.map(({ id }) => id);

  it('A70: are those that its keys registered, oldest first, and no others', async () => {
    for (const id of ['c', 'a']) await put({}, id);
    await put({}, 'theirs', OTHER_TENANT_KEY);
    const reply = await list();
    expect(idsIn(reply)).toEqual(['c', 'a']);
    expect(reply.json()).toMatchObject({ items: [{ ...body, id: 'c', media: null }, {}] });
    expect(reply.json()).not.toHaveProperty('next');
    expect(idsIn(await list('', OTHER_TENANT_KEY))).toEqual(['theirs']);
  });

  it('A70: one registered while somebody pages comes in a later page', async () => {
    for (const id of ['a', 'b', 'c']) await put({}, id);
    const first = await list('?limit=2');
    await put({}, 'd');
    const { next } = first.json<{ next: string }>();
    const second = await list(`?limit=2&cursor=${next}`);
    expect([...idsIn(first), ...idsIn(second)]).toEqual(['a', 'b', 'c', 'd']);
    expect(second.json()).not.toHaveProperty('next');
  });

  it.each(['limit=0', 'limit=101', 'cursor=NO'])('A70: with %s are 400', async (query) => {
    expect((await list(`?${query}`)).json()).toMatchObject({ code: 'invalid-request' });
  });

  it.each([
    ['', 401, 'key-missing'],
    [REVOKED_KEY, 401, 'key-revoked'],
    [OPERATOR_KEY, 403, 'forbidden'],
  ])('A17: to the key %j are %i %s', async (key, status, code) => {
    expect((await list('', key)).json()).toMatchObject({ status, code });
  });
});
