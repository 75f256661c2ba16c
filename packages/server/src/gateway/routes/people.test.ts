import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, cookieOf, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';
import { publishedDraft } from '../../people/people.fixture.ts';
import { summed } from '../summed-counts.ts';

let world: World;
let cookie: string;
const own = (): Record<string, string> => ({ cookie, 'sec-fetch-site': 'same-origin' });
const PNG = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  Buffer.alloc(400),
]);

beforeAll(async () => {
  world = await openWorld();
  cookie = await cookieOf(world, 'ann');
});
afterAll(() => world.close());

const putProfile = (body: unknown, headers: Record<string, string> = own()) =>
  ask(world, 'PUT', '/v1/me/profile', { headers, body });
const person = (handle: string, headers = {}) =>
  ask(world, 'GET', `/v1/people/${encodeURIComponent(handle)}`, { headers });

async function publish(video: string, change = {}): Promise<void> {
  const [, token = ''] = /us\.([^;]+)/.exec(cookie) ?? [];
  const body = publishedDraft(video, change);
  const puts = [{ kind: 'draft', target: video, body } as const];
  await world.cells.us.client.call('write', { token, puts, removes: [] });
  await world.publicCatalog.wake('us' as never);
}

describe('a profile', () => {
  it('PE40: is not there before its person published it', async () => {
    expect((await person('ann')).statusCode).toBe(404);
    const me = await ask(world, 'GET', '/v1/me', { headers: { cookie } });
    expect(me.json()).toMatchObject({ handle: 'ann', profile: false, displayName: 'ann' });
  });

  it('PE41: is read by everybody once it was, without the time zone', async () => {
    const body = { displayName: 'Ann Ö', bio: 'waves\nand tea', timeZone: 'Asia/Tokyo' };
    expect((await putProfile(body)).json()).toMatchObject({ profile: true, ...body });
    const shown = await person('ann');
    expect(shown.json()).toMatchObject({ handle: 'ann', displayName: 'Ann Ö', likesPublic: false });
    expect(shown.body).not.toContain('Tokyo');
  });

  it('PE41: tells its own person so', async () => {
    expect((await person('ann', { cookie })).json()).toMatchObject({
      isMe: true,
      followedByMe: false,
    });
    expect((await person('ann')).json()).not.toHaveProperty('isMe');
  });

  it('PE45: keeps HTML as the text that it is', async () => {
    const displayName = '<script>alert(1)</script>';
    await putProfile({ displayName, bio: '' });
    expect((await person('ann')).json()).toMatchObject({ displayName });
    expect((await person('ann')).headers['content-type']).toContain('application/json');
  });

  it('PE45: may be written in any script, with emoji', async () => {
    const displayName = 'آن 🌊';
    expect((await putProfile({ displayName, bio: '🍵'.repeat(500) })).statusCode).toBe(200);
    expect((await person('ann')).json()).toMatchObject({ displayName });
  });

  it.each([
    ['no name', { displayName: '  ' }],
    ['a name of 51 characters', { displayName: 'x'.repeat(51) }],
    ['a name of two lines', { displayName: 'a\nb' }],
    ['half a character', { displayName: 'a\ud800' }],
    ['a biography of 501 characters', { displayName: 'Ann', bio: 'x'.repeat(501) }],
    ['a time zone that there is not', { displayName: 'Ann', timeZone: 'Moon/Sea' }],
    ['likesPublic that is neither', { displayName: 'Ann', likesPublic: 'yes' }],
  ])('PE45: is refused with %s', async (_what, body) => {
    const reply = await putProfile(body);
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([
      400,
      'invalid-request',
    ]);
  });

  it('A15: is not changed by a page of another site', async () => {
    const headers = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await putProfile({ displayName: 'Mallory' }, headers)).statusCode).toBe(403);
    expect((await person('ann')).body).not.toContain('Mallory');
  });
});

describe('a handle', () => {
  it('PE36: that is public elsewhere is taken here too', async () => {
    await putProfile({ displayName: 'Ann' });
    const body = { handle: 'Ann', password: 'correct horse', jurisdiction: 'eu' };
    const reply = await ask(world, 'POST', '/v1/accounts', { body });
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([409, 'handle-taken']);
  });
});

describe('a picture', () => {
  const put = (bytes: Buffer, type = 'image/png') =>
    ask(world, 'PUT', '/v1/me/avatar', {
      headers: { ...own(), 'content-type': type },
      text: bytes,
    });

  it('PE46: is served as it came, as a picture and nothing else', async () => {
    const { avatar } = (await put(PNG)).json<{ avatar: string }>();
    const reply = await ask(world, 'GET', avatar);
    expect(reply.rawPayload.equals(PNG)).toBe(true);
    expect(reply.headers).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
    });
    expect(reply.headers['content-security-policy']).toContain('sandbox');
  });

  it('PE46: has another address when it is another, and the old one is gone', async () => {
    const first = (await put(PNG)).json<{ avatar: string }>().avatar;
    const second = (await put(PNG)).json<{ avatar: string }>().avatar;
    expect(second).not.toBe(first);
    expect((await ask(world, 'GET', first)).statusCode).toBe(404);
  });

  it('UP34: that is something else is refused, whatever it is called', async () => {
    const reply = await put(Buffer.from('<svg onload="alert(1)"></svg>'.repeat(3)));
    expect(reply.json()).toMatchObject({ code: 'image-refused' });
    expect((await put(PNG, 'image/svg+xml')).statusCode).toBe(415);
  });

  it('PE46: is refused beyond 512 KiB', async () => {
    const reply = await put(Buffer.concat([PNG, Buffer.alloc(512 * 1024)]));
    expect(reply.statusCode).toBe(413);
  });
});

describe('totals', () => {
  it('PE43: are the sums of what the tiles show', async () => {
    for (const [index, video] of ['v_a', 'v_b', 'v_c'].entries()) {
      await publish(video, { publishedAtMs: index + 1 });
      world.exchange.setLikes(video as never, 10 + index);
    }
    await publish('v_hidden', { visibility: 'unlisted' });
    world.clock.nowMs += 2_000;
    const page = await ask(world, 'GET', '/v1/people/ann/videos?limit=2');
    const { items, next } = page.json<{ items: { id: string }[]; next: string }>();
    expect(items.map(({ id }) => id)).toEqual(['v_c', 'v_b']);
    const rest = await ask(world, 'GET', `/v1/people/ann/videos?cursor=${next}`);
    expect(rest.json<{ items: { id: string }[] }>().items.map(({ id }) => id)).toEqual(['v_a']);
    const { totals } = (await person('ann')).json<{ totals: Record<string, unknown> }>();
    expect(totals).toMatchObject({ videos: 3, likes: { value: 33 }, views: { value: 0 } });
  });

  it('PE43: are unknown while one of them is, and stale while one is', () => {
    const live = { value: 2, state: 'live', asOf: '2026-11-22T14:00:02Z' } as const;
    const stale = { value: 1, state: 'stale', asOf: '2026-11-22T14:00:00Z' } as const;
    const unknown = { value: null, state: 'unknown', asOf: null } as const;
    expect(summed([live, unknown], 'now')).toEqual(unknown);
    expect(summed([live, stale], 'now')).toEqual({ value: 3, state: 'stale', asOf: stale.asOf });
    expect(summed([], 'now')).toEqual({ value: 0, state: 'live', asOf: 'now' });
  });
});

describe('a video', () => {
  it('PE42: is told with what its creator published of themselves', async () => {
    await publish('v_d', { publishedAtMs: 9, tags: ['sea'], poster: 'poster-1.jpg' });
    const reply = await ask(world, 'GET', '/v1/videos/v_d');
    expect(reply.json()).toMatchObject({
      ...{ id: 'v_d', handle: 'ann', visibility: 'public', commentsOff: false, tags: ['sea'] },
      media: { src: '/media/v/v_d/video-1.mp4', poster: '/media/v/v_d/poster-1.jpg', width: 720 },
    });
  });

  it('PE42: of an integrator has null where nothing is known', async () => {
    const body = { durationMs: 1_000, creator: 'user-9', title: 'Theirs' };
    await ask(world, 'PUT', '/v1/videos/theirs', {
      headers: { authorization: 'Bearer hfk_service' },
      body,
    });
    const reply = await ask(world, 'GET', '/v1/videos/theirs');
    expect(reply.json()).toMatchObject({ handle: null, media: null, publishedAt: null });
  });

  it('PE44: of the samples belongs to a profile that nobody can take', async () => {
    await world.catalog.put({
      ...{ video: 'clip' as never, durationMs: 5_000, creator: 'holdfast-samples' },
      ...{ realm: 'account', title: 'A clip', caption: '', tags: [] },
      ...{ mediaUrl: '/media/clips/clip.mp4', posterUrl: '/media/clips/clip.jpg' },
    });
    expect((await person('holdfast')).json()).toMatchObject({
      handle: 'holdfast',
      totals: { videos: 1 },
    });
    const { items } = (await ask(world, 'GET', '/v1/people/holdfast/videos')).json<{
      items: { handle: string }[];
    }>();
    expect(items.map(({ handle }) => handle)).toEqual(['holdfast']);
  });
});
