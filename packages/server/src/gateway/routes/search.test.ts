import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { vi } from 'vitest';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { publishedDraft } from '../../people/people.fixture.ts';
import type { DraftBody } from '../../people/draft.ts';
import { addVideos, ask, cookieOf, openWorld, us } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';
import { SAMPLES } from '../samples.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

type Person = { handle: string; token: string };

async function person(handle: string, displayName: string, bio = ''): Promise<Person> {
  const cookie = await cookieOf(world, handle);
  const token = /us\.(hft_[^;]+)/.exec(cookie)?.[1] ?? '';
  const body = { displayName, bio, likesPublic: false, timeZone: 'UTC', avatar: null };
  await write(token, { kind: 'profile', target: '', body });
  return { handle, token };
}

async function write(token: string, put: object): Promise<void> {
  const ask_ = { token, puts: [put], removes: [] };
  const reply = await world.cells.us.client.call('write', ask_ as never);
  if (reply.kind !== 'written') throw new Error(`written: ${reply.kind}`);
  await world.publicCatalog.wake(us);
}

async function publish(by: Person, video: string, change: Partial<DraftBody>): Promise<void> {
  const atMs = world.clock.nowMs;
  const body = { ...publishedDraft(video), publishedAtMs: atMs, ...change };
  await write(by.token, { kind: 'draft', id: `drf_${video}`, target: video, body });
}

type Page = {
  items: { id?: string; handle?: string; tag?: string; videos?: number }[];
  next?: string;
};
const page = async (query: string): Promise<Page> => {
  const reply = await ask(world, 'GET', `/v1/search?${query}`);
  expect(reply.statusCode, reply.body).toBe(200);
  return reply.json<Page>();
};
const videos = async (typed: string): Promise<unknown[]> =>
  (await page(`q=${encodeURIComponent(typed)}`)).items.map(({ id }) => id);
const people = async (typed: string): Promise<unknown[]> =>
  (await page(`type=people&q=${encodeURIComponent(typed)}`)).items.map(({ handle }) => handle);
const tags = async (typed: string) =>
  (await page(`type=tags&q=${encodeURIComponent(typed)}`)).items;

describe('a search for videos', () => {
  it('DI22: finds by title, caption, tag, handle and name, with the last word begun', async () => {
    const ann = await person('ann_lee', 'Renée Ångström');
    await publish(ann, 'v_1', { title: 'Blue waves', caption: 'at dusk', tags: ['seaside'] });
    for (const typed of [
      'blue wav',
      'WAVES blue',
      'dus',
      'seas',
      'ann_l',
      'renee angs',
      'Ångström',
    ]) {
      expect([typed, await videos(typed)]).toEqual([typed, ['v_1']]);
    }
    expect(await videos('blu waves')).toEqual([]);
    expect(await videos('blue red')).toEqual([]);
  });

  it('DI22: finds within scripts that have no blanks', async () => {
    await publish(await person('ann', 'Ann'), 'v_1', { title: '夏の日本の海' });
    expect(await videos('日本')).toEqual(['v_1']);
    expect(await videos('本日')).toEqual([]);
  });

  it('DI25: has a word in the title before one in the caption', async () => {
    const ann = await person('ann', 'Ann');
    await publish(ann, 'v_1', { title: 'Tea', caption: 'and a long walk by the harbour' });
    await publish(ann, 'v_2', { title: 'Harbour', caption: 'and a long walk with some tea' });
    expect(await videos('harbour')).toEqual(['v_2', 'v_1']);
  });

  it('DI25: has the newer of two that match alike first', async () => {
    const ann = await person('ann', 'Ann');
    await publish(ann, 'v_1', { title: 'Harbour', publishedAtMs: world.clock.nowMs });
    const yearMs = 365 * 86_400_000;
    await publish(ann, 'v_2', { title: 'Harbour', publishedAtMs: world.clock.nowMs - yearMs });
    expect(await videos('harbour')).toEqual(['v_1', 'v_2']);
  });

  it.each<[string, Partial<DraftBody>]>([
    ['unlisted', { visibility: 'unlisted' }],
    ['private', { visibility: 'private' }],
    ['removed', { state: 'removed' }],
  ])('DI20: does not find one that is %s, also when it was found before', async (_, change) => {
    const ann = await person('ann', 'Ann');
    await publish(ann, 'v_1', { title: 'Harbour' });
    expect(await videos('harbour')).toEqual(['v_1']);
    await publish(ann, 'v_1', { title: 'Harbour', ...change });
    expect(await videos('harbour')).toEqual([]);
    expect(await tags('har')).toEqual([]);
  });

  it('DI20: does not find what an integrator registered', async () => {
    await addVideos(world, 'harbour');
    expect(await videos('video')).toEqual([]);
  });

  it('DI28: finds what it is called now, and by what its creator is called now', async () => {
    const ann = await person('ann', 'Ann Old');
    await publish(ann, 'v_1', { title: 'Harbour' });
    await publish(ann, 'v_1', { title: 'Lighthouse' });
    expect([await videos('harbour'), await videos('lighthouse')]).toEqual([[], ['v_1']]);
    const body = { displayName: 'New', bio: '', likesPublic: false, timeZone: '', avatar: null };
    await write(ann.token, { kind: 'profile', target: '', body });
    expect([await videos('old'), await videos('new')]).toEqual([[], ['v_1']]);
  });

  it('DI28: finds the samples, which nobody publishes', async () => {
    await world.catalog.put({
      video: 'clip' as VideoId,
      durationMs: 5_000,
      creator: SAMPLES.account,
      realm: 'account',
      title: 'Paper boats',
      caption: '',
      tags: ['boats'],
      mediaUrl: '/media/clips/clip.mp4',
      posterUrl: undefined,
    });
    expect(await videos('paper')).toEqual(['clip']);
    expect(await tags('boa')).toEqual([{ tag: 'boats', videos: 1 }]);
  });

  it('DI26: comes in pages', async () => {
    const ann = await person('ann', 'Ann');
    for (let n = 0; n < 5; n += 1) await publish(ann, `v_${n}`, { title: 'Harbour' });
    const found: unknown[] = [];
    let next: string | undefined = '';
    do {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const one: Page = await page(`q=harbour&limit=2${cursor}`);
      found.push(...one.items.map(({ id }) => id));
      next = one.next;
    } while (next !== undefined);
    expect(found.length).toBe(5);
    expect(new Set(found)).toEqual(new Set(['v_0', 'v_1', 'v_2', 'v_3', 'v_4']));
  });

  it('DI29: finds what was published before a start', async () => {
    await publish(await person('ann', 'Ann'), 'v_1', { title: 'Harbour', tags: ['sea'] });
    const { catalog, publicCatalog } = world;
    const again = await openWorld({ catalog, publicCatalog });
    await vi.waitFor(async () => {
      const reply = await ask(again, 'GET', '/v1/search?q=harbour');
      expect(reply.json<Page>().items.map(({ id }) => id)).toEqual(['v_1']);
    }, 10_000);
    await again.app.close();
  });
});

describe('a search for people', () => {
  it('DI22: finds by handle, name and what they say of themselves', async () => {
    await person('ann', 'Renée Ångström', 'waves and tea');
    await person('bob', 'Bob', 'nothing');
    for (const typed of ['ann', 'rene', 'angstrom renee', 'tea']) {
      expect([typed, await people(typed)]).toEqual([typed, ['ann']]);
    }
  });

  it('DI20: finds nobody without a profile', async () => {
    await cookieOf(world, 'carol');
    expect(await people('carol')).toEqual([]);
  });
});

describe('a search for tags', () => {
  it('DI27: counts the public videos that have them', async () => {
    const ann = await person('ann', 'Ann');
    await publish(ann, 'v_1', { tags: ['Sea', 'seal'] });
    await publish(ann, 'v_2', { tags: ['sea'] });
    await publish(ann, 'v_3', { tags: ['tea'] });
    expect(await tags('#SE')).toEqual([
      { tag: 'Sea', videos: 2 },
      { tag: 'seal', videos: 1 },
    ]);
    await publish(ann, 'v_1', { tags: ['seal'] });
    expect(await tags('sea')).toEqual([
      { tag: 'sea', videos: 1 },
      { tag: 'seal', videos: 1 },
    ]);
  });
});

describe('what is asked', () => {
  it.each(['"', '*', 'a" OR "b', 'NEAR(a b)', "'; DROP TABLE videos; --", '\0', '%', '🙂', '()'])(
    'DI23: %j is taken for words and finds nothing',
    async (typed) => {
      for (const type of ['videos', 'people', 'tags']) {
        const found = await page(`type=${type}&q=${encodeURIComponent(typed)}`);
        expect(found).toEqual({ items: [] });
      }
    },
  );

  it.each([
    ['no words', ''],
    ['empty words', 'q='],
    ['blanks', 'q=%20%20'],
    ['101 characters', `q=${'a'.repeat(101)}`],
    ['another type', 'q=a&type=comments'],
    ['a cursor of no list', 'q=a&cursor=x'],
    ['a cursor below nothing', 'q=a&cursor=-1'],
    ['a cursor beyond the end', 'q=a&cursor=501'],
    ['a limit of 0', 'q=a&limit=0'],
    ['a percent sign alone', 'q=%'],
  ])('DI24: with %s is refused', async (_, query) => {
    const reply = await ask(world, 'GET', `/v1/search?${query}`);
    expect(reply.json()).toMatchObject({ status: 400, code: 'invalid-request' });
  });
});
