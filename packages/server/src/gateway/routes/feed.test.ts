import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { RANK_WEIGHTS } from '../../discovery/rank.ts';
import { addVideos, ask, openWorld } from '../fakes/fake-world.ts';
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
