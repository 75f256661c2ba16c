import { SESSION_LIFE_MS } from '@holdfast/protocol/limits.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ask,
  bearer,
  cookieOf,
  eu,
  openWorld,
  OPERATOR_KEY,
  REVOKED_KEY,
  SERVICE_KEY,
  START_MS,
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const begin = (body: unknown, headers: Record<string, string> = {}) =>
  ask(world, 'POST', '/v1/sessions', { headers, body });
/** Who the cells were asked to open sessions for. */
const opened = () =>
  [...world.cells.us.asked, ...world.cells.eu.asked].flatMap(({ name, ask: asked }) =>
    name === 'openSession' ? [asked] : [],
  );

describe('a session', () => {
  it('A29: has an id, a grant, a begin and an end', async () => {
    const reply = await begin({ jurisdiction: 'eu' });
    expect(reply.statusCode).toBe(201);
    expect(reply.json()).toEqual({
      session: expect.stringMatching(/^[0-9A-Z]{26}$/) as unknown,
      jurisdiction: 'eu',
      grant: expect.stringMatching(/^hfg_/) as unknown,
      startedAt: new Date(START_MS).toISOString(),
      expiresAt: new Date(START_MS + SESSION_LIFE_MS).toISOString(),
    });
  });

  it('A18: is for the subject that a service key names', async () => {
    await begin({ jurisdiction: 'us', subject: 'user-1' }, bearer(SERVICE_KEY));
    expect(opened()).toEqual([{ who: { kind: 'subject', tenant: 'acme', subject: 'user-1' } }]);
  });

  it.each([
    ['a service key without a subject', bearer(SERVICE_KEY)],
    ['neither key nor cookie', {}],
  ])('A18: with %s is for nobody', async (_, headers) => {
    await begin({ jurisdiction: 'us' }, headers);
    expect(opened()).toEqual([{ who: { kind: 'anonymous' } }]);
  });

  it('A19: of an account is in its home, whatever the body says', async () => {
    const cookie = await cookieOf(world, 'alice', 'eu');
    const reply = await begin({ jurisdiction: 'us' }, { cookie });
    expect(reply.json()).toMatchObject({ jurisdiction: 'eu' });
    expect(opened()).toEqual([{ who: { kind: 'account', account: 'acc_eu-1' } }]);
  });

  it('A19: without a jurisdiction is where the residency resolver says', async () => {
    await world.close();
    world = await openWorld({
      residency: ({ ip }) => (ip === '127.0.0.1' ? eu : 'us') as typeof eu,
    });
    expect((await begin({})).json()).toMatchObject({ jurisdiction: 'eu' });
    const empty = await ask(world, 'POST', '/v1/sessions');
    expect(empty.json()).toMatchObject({ jurisdiction: 'eu' });
  });

  it('A21: with a cookie that no session stands behind is for nobody, and clears it', async () => {
    const reply = await begin({}, { cookie: 'holdfast=us.hft_gone' });
    expect(reply.statusCode).toBe(201);
    expect(opened()).toEqual([{ who: { kind: 'anonymous' } }]);
    expect(reply.headers['set-cookie']).toMatch(/^holdfast=; .*Max-Age=0/);
  });

  it('A34: is 503 when its cell is away', async () => {
    world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 3_000 });
    const reply = await begin({ jurisdiction: 'us' });
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['retry-after']).toBe('3');
  });
});

describe('A5: a session that is refused is not begun', () => {
  it.each([
    ['A20: an unknown jurisdiction', { jurisdiction: 'zz' }, SERVICE_KEY, 'unknown-jurisdiction'],
    ['A20: an odd jurisdiction', { jurisdiction: 'U.S.' }, SERVICE_KEY, 'unknown-jurisdiction'],
    [
      'A20: a jurisdiction that is a number',
      { jurisdiction: 1 },
      SERVICE_KEY,
      'unknown-jurisdiction',
    ],
    ['A20: a subject without a key', { subject: 'user-1' }, undefined, 'key-missing'],
    ['A1: an odd subject', { subject: 'a@b' }, SERVICE_KEY, 'invalid-request'],
    ['A1: a subject that is null', { subject: null }, SERVICE_KEY, 'invalid-request'],
    ['A8: a body that is a list', [], SERVICE_KEY, 'invalid-request'],
    ['A17: an unknown key', {}, 'hfk_nobody', 'key-invalid'],
    ['A17: a revoked key', { subject: 'user-1' }, REVOKED_KEY, 'key-revoked'],
    ['A17: an operator key', {}, OPERATOR_KEY, 'forbidden'],
  ])('%s', async (_, body, key, code) => {
    const reply = await begin(body, key === undefined ? {} : bearer(key));
    expect(reply.json()).toMatchObject({ code });
    expect(opened()).toEqual([]);
  });
});

describe('A22: many sessions', () => {
  beforeEach(async () => {
    await world.close();
    world = await openWorld({
      trustProxy: true,
      limits: { sessionsBurst: 2, sessionsPerSecond: 1 },
    });
  });
  const from = (remote: string) => begin({}, { 'x-forwarded-for': remote });

  it('A22: from one address are 429 until there is a token again', async () => {
    const statuses = [await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.1')];
    expect(statuses.map(({ statusCode }) => statusCode)).toEqual([201, 201, 429]);
    expect(statuses[2]?.headers['retry-after']).toBe('1');
    expect((await from('192.0.2.2')).statusCode).toBe(201);
    world.clock.nowMs += 1_000;
    expect((await from('192.0.2.1')).statusCode).toBe(201);
  });

  it('A22: from one IPv6 network count together', async () => {
    await from('2001:db8:1:2::1');
    await from('2001:db8:1:2:ffff::9');
    expect((await from('2001:db8:1:2::3')).statusCode).toBe(429);
    expect((await from('2001:db8:1:3::3')).statusCode).toBe(201);
  });

  it('A22: with a service key are not limited', async () => {
    for (let index = 0; index < 10; index += 1) {
      const reply = await begin({ subject: `user-${index}` }, bearer(SERVICE_KEY));
      expect(reply.statusCode).toBe(201);
    }
  });
});
