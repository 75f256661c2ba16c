import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KINDS } from '../../people/kinds.ts';
import { emptyDraft } from '../../people/draft.ts';
import { addVideos, ask, bearer, cookieOf, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;
let cookie: string;
let token: string;
beforeEach(async () => {
  world = await openWorld();
  cookie = await cookieOf(world, 'ann');
  token = /us\.(hft_[^;]+)/.exec(cookie)?.[1] ?? '';
});
afterEach(() => world.close());

const write = (...puts: readonly unknown[]) =>
  world.cells.us.client.call('write', { token, puts, removes: [] } as never);
const exported = () => ask(world, 'GET', '/v1/me/export', { headers: { cookie } });

type Export = {
  account: unknown;
  signIns: unknown[];
  likes: { video: string }[];
  writings: Record<string, { about?: string }[]>;
};

describe('a copy of everything', () => {
  it('AC82: has the account, its sign-ins, likes and what was written', async () => {
    await addVideos(world, 'a', 'b');
    const session = await ask(world, 'POST', '/v1/sessions', { headers: { cookie }, body: {} });
    const ops = ['a', 'b'].map((video, at) => ({ n: at + 1, kind: 'like', video }));
    const headers = bearer(session.json<{ grant: string }>().grant);
    await ask(world, 'POST', '/v1/ops', { headers, body: { ops } });
    await ask(world, 'PATCH', '/v1/me/settings', {
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
      body: { theme: 'dark' },
    });
    await write({ kind: 'draft', target: 'v_1', body: { ...emptyDraft('v_1'), title: 'Boats' } });
    await write({ kind: 'follow', target: 'acc_somebody', body: {} });
    const reply = await exported();
    const all = reply.json<Export>();
    expect(all).toMatchObject({
      format: 1,
      account: { handle: 'ann', jurisdiction: 'us', failedSignIns: 0 },
      signIns: [{ current: true }],
      likes: [{ video: 'b' }, { video: 'a' }],
      writings: {
        settings: [{ theme: 'dark' }],
        draft: [{ about: 'v_1', title: 'Boats', state: 'draft' }],
        follow: [{ about: 'acc_somebody' }],
      },
    });
    expect(reply.headers['content-disposition']).toBe('attachment; filename="holdfast-ann.json"');
  });

  it('AC82: has every kind of writing that there is, also one with nothing in it', async () => {
    const { writings } = (await exported()).json<Export>();
    expect(Object.keys(writings).toSorted()).toEqual(Object.keys(KINDS).toSorted());
  });

  it('AC84: has every page of what is long', async () => {
    const follows = Array.from({ length: 450 }, (_, n) => ({
      ...{ kind: 'follow', target: `acc_${n}`, body: {} },
    }));
    for (let at = 0; at < follows.length; at += 50) await write(...follows.slice(at, at + 50));
    const { writings } = (await exported()).json<Export>();
    const about = new Set(writings['follow']?.map((one) => one.about));
    expect(about.size).toBe(450);
  });

  it('AC83: has no token and no password', async () => {
    const { body } = await exported();
    for (const secret of [token, 'correct horse', 'hft_']) expect(body).not.toContain(secret);
  });

  it('AC84: breaks off when the cell goes away in the middle', async () => {
    world.cells.us.answer('likesPage', () => {
      world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 10 });
      return { kind: 'likes-page', items: [], next: undefined };
    });
    const body = await exported().then(
      (reply) => reply.body,
      () => '',
    );
    expect(() => JSON.parse(body) as unknown).toThrow(/JSON/);
  });

  it('AC85: is made once at a time', async () => {
    const gate = Promise.withResolvers<void>();
    world.cells.us.answer('likesPage', async () => {
      await gate.promise;
      return { kind: 'likes-page', items: [], next: undefined };
    });
    const first = exported();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await exported()).json()).toMatchObject({ status: 429, code: 'rate-limited' });
    gate.resolve();
    expect((await first).statusCode).toBe(200);
    expect((await exported()).statusCode).toBe(200);
  });

  it('AC82: is for who is signed in', async () => {
    const reply = await ask(world, 'GET', '/v1/me/export');
    expect(reply.json()).toMatchObject({ status: 401, code: 'sign-in-required' });
  });
});
