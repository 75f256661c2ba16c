import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, cookieOf, openWorld } from './fakes/fake-world.ts';
import type { World } from './fakes/fake-world.ts';

let world: World;
let cookie: string;

beforeAll(async () => {
  world = await openWorld();
  cookie = await cookieOf(world, 'alice');
});
afterAll(() => world.close());

const origin = 'https://elsewhere.example';

it('A14: what an embedding page needs answers any site, refusals and Retry-After included', async () => {
  for (const [method, url] of [
    ['GET', '/v1/counts?video=v1'],
    ['GET', '/v1/me/likes?video=v1'],
    ['POST', '/v1/sessions'],
    ['POST', '/v1/ops'],
  ] as const) {
    const reply = await ask(world, method, url, { headers: { origin } });
    expect(reply.headers['access-control-allow-origin'], url).toBe('*');
    expect(reply.headers['access-control-allow-credentials'], url).toBeUndefined();
    expect(reply.headers['access-control-expose-headers'], url).toBe('retry-after');
    const preflight = await ask(world, 'OPTIONS', url, { headers: { origin } });
    expect(preflight.headers['access-control-allow-origin'], url).toBe('*');
    expect(preflight.headers['access-control-allow-headers'], url).toContain('authorization');
  }
});

describe('A15: a request that changes something with the cookie', () => {
  const refusedOf = async (headers: Record<string, string>, body?: unknown) => {
    const url = '/v1/sessions';
    const reply = await ask(world, 'POST', url, { headers: { cookie, ...headers }, body });
    return reply.statusCode === 403 ? reply.json<{ code: string }>().code : reply.statusCode;
  };

  it.each([
    ['from this site', { 'sec-fetch-site': 'same-origin' }, 201],
    ['typed by the person', { 'sec-fetch-site': 'none' }, 201],
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 'cross-site'],
    ['from a sister site', { 'sec-fetch-site': 'same-site' }, 'cross-site'],
    ['with the origin of this host', { origin: 'http://localhost' }, 201],
    ['with another origin', { origin }, 'cross-site'],
    ['with an origin of another port', { origin: 'http://localhost:81' }, 'cross-site'],
    ['with the origin null', { origin: 'null' }, 'cross-site'],
    ['with neither header, but JSON', {}, 201],
  ])('A15: %s is %s', async (_, headers, expected) => {
    expect(await refusedOf(headers, {})).toBe(expected);
  });

  it('A15: with neither header and no JSON is refused', async () => {
    expect(await refusedOf({})).toBe('cross-site');
  });

  it('A15: with neither header is not from a form when it is no POST', async () => {
    const reply = await ask(world, 'DELETE', '/v1/me', { headers: { cookie } });
    expect(reply.statusCode).toBe(202);
  });

  it('A15: without cookie and headers is told that it must sign in', async () => {
    const reply = await ask(world, 'DELETE', '/v1/me');
    expect(reply.json()).toMatchObject({ status: 401, code: 'sign-in-required' });
  });

  it.each([
    ['POST', '/v1/accounts'],
    ['POST', '/v1/sign-in'],
    ['POST', '/v1/sign-out'],
    ['DELETE', '/v1/me'],
  ] as const)('A15: holds for %s %s', async (method, url) => {
    const headers = { cookie, 'sec-fetch-site': 'cross-site' };
    const before = world.cells.us.asked.length;
    const reply = await ask(world, method, url, { headers, body: {} });
    expect(reply.json()).toMatchObject({ status: 403, code: 'cross-site' });
    expect(world.cells.us.asked).toHaveLength(before);
  });

  it('A15: without the cookie is anybody’s', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin };
    const reply = await ask(world, 'POST', '/v1/sessions', { headers, body: {} });
    expect(reply.statusCode).toBe(201);
    expect(reply.headers['access-control-allow-origin']).toBe('*');
  });
});

describe('A14: other sites', () => {
  it.each([
    ['POST', '/v1/ops'],
    ['POST', '/v1/sessions'],
    ['GET', '/v1/counts'],
    ['GET', '/v1/counts/stream'],
    ['GET', '/v1/videos/a/counts'],
    ['PUT', '/v1/videos/a/like'],
    ['POST', '/v1/videos/a/views'],
    ['GET', '/v1/me/likes'],
    ['GET', '/v1/cells'],
    ['GET', '/openapi.json'],
  ] as const)('A14: may read the answer of %s %s, errors too', async (method, url) => {
    const reply = await ask(world, method, url, { headers: { origin } });
    expect(reply.headers['access-control-allow-origin']).toBe('*');
    expect(reply.headers['access-control-allow-credentials']).toBeUndefined();
    const preflight = await ask(world, 'OPTIONS', url, {
      headers: { origin, 'access-control-request-method': method },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': expect.stringContaining(method) as unknown,
      'access-control-allow-headers': 'authorization, content-type, op-number',
      'access-control-max-age': '86400',
    });
  });

  it.each([
    ['POST', '/v1/accounts'],
    ['POST', '/v1/sign-in'],
    ['POST', '/v1/sign-out'],
    ['GET', '/v1/me'],
    ['DELETE', '/v1/me'],
  ] as const)('A14: may not read the answer of %s %s', async (method, url) => {
    const reply = await ask(world, method, url, { headers: { origin, cookie } });
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    const preflight = await ask(world, 'OPTIONS', url, { headers: { origin } });
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('A14: are not told of when nobody asks from one', async () => {
    const reply = await ask(world, 'GET', '/v1/cells');
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });
});
