import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';
import { personIn } from '../fakes/fake-person.ts';
import type { FakePerson } from '../fakes/fake-person.ts';

const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1_500 } as const;
const LIST = '/v1/videos/v_1/comments';

let world: World;
/** The creator of v_1, at home in eu. */
let eve: FakePerson;
let sam: FakePerson;

beforeEach(async () => {
  world = await openWorld();
  eve = await personIn(world, 'eve', 'eu');
  sam = await personIn(world, 'sam', 'us');
  await eve.publish('v_1');
});
afterEach(() => world.close());

type Comment = Readonly<{ id: string; text: string; state: string; author: { handle: string } }>;

const hold = (...words: readonly string[]) => eve.ask('PUT', '/v1/me/hold-words', { words });
const send = (text: string, by = sam, key = text) =>
  by.ask('POST', LIST, { text }, { 'idempotency-key': key.replaceAll(' ', '-') });
const publicTexts = async (): Promise<string[]> =>
  (await ask(world, 'GET', LIST)).json<{ items: Comment[] }>().items.map(({ text }) => text);
const heldBy = async (who: FakePerson) =>
  (await who.ask('GET', '/v1/me/held-comments')).json<{ items: Comment[]; silent: string[] }>();

describe('hold words', () => {
  it('CM18: are kept as a list of the creator, which a shorter one replaces', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `word ${index} ${'ü'.repeat(40)}`);
    expect((await hold(...many)).json()).toEqual({ words: many });
    expect((await hold('one', 'two')).json()).toEqual({ words: ['one', 'two'] });
    const read = await eve.ask('GET', '/v1/me/hold-words');
    expect(read.json()).toEqual({ words: ['one', 'two'] });
    expect((await sam.ask('GET', '/v1/me/hold-words')).json()).toEqual({ words: [] });
  });

  it.each([[['']], [['a'.repeat(51)]], ['spam'], [[7]], [Array(201).fill('a')]])(
    'CM18: %j is refused and changes nothing',
    async (words) => {
      await hold('before');
      const reply = await eve.ask('PUT', '/v1/me/hold-words', { words });
      expect(reply.statusCode).toBe(400);
      expect((await eve.ask('GET', '/v1/me/hold-words')).json()).toEqual({ words: ['before'] });
    },
  );

  it('CM18: are for who is signed in, and not for pages of other sites', async () => {
    expect((await ask(world, 'GET', '/v1/me/hold-words')).statusCode).toBe(401);
    const other = { 'sec-fetch-site': 'cross-site' };
    const reply = await eve.ask('PUT', '/v1/me/hold-words', { words: [] }, other);
    expect(reply.statusCode).toBe(403);
  });
});

describe('a comment with a hold word', () => {
  it('CM19: is held: its writer is told, the creator sees it, and nobody else', async () => {
    await hold('spam');
    const made = await send('Buy SPAM now');
    expect([made.statusCode, made.json<Comment>().state]).toEqual([201, 'held']);
    expect(await publicTexts()).toEqual([]);
    const { items, silent } = await heldBy(eve);
    expect(items.map(({ text, author }) => [text, author.handle])).toEqual([
      ['Buy SPAM now', 'sam'],
    ]);
    expect(silent).toEqual([]);
    expect((await heldBy(sam)).items).toEqual([]);
    expect(world.publicCatalog.comment(made.json<Comment>().id)).toBeUndefined();
  });

  it('CM24: is public when the creator releases it, and no one else can', async () => {
    await hold('spam');
    const { id } = (await send('some spam')).json<Comment>();
    expect((await sam.ask('POST', `/v1/comments/${id}/release`)).statusCode).toBe(404);
    expect((await eve.ask('POST', `/v1/comments/${id}/release`)).statusCode).toBe(204);
    expect(await publicTexts()).toEqual(['some spam']);
    expect((await heldBy(eve)).items).toEqual([]);
  });

  it('CM24: is gone when the creator deletes it, or its writer', async () => {
    await hold('spam');
    const first = (await send('spam 1')).json<Comment>();
    const second = (await send('spam 2')).json<Comment>();
    expect((await eve.ask('DELETE', `/v1/comments/${first.id}`)).statusCode).toBe(204);
    expect((await sam.ask('DELETE', `/v1/comments/${second.id}`)).statusCode).toBe(204);
    expect((await heldBy(eve)).items).toEqual([]);
    expect(await publicTexts()).toEqual([]);
  });

  it('CM24: of the creator is not held', async () => {
    await hold('spam');
    expect((await send('no spam here', eve)).json<Comment>().state).toBe('published');
  });

  it('CM23: is refused while the home of the creator is silent; the same key tries again', async () => {
    await hold('spam');
    world.cells.eu.fail(AWAY);
    const refused = await send('some spam');
    expect(refused.statusCode).toBe(503);
    expect(refused.headers['retry-after']).toBe('2');
    expect(refused.json<{ detail: string }>().detail).toContain('Keep the text');
    world.cells.eu.fail(undefined);
    const again = await send('some spam');
    expect([again.statusCode, again.json<Comment>().state]).toEqual([201, 'held']);
  });

  it('CM19: says which cells did not answer, instead of a list that looks whole', async () => {
    await hold('spam');
    await send('some spam');
    world.cells.us.fail(AWAY);
    expect(await heldBy(eve)).toEqual({ items: [], silent: ['us'] });
  });
});
