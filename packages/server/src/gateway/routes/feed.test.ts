import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { RANK_WEIGHTS } from '../../discovery/rank.ts';
import { publishedDraft } from '../../people/people.fixture.ts';
import { addVideos, ask, cookieOf, openWorld, us } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

async function addClips(...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await world.catalog.put({
      video: id as VideoId,
      durationMs: 5_000,
      creator: `creator-of-${id}`,
      realm: 'account',
      title: id,
      caption: '',
      tags: [],
      mediaUrl: `/media/${id}.mp4`,
      posterUrl: undefined,
    });
  }
}

type Page = {
  items: {
    id: string;
    why?: { score: number; parts: { code: string; weight: number; value: number }[] };
  }[];
  next?: string;
};

async function page(query: string): Promise<Page> {
  const reply = await ask(world, 'GET', `/v1/feed${query}`);
  expect(reply.statusCode, reply.body).toBe(200);
  return reply.json<Page>();
}

const idsOf = ({ items }: Page): string[] => items.map(({ id }) => id);

describe('the feed "for you"', () => {
  it('DI1: has what can be played here and no canary', async () => {
    await addVideos(world, 'not-playable');
    await addClips('a', 'canary-us-1-l');
    const { items } = await page('?rank=for-you');
    expect(items.map(({ id }) => id)).toEqual(['a']);
  });

  it('DI2: says of each video why it stands there, in parts that sum to the score', async () => {
    await addClips('a');
    world.exchange.setLikes('a' as VideoId, 9);
    const [first] = (await page('?rank=for-you')).items;
    expect(first?.why?.parts.map(({ code, weight }) => [code, weight])).toEqual(
      Object.entries(RANK_WEIGHTS),
    );
    const sum = first?.why?.parts.reduce((all, { weight, value }) => all + weight * value, 0);
    expect(first?.why?.score).toBeCloseTo(sum ?? Number.NaN, 3);
  });

  it('DI9: goes on at another gateway, and never repeats a video', async () => {
    await addClips('a', 'b', 'c', 'd', 'e');
    const first = await page('?rank=for-you&limit=2');
    await world.app.close();
    const { catalog } = world;
    const other = await openWorld({ catalog });
    const reply = await ask(other, 'GET', `/v1/feed?rank=for-you&limit=9&cursor=${first.next}`);
    const rest = reply.json<Page>();
    await other.close();
    expect(rest.next).toBeUndefined();
    expect([...idsOf(first), ...idsOf(rest)].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('DI11: has a new video after two seconds at most', async () => {
    await addClips('a');
    await page('?rank=for-you');
    await addClips('b');
    world.clock.nowMs += 2_000;
    expect(idsOf(await page('?rank=for-you')).toSorted()).toEqual(['a', 'b']);
  });

  it.each([
    ['a cursor of no list', '?rank=for-you&cursor=abc'],
    ['a cursor of another list', '?rank=for-you&cursor=1'],
    ['a rank that is none', '?rank=best'],
    ['a limit of 0', '?rank=for-you&limit=0'],
    ['a limit of 51', '?rank=for-you&limit=51'],
  ])('DI10: refuses %s', async (_, query) => {
    const reply = await ask(world, 'GET', `/v1/feed${query}`);
    expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-request' });
  });
});

describe('the latest videos', () => {
  it('DI12: are listed newest first, with and without saying so', async () => {
    await addClips('a', 'b');
    expect(idsOf(await page('?rank=latest'))).toEqual(['b', 'a']);
    expect(await page('')).toEqual(await page('?rank=latest'));
  });
});

describe('the feed of whom one follows', () => {
  async function person(handle: string) {
    const cookie = await cookieOf(world, handle);
    const token = /us\.(hft_[^;]+)/.exec(cookie)?.[1] ?? '';
    const me = await ask(world, 'GET', '/v1/me', { headers: { cookie } });
    const write = async (put: unknown): Promise<void> => {
      const written = { token, puts: [put], removes: [] };
      await world.cells.us.client.call('write', written as never);
      await world.publicCatalog.wake(us);
    };
    return { cookie, write, account: me.json<{ account: string }>().account };
  }
  type Person = Awaited<ReturnType<typeof person>>;
  const publish = ({ write }: Person, video: string, publishedAtMs: number): Promise<void> =>
    write({ kind: 'draft', target: video, body: { ...publishedDraft(video), publishedAtMs } });
  const follow = ({ write }: Person, { account }: Person): Promise<void> =>
    write({ kind: 'follow', target: account, body: {} });
  const following = async ({ cookie }: Person, query = ''): Promise<Page> => {
    const url = `/v1/feed?rank=following${query}`;
    return (await ask(world, 'GET', url, { headers: { cookie } })).json<Page>();
  };

  it('DI13: has their videos, newest first, and nobody else’s', async () => {
    const [ann, bob, carol] = [await person('ann'), await person('bob'), await person('carol')];
    await publish(ann, 'v_1', 1_000);
    await publish(bob, 'v_2', 2_000);
    await publish(carol, 'v_3', 3_000);
    await publish(ann, 'v_4', 4_000);
    await follow(carol, ann);
    await follow(carol, bob);
    expect(idsOf(await following(carol))).toEqual(['v_4', 'v_2', 'v_1']);
    expect(await following(ann)).toEqual({ items: [] });
  });

  it('DI15: has none twice when new ones come between its pages', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    await follow(bob, ann);
    for (const n of [1, 2, 3]) await publish(ann, `v_${n}`, n * 1_000);
    const first = await following(bob, '&limit=2');
    await publish(ann, 'v_4', 4_000);
    const rest = await following(bob, `&limit=2&cursor=${first.next}`);
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(['v_3', 'v_2', 'v_1']);
    expect(rest.next).toBeUndefined();
  });

  it('DI14: follows a change of mind at once, also between two pages', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    await follow(bob, ann);
    for (const n of [1, 2, 3]) await publish(ann, `v_${n}`, n * 1_000);
    const first = await following(bob, '&limit=1');
    const token = /us\.(hft_[^;]+)/.exec(bob.cookie)?.[1] ?? '';
    const find = { by: 'target', of: 'follow', target: ann.account } as const;
    const found = await world.cells.us.client.call('writings', { token, find });
    const removes = found.kind === 'writings' ? found.items.map(({ id }) => id) : [];
    await world.cells.us.client.call('write', { token, puts: [], removes });
    expect(await following(bob, `&limit=1&cursor=${first.next}`)).toEqual({ items: [] });
  });

  it('DI16: is what lifts a followed creator in the feed for them', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    await follow(bob, ann);
    await publish(ann, 'v_1', world.clock.nowMs);
    const followedIn = async (headers: Record<string, string>): Promise<unknown> => {
      const reply = await ask(world, 'GET', '/v1/feed?rank=for-you', { headers });
      const parts = reply.json<Page>().items[0]?.why?.parts ?? [];
      return parts.find(({ code }) => code === 'followed')?.value;
    };
    expect(await followedIn({ cookie: bob.cookie })).toBe(1);
    expect(await followedIn({})).toBe(0);
    world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 10 });
    expect(await followedIn({ cookie: bob.cookie })).toBe(0);
  });

  it('DI13: is for who is signed in, at a cell that answers', async () => {
    const ann = await person('ann');
    expect((await ask(world, 'GET', '/v1/feed?rank=following')).statusCode).toBe(401);
    expect((await following(ann, '&cursor=x')) as unknown).toMatchObject({ status: 400 });
    world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 10 });
    expect((await following(ann)) as unknown).toMatchObject({ status: 503 });
  });
});
