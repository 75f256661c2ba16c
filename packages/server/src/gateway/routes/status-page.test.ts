import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let page: Server;
let origin: string | undefined;
let world: World;

beforeEach(async () => {
  page = createServer((request, response) => {
    response.setHeader('content-security-policy', "default-src 'none'");
    response.end(`${request.method} ${request.url}`);
  });
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
  world = await openWorld({ statusPage: () => origin });
});
afterEach(async () => {
  await world.close();
  page.close();
});

it('ST45: hands on what the process of the page answers', async () => {
  const answer = await world.app.inject('/api/v2/summary.json');
  expect([answer.statusCode, answer.body]).toEqual([200, 'GET /api/v2/summary.json']);
  expect(answer.headers['content-security-policy']).toBe("default-src 'none'");
  const posted = await world.app.inject({ method: 'POST', url: '/status/confirm', payload: {} });
  expect(posted.body).toBe('POST /status/confirm');
});

it('ST45: says 503 and nothing green while the page does not run, or does not answer', async () => {
  origin = undefined;
  const away = await world.app.inject('/status');
  expect([away.statusCode, away.headers['retry-after']]).toEqual([503, '10']);
  expect(away.body).toContain('unknown');
  origin = 'http://127.0.0.1:1';
  const dead = await world.app.inject('/api/v2/status.json');
  expect([dead.statusCode, dead.json()]).toMatchObject([503, { code: 'status-unknown' }]);
});
