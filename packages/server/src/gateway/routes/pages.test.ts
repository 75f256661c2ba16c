import { afterEach, describe, expect, it } from 'vitest';
import { ask, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';
import type { PageFile } from './pages.ts';

let world: World;
afterEach(() => world.close());

const file = (text: string, more: Partial<PageFile> = {}): PageFile => ({
  type: 'text/html; charset=utf-8',
  body: Buffer.from(text),
  etag: `"${text}"`,
  ...more,
});

function openPages(document: PageFile): Promise<World> {
  const script = file('script', { immutable: true, gzip: Buffer.from('packed') });
  return openWorld({
    page: new Map([
      ['/', document],
      ['/assets/main-1a2b.js', script],
    ]),
  });
}

describe('the built pages', () => {
  it.each([
    '/',
    '/v/v1',
    '/@some.one',
    '/upload/drf_1',
    '/trust',
    '/trust/us',
    '/trust/verify',
    '/trust/us?from=here',
  ])(
    'PG1: %s is the one document, under the policy of pages, and asked for again each time',
    async (url) => {
      world = await openPages(file('document'));
      const reply = await ask(world, 'GET', url);
      expect(reply.body).toBe('document');
      expect(reply.headers['cache-control']).toBe('no-cache');
      const policy = String(reply.headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
    },
  );

  it('PG1: a file with its hash in its name is kept for good', async () => {
    world = await openPages(file('document'));
    const reply = await ask(world, 'GET', '/assets/main-1a2b.js');
    expect(reply.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await ask(world, 'GET', '/assets/main-0000.js')).statusCode).toBe(404);
  });

  it('PG1: goes compressed to those who take it, and as it is to others', async () => {
    world = await openPages(file('document'));
    const get = (encodings: string) =>
      ask(world, 'GET', '/assets/main-1a2b.js', { headers: { 'accept-encoding': encodings } });
    const packed = await get('gzip, deflate, br');
    expect(packed.body).toBe('packed');
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      etag: '"script-gzip"',
      vary: 'accept-encoding',
    });
    for (const encodings of ['br', 'gzip;q=0', 'gzip;q=0.0, br']) {
      const plain = await get(encodings);
      expect([plain.body, plain.headers['content-encoding']]).toEqual(['script', undefined]);
    }
  });

  it.each([
    ['a browser', 'text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8'],
    ['a program', '*/*', 'application/problem+json; charset=utf-8'],
  ])('A11: %s at an address with nothing is told so in its way', async (_, accept, type) => {
    world = await openPages(file('document'));
    for (const url of ['/nothing', '/no/such/page?at=all']) {
      const reply = await ask(world, 'GET', url, { headers: { accept } });
      expect([reply.statusCode, reply.headers['content-type']]).toEqual([404, type]);
      expect(reply.headers['content-security-policy']).toContain("default-src 'none'");
    }
  });

  it('PG4: pages that are missing are answered with 503, and the API with 200', async () => {
    world = await openPages(file('missing', { status: 503 }));
    expect((await ask(world, 'GET', '/trust/us')).statusCode).toBe(503);
    expect((await ask(world, 'GET', '/v1/cells')).statusCode).toBe(200);
  });
});

it('CO33: a gateway has no console, and says where there is one', async () => {
  world = await openPages(file('document'));
  const reply = await ask(world, 'GET', '/console');
  expect(reply.statusCode).toBe(200);
  expect(reply.body).toContain('holdfast staff add NAME --data DIR');
  expect((await ask(world, 'POST', '/console/api/start')).statusCode).toBeGreaterThanOrEqual(404);
});
