import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { addVideos, ask, bearer, cookieOf, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;
let cookie: string;
beforeEach(async () => {
  world = await openWorld();
  await addVideos(world, 'a', 'b', 'c');
  cookie = await cookieOf(world, 'ann');
});
afterEach(() => world.close());

async function like(...videos: readonly string[]): Promise<void> {
  const session = await ask(world, 'POST', '/v1/sessions', { headers: { cookie }, body: {} });
  const headers = bearer(session.json<{ grant: string }>().grant);
  const ops = videos.map((video, index) => ({ n: index + 1, kind: 'like', video }));
  await ask(world, 'POST', '/v1/ops', { headers, body: { ops } });
}

async function publishProfile(likesPublic: boolean): Promise<void> {
  const body = { displayName: 'Ann', likesPublic };
  const reply = await ask(world, 'PUT', '/v1/me/profile', { headers: { cookie }, body });
  if (reply.statusCode !== 200) throw new Error(reply.body);
}

const likes = (headers: Record<string, string> = {}, query = '') =>
  ask(world, 'GET', `/v1/people/ann/likes${query}`, { headers });
const idsIn = (reply: Awaited<ReturnType<typeof likes>>) =>
  reply.json<{ items: { id: string }[] }>().items.map(({ id }) => id);

describe('what a person likes', () => {
  it('DI30: is private unless they say otherwise, and never to themselves', async () => {
    await publishProfile(false);
    await like('a', 'b');
    expect((await likes()).json()).toMatchObject({ status: 403, code: 'likes-private' });
    const bob = await cookieOf(world, 'bob');
    expect((await likes({ cookie: bob })).statusCode).toBe(403);
    expect(idsIn(await likes({ cookie }))).toEqual(['b', 'a']);
  });

  it('DI30: is a list of videos as everybody sees them, where it is public', async () => {
    await publishProfile(true);
    const items = ['b', 'gone', 'a'].map((id) => ({ video: id as VideoId, atMs: 1 }));
    world.cells.us.answer('publicLikes', () => ({ kind: 'public-likes', items, next: '1-2' }));
    const reply = await likes({}, '?limit=3');
    expect(idsIn(reply)).toEqual(['b', 'a']);
    expect(reply.json()).toMatchObject({ next: '1-2' });
  });

  it('DI31: is private when the home cell says so, whatever is known here', async () => {
    await publishProfile(true);
    world.cells.us.answer('publicLikes', () => ({ kind: 'private' }));
    expect((await likes()).statusCode).toBe(403);
  });

  it('DI30: is nothing of somebody without a profile', async () => {
    expect((await likes({ cookie })).json()).toMatchObject({ status: 404 });
  });

  it('DI30: cannot be told while the home cell is away', async () => {
    await publishProfile(true);
    world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 10 });
    expect((await likes()).statusCode).toBe(503);
  });

  it.each(['?limit=0', '?limit=x', '?cursor=%20'])('DI30: is refused with %s', async (query) => {
    await publishProfile(false);
    expect((await likes({ cookie }, query)).json()).toMatchObject({ status: 400 });
  });
});
