import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { openWorld, SERVICE_KEY } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const headers = { authorization: `Bearer ${SERVICE_KEY}` };

async function register(video: string): Promise<void> {
  const payload = { durationMs: 8_000, creator: 'c' };
  await world.app.inject({ method: 'PUT', url: `/v1/videos/${video}`, headers, payload });
}

describe('a recount', () => {
  it('ST44: needs a service key and a video that is known, and has a part for each cell', async () => {
    await register('a');
    const url = '/v1/videos/a/recount';
    expect((await world.app.inject({ url })).statusCode).toBe(401);
    expect((await world.app.inject({ url: '/v1/videos/b/recount', headers })).statusCode).toBe(404);
    const answer = await world.app.inject({ url, headers });
    expect(Object.keys((answer.json() as { cells: object }).cells)).toEqual(['us', 'eu']);
  });
});

describe('canaries', () => {
  it('ST32: are in no listing, and are told apart in the books', async () => {
    await register('canary-x');
    await register('a');
    const listed = await world.app.inject({ url: '/v1/videos', headers });
    const { items } = listed.json() as { items: readonly { id: VideoId }[] };
    expect(items.map(({ id }) => id)).toEqual(['a']);
    expect(world.catalog.canaries()).toEqual(['canary-x']);
    const books = await world.app.inject('/v1/cells/us/books');
    // The fake cell tells nothing apart, and that is what the answer says.
    expect(books.json()).toMatchObject({ canaries: null });
  });
});
