import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addVideos, ask, eu, openWorld, us } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';
import { personIn } from '../fakes/fake-person.ts';
import type { FakePerson } from '../fakes/fake-person.ts';

const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1_500 } as const;
const LIST = '/v1/videos/v_1/comments';

let world: World;
/** The creator of v_1, at home in eu. */
let eve: FakePerson;
/** Somebody at home in us. */
let sam: FakePerson;

beforeEach(async () => {
  world = await openWorld();
  eve = await personIn(world, 'eve', 'eu');
  sam = await personIn(world, 'sam', 'us');
  await eve.publish('v_1');
});
afterEach(() => world.close());

type Comment = Readonly<{
  id: string;
  parent: string | null;
  text: string;
  state: string;
  likes: { value: number | null; state: string };
  likedByMe: boolean | null;
  pinned: boolean;
  isCreator: boolean;
  author: { account: string; handle: string; displayName: string } | null;
  replies: { count: number };
}>;
type List = Readonly<{
  items: readonly Comment[];
  next?: string;
  count: { value: number | null; state: string };
}>;

async function comment(by: FakePerson, text: string, parent?: string): Promise<Comment> {
  const reply = await by.ask('POST', LIST, { text, ...(parent !== undefined && { parent }) });
  if (reply.statusCode !== 201) throw new Error(reply.body);
  world.clock.nowMs += 1_000;
  return reply.json<Comment>();
}

async function listed(query = '', by?: FakePerson): Promise<List> {
  const url = `${LIST}${query}`;
  const reply = await (by === undefined ? ask(world, 'GET', url) : by.ask('GET', url));
  if (reply.statusCode !== 200) throw new Error(reply.body);
  return reply.json<List>();
}
const textsOf = ({ items }: Pick<List, 'items'>): string[] => items.map(({ text }) => text);
const problemOf = (reply: { json: <T>() => T; statusCode: number }) => [
  reply.statusCode,
  reply.json<{ code: string }>().code,
];

describe('writing a comment', () => {
  it('CM5 CM10: a person of one cell comments on a video of another, and everybody reads it', async () => {
    const made = await comment(sam, 'Grüße from <b>us</b>');
    expect(made).toMatchObject({
      text: 'Grüße from <b>us</b>',
      state: 'published',
      author: { account: sam.account, handle: 'sam', displayName: 'sam of us' },
      isCreator: false,
      likedByMe: false,
    });
    const { items, count } = await listed();
    expect(items).toEqual([made]);
    expect(count).toMatchObject({ value: 1, state: 'live' });
    const kept = world.cells.us.asked.filter(({ name }) => name === 'write');
    expect(kept.at(-1)).toMatchObject({ ask: { puts: [{ kind: 'comment', target: 'v_1' }] } });
    expect(world.cells.eu.asked.filter(({ name }) => name === 'write')).toHaveLength(2);
  });

  it('CM3: markup is text and comes back as it was written', async () => {
    const text = '<script>alert("1")</script>\n\n& שלום';
    await comment(sam, text);
    expect(textsOf(await listed())).toEqual([text]);
  });

  it('CM6: the same key makes one comment, whatever text comes with it', async () => {
    const send = (text: string, by = sam) =>
      by.ask('POST', LIST, { text }, { 'idempotency-key': 'key-1' });
    const first = await send('once');
    const again = await send('twice');
    expect([first.statusCode, again.statusCode]).toEqual([201, 200]);
    expect(again.json<Comment>().id).toBe(first.json<Comment>().id);
    const other = await send('once', eve);
    expect(other.statusCode).toBe(201);
    expect(textsOf(await listed('?sort=newest'))).toEqual(['once', 'once']);
  });

  it('CM6: a comment that was deleted does not come back under its key', async () => {
    const send = () => sam.ask('POST', LIST, { text: 'once' }, { 'idempotency-key': 'key-1' });
    const { id } = (await send()).json<Comment>();
    await sam.ask('DELETE', `/v1/comments/${id}`);
    expect((await send()).json<Comment>()).toMatchObject({ id, state: 'deleted', text: '' });
    expect(textsOf(await listed())).toEqual([]);
  });

  it.each(['', 'a b', 'k'.repeat(65)])('CM6: the key %j is refused', async (key) => {
    const reply = await sam.ask('POST', LIST, { text: 'x' }, { 'idempotency-key': key });
    expect(problemOf(reply)).toEqual([400, 'invalid-request']);
  });

  it('CM7: a reply to a reply hangs below the first comment', async () => {
    const { id } = await comment(sam, 'first');
    const reply = await comment(eve, 'reply', id);
    const deeper = await comment(sam, 'deeper', reply.id);
    expect([reply.parent, deeper.parent]).toEqual([id, id]);
    const { items } = await listed();
    expect(items.map(({ text, replies }) => [text, replies.count])).toEqual([['first', 2]]);
    const thread = await ask(world, 'GET', `/v1/comments/${id}/replies`);
    expect(textsOf(thread.json<List>())).toEqual(['reply', 'deeper']);
  });

  it('CM7: a reply to what is not there, or is below another video, is 404', async () => {
    await eve.publish('v_2');
    const { id } = await comment(sam, 'below v_1');
    const elsewhere = await sam.ask('POST', '/v1/videos/v_2/comments', { text: 'x', parent: id });
    expect(problemOf(elsewhere)).toEqual([404, 'unknown-comment']);
    const nowhere = await sam.ask('POST', LIST, { text: 'x', parent: 'cmt_none' });
    expect(problemOf(nowhere)).toEqual([404, 'unknown-comment']);
  });

  it.each([
    ['no text', {}, 400, 'invalid-request'],
    ['text that is none', { text: 7 }, 400, 'invalid-request'],
    ['nothing that is seen', { text: ' \u200B\n' }, 400, 'comment-refused'],
    ['2,001 characters', { text: 'a'.repeat(2_001) }, 400, 'comment-refused'],
    ['control characters', { text: 'a\u0000b' }, 400, 'comment-refused'],
  ])(
    'CM4: %s is refused with words, and nothing is recorded',
    async (_what, body, status, code) => {
      const reply = await sam.ask('POST', LIST, body);
      expect(problemOf(reply)).toEqual([status, code]);
      if (code !== 'invalid-request') {
        expect(reply.json<{ detail: string }>().detail).toContain('1 to 2,000 characters');
      }
      expect(textsOf(await listed())).toEqual([]);
    },
  );

  it('CM4: a megabyte is 413 with words, over a socket', async () => {
    await world.app.listen({ port: 0 });
    const reply = await fetch(`${world.app.listeningOrigin}${LIST}`, {
      method: 'POST',
      headers: { cookie: sam.cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'a'.repeat(1_048_576) }),
    });
    const { code, detail } = (await reply.json()) as { code: string; detail: string };
    expect([reply.status, code]).toEqual([413, 'body-too-large']);
    expect(detail).toContain('1 to 2,000 characters');
  });

  it('CM5: is for who is signed in, and not for pages of other sites', async () => {
    const nobody = await ask(world, 'POST', LIST, { body: { text: 'x' } });
    expect(problemOf(nobody)).toEqual([401, 'sign-in-required']);
    const other = await sam.ask('POST', LIST, { text: 'x' }, { 'sec-fetch-site': 'cross-site' });
    expect(problemOf(other)).toEqual([403, 'cross-site']);
    expect(textsOf(await listed())).toEqual([]);
  });

  it('CM10: needs a profile, because a comment shows who wrote it', async () => {
    const ann = await personIn(world, 'ann', 'us', false);
    const reply = await ann.ask('POST', LIST, { text: 'x' });
    expect(problemOf(reply)).toEqual([409, 'no-profile']);
  });

  it.each([
    ['is not known', 'v_none', {}, 404, 'unknown-video'],
    ['is private', 'v_2', { visibility: 'private' }, 404, 'unknown-video'],
    ['was removed', 'v_2', { state: 'removed' }, 410, 'video-removed'],
    ['has comments off', 'v_2', { commentsOff: true }, 403, 'comments-off'],
  ] as const)('CM8: a video that %s takes none', async (_what, video, change, status, code) => {
    await eve.publish('v_2');
    if (video === 'v_2') await eve.publish('v_2', change);
    const reply = await sam.ask('POST', `/v1/videos/${video}/comments`, { text: 'x' });
    expect(problemOf(reply)).toEqual([status, code]);
  });

  it('CM8: what was written stays readable when comments are turned off', async () => {
    await comment(sam, 'before');
    await eve.publish('v_1', { commentsOff: true });
    expect(textsOf(await listed())).toEqual(['before']);
  });

  it('CM8: a video that belongs to no account takes comments that nobody holds', async () => {
    await addVideos(world, 'a');
    const reply = await sam.ask('POST', '/v1/videos/a/comments', { text: 'x' });
    expect(reply.statusCode).toBe(201);
  });

  it('CM9: comes at most so often from one account, and the answer says when again', async () => {
    for (let n = 0; n < 10; n += 1) {
      const reply = await sam.ask('POST', LIST, { text: 'x' });
      expect(reply.statusCode).toBe(201);
    }
    const reply = await sam.ask('POST', LIST, { text: 'x' });
    expect(problemOf(reply)).toEqual([429, 'rate-limited']);
    expect(Number(reply.headers['retry-after'])).toBe(6);
    expect((await eve.ask('POST', LIST, { text: 'x' })).statusCode).toBe(201);
    world.clock.nowMs += 6_000;
    expect((await sam.ask('POST', LIST, { text: 'x' })).statusCode).toBe(201);
  });
});

describe('reading comments', () => {
  it('CM11: newest first, page by page, each once', async () => {
    for (const text of ['1', '2', '3', '4', '5']) await comment(sam, text);
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const more = cursor === undefined ? '' : `&cursor=${cursor}`;
      const page = await listed(`?sort=newest&limit=2${more}`);
      pages.push(textsOf(page));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(pages).toEqual([['5', '4'], ['3', '2'], ['1']]);
  });

  it('CM11: top by likes, then by time, page by page', async () => {
    const ids: string[] = [];
    for (const text of ['1', '2', '3', '4']) ids.push((await comment(sam, text)).id);
    await eve.ask('PUT', `/v1/comments/${ids[1]}/like`);
    await sam.ask('PUT', `/v1/comments/${ids[1]}/like`);
    await eve.ask('PUT', `/v1/comments/${ids[0]}/like`);
    const first = await listed('?limit=3');
    expect(textsOf(first)).toEqual(['2', '1', '4']);
    expect(textsOf(await listed(`?limit=3&cursor=${first.next}`))).toEqual(['3']);
  });

  it.each(['?sort=best', '?cursor=x', '?limit=0', '?limit=51'])(
    'CM11: %s is refused',
    async (query) => {
      expect(problemOf(await ask(world, 'GET', `${LIST}${query}`))[0]).toBe(400);
    },
  );

  it('CM12: counts replies too, and says how old the count is when a cell is silent', async () => {
    const { id } = await comment(sam, 'first');
    await comment(eve, 'reply', id);
    const wake = () => Promise.all([us, eu].map((cell) => world.publicCatalog.wake(cell)));
    await wake();
    expect((await listed()).count).toMatchObject({ value: 2, state: 'live' });
    world.cells.us.fail(AWAY);
    world.clock.nowMs += 60_000;
    await wake();
    const { count, items } = await listed();
    expect(count).toMatchObject({ value: 2, state: 'stale' });
    expect(textsOf({ items })).toEqual(['first']);
  });

  it('CM13: a deleted comment with replies stays as a stub, and without them not at all', async () => {
    const { id } = await comment(sam, 'first');
    await comment(sam, 'second');
    await comment(eve, 'reply', id);
    await sam.ask('DELETE', `/v1/comments/${id}`);
    const { items } = await listed('?sort=newest');
    expect(items.map(({ id: one, text, state }) => [one === id, text, state])).toEqual([
      [true, '', 'deleted'],
      [false, 'second', 'published'],
    ]);
    expect(items[0]).toMatchObject({
      author: null,
      likes: { value: null, state: 'unknown' },
      replies: { count: 1 },
    });
    const thread = await ask(world, 'GET', `/v1/comments/${id}/replies`);
    expect(textsOf(thread.json<List>())).toEqual(['reply']);
  });

  it('CM17: who likes what is not known while their home is silent, and the list still is', async () => {
    const { id } = await comment(eve, 'first');
    await sam.ask('PUT', `/v1/comments/${id}/like`);
    expect((await listed('', sam)).items[0]?.likedByMe).toBe(true);
    expect((await listed('', eve)).items[0]?.likedByMe).toBe(false);
    world.cells.us.fail(AWAY);
    expect((await listed('', sam)).items[0]).toMatchObject({ text: 'first', likedByMe: null });
  });
});

describe('deleting a comment', () => {
  it.each([
    ['its writer', () => sam],
    ['the creator of its video', () => eve],
  ])('CM14: %s can, also twice', async (_who, by) => {
    const { id } = await comment(sam, 'first');
    const done = [
      await by().ask('DELETE', `/v1/comments/${id}`),
      await by().ask('DELETE', `/v1/comments/${id}`),
    ];
    expect(done.map(({ statusCode }) => statusCode)).toEqual([204, 204]);
    expect((await listed()).items).toEqual([]);
    expect((await listed()).count.value).toBe(0);
  });

  it('CM14: nobody else can, and nobody what is not there', async () => {
    const { id } = await comment(sam, 'first');
    const zoe = await personIn(world, 'zoe', 'eu');
    const other = await zoe.ask('DELETE', `/v1/comments/${id}`);
    expect(problemOf(other)).toEqual([403, 'forbidden']);
    const none = await zoe.ask('DELETE', '/v1/comments/cmt_none');
    expect(problemOf(none)).toEqual([404, 'unknown-comment']);
    const anonymous = await ask(world, 'DELETE', `/v1/comments/${id}`, {
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect(problemOf(anonymous)).toEqual([401, 'sign-in-required']);
    expect(textsOf(await listed())).toEqual(['first']);
  });

  it('CM14: is 503 while its cell is silent, and nothing looks deleted', async () => {
    const { id } = await comment(sam, 'first');
    world.cells.us.fail(AWAY);
    const reply = await eve.ask('DELETE', `/v1/comments/${id}`);
    expect(problemOf(reply)).toEqual([503, 'cell-unavailable']);
    expect(textsOf(await listed())).toEqual(['first']);
  });
});

describe('likes of a comment', () => {
  it('CM16 CM17: are one for each person, summed over the cells', async () => {
    const { id } = await comment(sam, 'first');
    const put = (by: FakePerson) => by.ask('PUT', `/v1/comments/${id}/like`);
    expect((await put(sam)).json()).toMatchObject({ liked: true, likes: { value: 1 } });
    expect((await put(sam)).json()).toMatchObject({ liked: true, likes: { value: 1 } });
    expect((await put(eve)).json()).toMatchObject({ likes: { value: 2, state: 'live' } });
    const drop = () => sam.ask('DELETE', `/v1/comments/${id}/like`);
    expect((await drop()).json()).toMatchObject({ liked: false, likes: { value: 1 } });
    expect((await drop()).json()).toMatchObject({ liked: false, likes: { value: 1 } });
    expect(world.cells.us.submitted.concat(world.cells.eu.submitted)).toEqual([]);
  });

  it('CM16: are for comments that are there', async () => {
    const reply = await sam.ask('PUT', '/v1/comments/cmt_none/like');
    expect(problemOf(reply)).toEqual([404, 'unknown-comment']);
  });
});

describe('pinning a comment', () => {
  it('CM15 CM11: is for the creator; one is pinned, and it comes first', async () => {
    const first = await comment(sam, '1');
    const second = await comment(sam, '2');
    await comment(eve, '3');
    const pin = (id: string) => eve.ask('PUT', `/v1/comments/${id}/pin`);
    expect((await pin(first.id)).json()).toEqual({ pinned: true });
    expect(textsOf(await listed('?sort=newest'))).toEqual(['1', '3', '2']);
    await pin(second.id);
    const { items } = await listed('?sort=newest&limit=1');
    expect(items.map(({ text, pinned }) => [text, pinned])).toEqual([
      ['2', true],
      ['3', false],
    ]);
    await eve.ask('DELETE', `/v1/comments/${second.id}/pin`);
    expect(textsOf(await listed('?sort=newest'))).toEqual(['3', '2', '1']);
  });

  it('CM15: is for nobody else, and not for replies', async () => {
    const { id } = await comment(sam, '1');
    const reply = await comment(sam, '2', id);
    const others = await sam.ask('PUT', `/v1/comments/${id}/pin`);
    expect(problemOf(others)).toEqual([403, 'forbidden']);
    const below = await eve.ask('PUT', `/v1/comments/${reply.id}/pin`);
    expect(problemOf(below)).toEqual([404, 'unknown-comment']);
  });
});
