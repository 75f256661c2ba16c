import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../people/settings.ts';
import { ask, cookieHeader, cookieOf, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;
let headers: Record<string, string>;
beforeEach(async () => {
  world = await openWorld();
  headers = { cookie: await cookieOf(world, 'alice'), 'sec-fetch-site': 'same-origin' };
});
afterEach(() => world.close());

const signIn = (password: string) =>
  ask(world, 'POST', '/v1/sign-in', { body: { handle: 'alice', password, jurisdiction: 'us' } });
const changePassword = (body: unknown) => ask(world, 'POST', '/v1/me/password', { headers, body });
const GOOD = { current: 'correct horse', next: 'another horse' };

describe('changing the password', () => {
  it('AC70: ends the other sign-ins and keeps this one', async () => {
    const other = cookieHeader(await signIn('correct horse'));
    expect((await changePassword(GOOD)).json()).toEqual({ signInsEnded: 1 });
    const me = (cookie: string) => ask(world, 'GET', '/v1/me', { headers: { cookie } });
    expect((await me(other)).statusCode).toBe(401);
    expect((await me(headers['cookie'] ?? '')).statusCode).toBe(200);
    expect((await signIn('another horse')).statusCode).toBe(200);
  });

  it.each([
    ['a wrong current one', { ...GOOD, current: 'wrong' }, 401, 'wrong-credentials'],
    ['a new one that cannot be one', { ...GOOD, next: 'short' }, 400, 'password-refused'],
    ['no new one', { current: 'correct horse' }, 400, 'invalid-request'],
    ['one that is no text', { ...GOOD, next: 7 }, 400, 'invalid-request'],
    ['one that is endless', { ...GOOD, next: 'x'.repeat(1_025) }, 400, 'invalid-request'],
  ])('AC71: with %s changes nothing', async (_, body, status, code) => {
    expect((await changePassword(body)).json()).toMatchObject({ status, code });
    expect((await signIn('correct horse')).statusCode).toBe(200);
  });

  it('AC72: too often is 429 with the time to wait', async () => {
    world.cells.us.answer('changePassword', () => ({ kind: 'rate-limited', retryAfterMs: 4_000 }));
    const reply = await changePassword(GOOD);
    expect([reply.statusCode, reply.headers['retry-after']]).toEqual([429, '4']);
  });
});

type SignIn = { id: string; current: boolean };
const signIns = async () =>
  (await ask(world, 'GET', '/v1/me/sign-ins', { headers })).json<{ items: SignIn[] }>().items;

describe('the list of sign-ins', () => {
  it('AC75: ends another device’s, and the cookie stays', async () => {
    const other = cookieHeader(await signIn('correct horse'));
    const named = (await signIns()).find(({ current }) => !current);
    const ended = await ask(world, 'DELETE', `/v1/me/sign-ins/${named?.id}`, { headers });
    expect([ended.statusCode, ended.headers['set-cookie']]).toEqual([204, undefined]);
    expect((await ask(world, 'GET', '/v1/me', { headers: { cookie: other } })).statusCode).toBe(
      401,
    );
    expect((await signIns()).length).toBe(1);
  });

  it('AC75: ends one’s own, and the cookie goes', async () => {
    const [own] = await signIns();
    const ended = await ask(world, 'DELETE', `/v1/me/sign-ins/${own?.id}`, { headers });
    expect(ended.headers['set-cookie']).toContain('Max-Age=0');
  });

  it.each(['none', 'a%20b', 'x'.repeat(65)])('AC75: knows nothing of %s', async (id) => {
    const reply = await ask(world, 'DELETE', `/v1/me/sign-ins/${id}`, { headers });
    expect(reply.json()).toMatchObject({ status: 404, code: 'not-found' });
  });
});

const settings = async () =>
  (await ask(world, 'GET', '/v1/me/settings', { headers })).json<object>();
const change = (body: unknown) => ask(world, 'PATCH', '/v1/me/settings', { headers, body });

describe('settings', () => {
  it('AC80: are the usual ones until somebody changes them, and then theirs', async () => {
    expect(await settings()).toEqual(DEFAULT_SETTINGS);
    const changed = { ...DEFAULT_SETTINGS, theme: 'dark', hideCountsUnder: 1_000 };
    expect((await change({ theme: 'dark', hideCountsUnder: 1_000 })).json()).toEqual(changed);
    expect((await change({ locale: 'ar' })).json()).toEqual({ ...changed, locale: 'ar' });
    expect(await settings()).toEqual({ ...changed, locale: 'ar' });
  });

  it('AC80: that two devices change at once are both kept', async () => {
    await Promise.all([change({ theme: 'dark' }), change({ sound: true })]);
    expect(await settings()).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark', sound: true });
  });

  it.each([
    { theme: 'pink' },
    { locale: 'a language' },
    { locale: `en-${'x'.repeat(40)}` },
    { shortcuts: 'yes' },
    { hideCountsUnder: 5 },
    { theme: 'dark', sound: null },
  ])('AC81: cannot be %j, and then nothing is changed', async (body) => {
    expect((await change(body)).json()).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(await settings()).toEqual(DEFAULT_SETTINGS);
  });

  it('A4: ignore what is no setting', async () => {
    const text = '{"theme":"light","__proto__":{"sound":true},"constructor":1,"more":2}';
    const reply = await ask(world, 'PATCH', '/v1/me/settings', { headers, text });
    expect(reply.json()).toEqual({ ...DEFAULT_SETTINGS, theme: 'light' });
  });

  it.each(['[]', '7', 'null', '{'])('A8: are not changed by %s', async (text) => {
    const reply = await ask(world, 'PATCH', '/v1/me/settings', { headers, text });
    expect(reply.statusCode).toBe(400);
  });
});

it.each([
  ['POST', '/v1/me/password'],
  ['DELETE', '/v1/me/sign-ins/ses_1'],
  ['PATCH', '/v1/me/settings'],
] as const)('A15: %s %s is refused to a page of another site', async (method, path) => {
  const foreign = { ...headers, 'sec-fetch-site': 'cross-site' };
  const reply = await ask(world, method, path, { headers: foreign, body: GOOD });
  expect(reply.json()).toMatchObject({ status: 403, code: 'cross-site' });
});

it.each(['/v1/me/sign-ins', '/v1/me/settings', '/v1/me/passkeys'])(
  'A24: %s without a live cookie is 401',
  async (path) => {
    const reply = await ask(world, 'GET', path);
    expect(reply.json()).toMatchObject({ status: 401, code: 'sign-in-required' });
  },
);
