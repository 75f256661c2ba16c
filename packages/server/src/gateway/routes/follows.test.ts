import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';
import { personIn } from '../fakes/fake-person.ts';
import type { FakePerson } from '../fakes/fake-person.ts';

let world: World;
let eve: FakePerson;
let sam: FakePerson;

beforeEach(async () => {
  world = await openWorld();
  eve = await personIn(world, 'eve', 'eu');
  sam = await personIn(world, 'sam', 'us');
});
afterEach(() => world.close());

const follow = (by: FakePerson, whom: string) => by.ask('PUT', `/v1/people/${whom}/follow`);
const unfollow = (by: FakePerson, whom: string) => by.ask('DELETE', `/v1/people/${whom}/follow`);
const following = async (by: FakePerson, query = '') =>
  (await by.ask('GET', `/v1/me/following${query}`)).json<{
    items: { handle: string }[];
    next?: string;
  }>();

describe('following', () => {
  it('CM25: is one follow, however often, from whichever cell, by account or handle', async () => {
    const ann = await personIn(world, 'ann', 'eu');
    expect((await follow(sam, eve.account)).json()).toMatchObject({
      following: true,
      followers: { value: 1 },
    });
    expect((await follow(sam, 'eve')).json()).toMatchObject({ followers: { value: 1 } });
    expect((await follow(ann, 'eve')).json()).toMatchObject({ followers: { value: 2 } });
    expect((await unfollow(sam, 'eve')).json()).toMatchObject({
      following: false,
      followers: { value: 1 },
    });
    expect((await unfollow(sam, 'eve')).json()).toMatchObject({ followers: { value: 1 } });
  });

  it('CM25: is known to the follower alone', async () => {
    await follow(sam, 'eve');
    const seen = await sam.ask('GET', '/v1/people/eve');
    expect(seen.json()).toMatchObject({ followedByMe: true, totals: { followers: { value: 1 } } });
    const asked = [...world.cells.eu.asked].map((one) => JSON.stringify(one));
    expect(asked.filter((one) => one.includes(sam.account))).toEqual([]);
    const known = [...world.publicCatalog.all('tally')].map(({ record }) => JSON.stringify(record));
    expect(known.join()).not.toContain(sam.account);
  });

  it('PE44 CM25 DI13: of the samples is like any other, and brings their clips', async () => {
    expect((await follow(sam, 'holdfast')).statusCode).toBe(404);
    for (const [index, video] of ['one', 'two', 'three'].entries()) {
      world.clock.nowMs += index;
      await world.catalog.put({
        ...{ video: video as never, durationMs: 5_000, creator: 'holdfast-samples' },
        ...{ realm: 'account', title: 'A clip', caption: '', tags: [] },
        ...{ mediaUrl: `/media/clips/${video}.mp4`, posterUrl: `/media/clips/${video}.jpg` },
      });
    }
    expect((await follow(sam, 'holdfast')).json()).toMatchObject({ followers: { value: 1 } });
    expect((await following(sam)).items.map(({ handle }) => handle)).toEqual(['holdfast']);
    const feed = async (query = '') =>
      (await sam.ask('GET', `/v1/feed?rank=following&limit=2${query}`)).json<{
        items: { id: string }[];
        next?: string;
      }>();
    const first = await feed();
    const second = await feed(`&cursor=${first.next}`);
    const ids = [first, second].map(({ items }) => items.map(({ id }) => id));
    expect(ids).toEqual([['three', 'two'], ['one']]);
    expect((await unfollow(sam, 'holdfast')).json()).toMatchObject({ followers: { value: 0 } });
    expect((await feed()).items).toEqual([]);
  });

  it('CM26: is for people with a profile, and not for oneself', async () => {
    const ann = await personIn(world, 'ann', 'eu', false);
    expect((await follow(sam, ann.account)).statusCode).toBe(404);
    expect((await follow(sam, 'sam')).statusCode).toBe(400);
    expect((await following(sam)).items).toEqual([]);
  });

  it('CM27: lists whom one follows, newest first, page by page', async () => {
    await personIn(world, 'ann', 'eu');
    await personIn(world, 'bob', 'us');
    for (const handle of ['ann', 'bob', 'eve']) {
      await follow(sam, handle);
      world.clock.nowMs += 1_000;
    }
    const first = await following(sam, '?limit=2');
    const second = await following(sam, `?limit=2&cursor=${first.next}`);
    const handles = [first, second].map(({ items }) => items.map(({ handle }) => handle));
    expect(handles).toEqual([['eve', 'bob'], ['ann']]);
    expect(second.next).toBeUndefined();
  });
});
