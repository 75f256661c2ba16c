import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addVideos,
  ask,
  cookieHeader,
  cookieOf,
  openWorld,
  START_MS,
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const alice = { handle: 'alice', password: 'correct horse' };
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(world, 'POST', path, { headers, body });
const asked = (name: string, of: 'us' | 'eu' = 'us') =>
  world.cells[of].asked.filter((each) => each.name === name);

describe('signing up and in', () => {
  it('A23: makes the account in the cell that is asked for, and in no other', async () => {
    const reply = await post('/v1/accounts', { ...alice, jurisdiction: 'eu' });
    expect(reply.statusCode).toBe(201);
    expect(reply.json()).toEqual({ account: 'acc_eu-1', handle: 'alice', jurisdiction: 'eu' });
    expect(asked('signUp', 'eu')).toHaveLength(1);
    expect(world.cells.us.asked).toEqual([]);
  });

  it('A23: without a jurisdiction goes where residency says, and to no other cell', async () => {
    const reply = await post('/v1/sign-in', alice);
    expect(reply.json()).toMatchObject({ status: 401, code: 'wrong-credentials' });
    expect(asked('signIn')).toHaveLength(1);
    expect(world.cells.eu.asked).toEqual([]);
  });

  it('A23: without a jurisdiction goes to the home of the last account on this browser', async () => {
    const cookie = await cookieOf(world, 'alice', 'eu');
    const own = { cookie, 'sec-fetch-site': 'same-origin' };
    const out = await post('/v1/sign-out', {}, own);
    expect(out.statusCode).toBe(204);
    const home = cookie.replace(/.*(holdfast-home=eu).*/, '$1');
    const reply = await post('/v1/sign-in', alice, { cookie: home });
    expect(reply.json()).toMatchObject({ jurisdiction: 'eu' });
    expect(cookieHeader(reply)).toMatch(/^holdfast=eu\.hft_/);
  });

  it.each([
    ['a taken handle', { ...alice }, 409, 'handle-taken'],
    ['a handle that cannot be used', { ...alice, handle: 'x' }, 400, 'handle-refused'],
    [
      'a password that cannot be used',
      { handle: 'bob', password: 'short' },
      400,
      'password-refused',
    ],
    ['an unknown jurisdiction', { ...alice, jurisdiction: 'zz' }, 400, 'unknown-jurisdiction'],
    ['a handle that is a number', { ...alice, handle: 5 }, 400, 'invalid-request'],
    ['no password', { handle: 'bob' }, 400, 'invalid-request'],
    [
      'a password of 2,000 characters',
      { ...alice, password: 'p'.repeat(2_000) },
      400,
      'invalid-request',
    ],
  ])('A5: with %s is refused and sets no cookie', async (_, body, status, code) => {
    await post('/v1/accounts', alice);
    const reply = await post('/v1/accounts', body);
    expect(reply.json()).toMatchObject({ status, code });
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(reply.body).not.toContain('correct horse');
  });

  it('A3: too often is 429 with the time that the cell says', async () => {
    const reply = await post('/v1/sign-in', { ...alice, handle: 'hurry' });
    expect(reply.statusCode).toBe(429);
    expect(reply.headers['retry-after']).toBe('2');
  });
});

describe('A16: the cookie', () => {
  it('A16: over plain HTTP is out of reach of scripts and other sites', async () => {
    const reply = await post('/v1/accounts', alice);
    expect(reply.headers['set-cookie']).toEqual([
      expect.stringMatching(/^holdfast=us\.hft_\w+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/),
      expect.stringMatching(/^holdfast-home=us; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/),
    ]);
  });

  it('A73: lasts as long as the session, and the home as long as a browser keeps it', async () => {
    const reply = await post('/v1/accounts', alice);
    expect(reply.cookies.map(({ name, maxAge }) => [name, maxAge])).toEqual([
      ['holdfast', 30 * 86_400],
      ['holdfast-home', 400 * 86_400],
    ]);
  });

  it.each([
    ['GET', '/v1/me', 200],
    ['GET', '/v1/me/likes', 200],
    ['POST', '/v1/sessions', 201],
    ['GET', '/v1/videos/a/analytics', 403],
  ] as const)('A73: is set anew by %s %s when that renewed the session', async (...row) => {
    const [method, path, status] = row;
    await addVideos(world, 'a');
    const cookie = await cookieOf(world, 'alice');
    const send = () =>
      ask(world, method, path, { headers: { cookie, 'sec-fetch-site': 'same-origin' } });
    expect((await send()).cookies).toEqual([]);
    const known = { kind: 'account', account: 'acc_us-1', handle: 'alice' } as const;
    const expiresAtMs = START_MS + 10_000_000;
    world.cells.us.answer('whoIs', () => ({ ...known, expiresAtMs, renewed: true }));
    const reply = await send();
    expect(reply.statusCode).toBe(status);
    expect(cookieHeader(reply)).toBe(cookie);
    expect(reply.cookies[0]?.maxAge).toBe(10_000);
  });

  it('A16: over HTTPS is for this host alone', async () => {
    await world.close();
    world = await openWorld({ secureCookies: true });
    const reply = await post('/v1/accounts', alice);
    expect(reply.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-holdfast=us\.hft_\w+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=\d+$/,
      ),
      expect.stringMatching(/^__Host-holdfast-home=us; Path=\/; .*Secure/),
    ]);
    const me = await ask(world, 'GET', '/v1/me', { headers: { cookie: cookieHeader(reply) } });
    expect(me.json()).toMatchObject({ handle: 'alice' });
  });

  it.each([
    'holdfast=',
    'holdfast=us',
    'holdfast=us.',
    'holdfast=zz.hft_1',
    'holdfast=us.a b',
    'x=y',
  ])('A24: of %j is nobody', async (cookie) => {
    const reply = await ask(world, 'GET', '/v1/me', { headers: { cookie } });
    expect(reply.json()).toMatchObject({ status: 401, code: 'sign-in-required' });
  });
});

describe('A24: the account', () => {
  it('A24: is told, and after signing out is not', async () => {
    const cookie = await cookieOf(world, 'alice');
    const me = await ask(world, 'GET', '/v1/me', { headers: { cookie } });
    expect(me.json()).toMatchObject({ account: 'acc_us-1', handle: 'alice', jurisdiction: 'us' });
    const out = await post('/v1/sign-out', {}, { cookie });
    expect(out.headers['set-cookie']).toMatch(/^holdfast=; .*Max-Age=0/);
    const after = await ask(world, 'GET', '/v1/me', { headers: { cookie } });
    expect(after.statusCode).toBe(401);
    expect((await post('/v1/sign-out', {}, { cookie })).statusCode).toBe(204);
  });

  it('A24: stays signed in when its cell could not end the session', async () => {
    const cookie = await cookieOf(world, 'alice');
    world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 });
    const reply = await post('/v1/sign-out', {}, { cookie });
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['set-cookie']).toBeUndefined();
  });

  it('A24: is deleted with a position, and then is nobody', async () => {
    const cookie = await cookieOf(world, 'alice');
    const own = { headers: { cookie, 'sec-fetch-site': 'same-origin' } };
    const reply = await ask(world, 'DELETE', '/v1/me', own);
    expect(reply.statusCode).toBe(202);
    expect(reply.json()).toEqual({ cell: 'us', epoch: 1, seq: 1 });
    expect(reply.headers['set-cookie']).toMatch(/Max-Age=0/);
    const again = await ask(world, 'DELETE', '/v1/me', own);
    expect(again.json()).toMatchObject({ status: 401, code: 'sign-in-required' });
  });
});
