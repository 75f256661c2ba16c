// What only a real connection shows: slow, broken and too many of them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  addVideos,
  ask,
  bearer,
  grantOf,
  openWorld,
  opsSubmitted,
  SERVICE_KEY,
} from './fakes/fake-world.ts';
import type { World } from './fakes/fake-world.ts';
import type { GatewayLimits } from './gateway-limits.ts';

let world: World;
let port: number;
const sockets: Socket[] = [];

async function open(limits: Partial<GatewayLimits> = {}): Promise<void> {
  world = await openWorld({ limits });
  await addVideos(world, 'a');
  port = Number(new URL(await world.app.listen({ port: 0 })).port);
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await world.close();
});

type Connection = Readonly<{ socket: Socket; text: () => string; closed: Promise<void> }>;

function dial(...lines: readonly string[]): Connection {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  if (lines.length > 0) socket.write(lines.join('\r\n'));
  return { socket, text: () => text, closed };
}

const CLOSE = 'Connection: close';
const problemIn = (text: string): unknown => JSON.parse(text.slice(text.indexOf('\r\n\r\n')));
const opsHead = (grant: string, length: string) => [
  'POST /v1/ops HTTP/1.1',
  'Host: localhost',
  `Authorization: Bearer ${grant}`,
  'Content-Type: application/json',
  length,
  '',
];

describe('A9: a request that does not arrive', () => {
  const quick = { headersTimeoutMs: 100, requestTimeoutMs: 200, timeoutCheckMs: 20 };

  it('A9: a body that never ends is 408, and nothing reaches a cell', async () => {
    await open(quick);
    const grant = await grantOf(world, 'user-1');
    const { text, closed } = dial(...opsHead(grant, 'Content-Length: 60'), '{"ops":[');
    await closed;
    expect(text()).toMatch(/^HTTP\/1.1 408 /);
    expect(text()).toContain('Content-Type: application/problem+json');
    expect(problemIn(text())).toMatchObject({ code: 'request-timeout', retryable: true });
    expect(opsSubmitted(world)).toBe(0);
  });

  it('A9: a chunked body that trickles for ever is 408 all the same', async () => {
    await open(quick);
    const grant = await grantOf(world, 'user-1');
    const { socket, text, closed } = dial(...opsHead(grant, 'Transfer-Encoding: chunked'), '');
    const trickle = setInterval(() => socket.write('1\r\n \r\n'), 10);
    await closed.finally(() => clearInterval(trickle));
    expect(text()).toMatch(/^HTTP\/1.1 408 /);
    expect(opsSubmitted(world)).toBe(0);
  });

  it('A9: headers that trickle are 408', async () => {
    await open(quick);
    const { text, closed } = dial('GET /healthz HTTP/1.1', 'Host: localhost', 'X-Slow: ');
    await closed;
    expect(problemIn(text())).toMatchObject({ status: 408, code: 'request-timeout' });
  });

  it('A9: thousands that trickle hold up nobody else, and are all closed', async () => {
    await open(quick);
    const SLOW = 2_000;
    const slow = Array.from({ length: SLOW }, () => dial('GET /healthz HTTP/1.1', 'X-Slow: '));
    const reply = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(reply.status).toBe(200);
    await Promise.all(slow.map(({ closed }) => closed));
    expect(slow.every(({ text }) => text().startsWith('HTTP/1.1 408 '))).toBe(true);
  }, 30_000);

  it('A5: a body that breaks off is nothing', async () => {
    await open();
    const grant = await grantOf(world, 'user-1');
    const body = '{"ops":[{"n":1,"kind":"like","video":"a"}]}';
    const { socket, closed } = dial(...opsHead(grant, `Content-Length: ${body.length + 1}`), body);
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    await closed;
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    expect(opsSubmitted(world)).toBe(0);
  });
});

describe('A12: connections', () => {
  it('A12: one more than there may be is closed at once', async () => {
    await open({ connectionsMax: 2 });
    const request = ['GET /healthz HTTP/1.1', 'Host: localhost', '', ''];
    const held = [dial(...request), dial(...request)];
    await vi.waitFor(() => expect(held.every(({ text }) => text().includes('200 OK'))).toBe(true));
    const refused = dial(...request);
    await refused.closed;
    expect(refused.text()).toBe('');
  });

  it('A12: on which nothing moves is closed', async () => {
    await open({ connectionIdleMs: 50 });
    const { closed, text } = dial();
    await closed;
    expect(text()).toBe('');
  });
});

describe('A10: what is no HTTP request', () => {
  it.each([
    'nonsense\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    '\u0016\u0003\u0001',
    'GET /\r\nx\r\n\r\n',
  ])('A10: %j is 400 as a problem document', async (bytes) => {
    await open();
    const { text, closed } = dial(bytes);
    await closed;
    expect(text()).toMatch(
      /^HTTP\/1.1 400 Bad Request\r\nContent-Type: application\/problem\+json/,
    );
    expect(problemIn(text())).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('A10: of HTTP/1.1 without Host is 400 as a problem document', async () => {
    await open();
    const { text, closed } = dial('GET /healthz HTTP/1.1', CLOSE, '', '');
    await closed;
    expect(text()).toMatch(/^HTTP\/1.1 400 /);
    expect(problemIn(text())).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('A10: of HTTP/1.0 needs no Host, and an expectation that nobody knows is none', async () => {
    await open();
    for (const lines of [
      ['GET /healthz HTTP/1.0'],
      ['GET /healthz HTTP/1.1', 'Host: a', 'Expect: wonders', CLOSE],
    ]) {
      const { text, closed } = dial(...lines, '', '');
      await closed;
      expect(text()).toMatch(/^HTTP\/1.1 200 /);
    }
  });

  it('A10: with headers beyond 16 KiB is 431', async () => {
    await open();
    const { text, closed } = dial('GET / HTTP/1.1', `X-Long: ${'x'.repeat(17_000)}`, '', '');
    await closed;
    expect(problemIn(text())).toMatchObject({ status: 431, code: 'headers-too-large' });
  });

  it('A7: a chunked body beyond the limit is 413, though its length was not told', async () => {
    await open();
    const grant = await grantOf(world, 'user-1');
    const { text, closed } = dial(
      ...opsHead(grant, 'Connection: close\r\nTransfer-Encoding: chunked'),
      '10001',
      'x'.repeat(0x10001),
      '0',
      '',
      '',
    );
    await closed;
    expect(text()).toMatch(/^HTTP\/1.1 413 /);
    expect(problemIn(text())).toMatchObject({ code: 'body-too-large' });
    expect(opsSubmitted(world)).toBe(0);
  });
});

describe('A8: a body that is no JSON text', () => {
  const put = (text: Buffer, headers: Record<string, string> = {}) =>
    ask(world, 'PUT', '/v1/videos/b', { headers: { ...bearer(SERVICE_KEY), ...headers }, text });
  const [before, after] = '{"durationMs":1,"creator":"c","title":"~"}'.split('~') as [
    string,
    string,
  ];

  it('A8: because its bytes are no UTF-8 is 400, and no other words are taken for it', async () => {
    await open();
    const text = Buffer.concat([Buffer.from(before), Buffer.of(0xff), Buffer.from(after)]);
    expect((await put(text)).json()).toMatchObject({ status: 400, code: 'malformed-json' });
    expect(world.catalog.has('b' as VideoId)).toBe(false);
  });

  it('A8: because it is compressed is 415, and says what is taken', async () => {
    await open();
    const packed = gzipSync(`${before}${after}`);
    const refused = await put(packed, { 'content-encoding': 'gzip' });
    expect(refused.json()).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    expect(refused.headers['accept-encoding']).toBe('identity');
    const plain = Buffer.from(`${before}${after}`);
    expect((await put(plain, { 'content-encoding': 'identity' })).statusCode).toBe(201);
  });
});

describe('A11: paths and methods', () => {
  it.each([
    ['GET', '/nothing', 404, 'not-found'],
    ['POST', '/v1/nothing', 404, 'not-found'],
    ['GET', '/v1/counts/', 404, 'not-found'],
    ['GET', '/assets/nothing.js', 404, 'not-found'],
    ['GET', '/v1/ops', 405, 'method-not-allowed'],
    ['DELETE', '/v1/counts', 405, 'method-not-allowed'],
    ['PATCH', '/v1/counts', 405, 'method-not-allowed'],
    ['TRACE', '/v1/counts', 405, 'method-not-allowed'],
    ['HEAD', '/v1/counts/stream?video=a', 405, undefined],
    ['GET', '/v1/videos/%zz', 400, 'invalid-request'],
  ] as const)('A11: %s %s is %i %s', async (method, url, status, code) => {
    await open();
    const reply = await ask(world, method, url, { headers: { 'content-type': 'text/plain' } });
    expect(reply.statusCode).toBe(status);
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    if (code !== undefined) expect(reply.json()).toMatchObject({ code });
    expect(reply.headers.allow !== undefined).toBe(status === 405);
  });

  it.each(['QUERY', 'PROPFIND'])('A11: %s, which no path takes, is 404', async (method) => {
    await open();
    const { text, closed } = dial(`${method} /v1/counts HTTP/1.1`, 'Host: a', CLOSE, '', '');
    await closed;
    expect(problemIn(text())).toMatchObject({ status: 404, code: 'not-found' });
    expect(world.log).toEqual([]);
  });

  it('A11: OPTIONS tells the methods of a path', async () => {
    await open();
    const reply = await ask(world, 'OPTIONS', '/v1/videos/a/like');
    expect(reply.statusCode).toBe(204);
    expect(reply.headers.allow).toBe('PUT, DELETE, OPTIONS');
  });
});

describe('A2: an error that nobody foresaw', () => {
  it('A6: is a 500 that tells nothing of what happened, and is in the log', async () => {
    await open();
    world.cells.us.answer('books', () => {
      throw new Error('secret of the cell');
    });
    const reply = await ask(world, 'GET', '/v1/cells/us/books');
    expect(reply.statusCode).toBe(500);
    expect(reply.json()).toMatchObject({ code: 'internal', retryable: true });
    expect(reply.body).not.toMatch(/secret|\.ts|at /);
    expect(world.log.join()).toContain('secret of the cell');
  });

  it('A6: no refusal repeats what was sent', async () => {
    await open();
    const marker = 'marker-of-a-person';
    const headers = bearer(marker);
    const replies = await Promise.all([
      ask(world, 'POST', '/v1/sessions', { headers, body: { subject: marker } }),
      ask(world, 'POST', '/v1/sessions', { body: { jurisdiction: marker } }),
      ask(world, 'POST', '/v1/ops', { headers, body: { ops: marker } }),
      ask(world, 'POST', '/v1/sign-in', { body: { handle: marker, password: marker } }),
      ask(world, 'PUT', `/v1/videos/${marker}!`, { headers: bearer(SERVICE_KEY), body: {} }),
      ask(world, 'DELETE', `/v1/subjects/${marker}!`, { headers: bearer(SERVICE_KEY) }),
      ask(world, 'GET', `/${marker}`),
      ask(world, 'GET', `/v1/counts?video=${marker}!`),
    ]);
    for (const reply of replies) {
      expect(reply.statusCode).toBeGreaterThanOrEqual(400);
      expect(reply.body).not.toContain(marker);
      expect(reply.json()).toMatchObject({
        type: expect.stringMatching(/^urn:holdfast:problem:/) as unknown,
        title: expect.any(String) as unknown,
        detail: expect.any(String) as unknown,
        code: expect.any(String) as unknown,
        retryable: expect.any(Boolean) as unknown,
        status: reply.statusCode,
      });
    }
    expect(world.log.join()).not.toContain(marker);
  });
});

describe('A13: closing', () => {
  it('A13: answers what has begun and takes no new connection', async () => {
    await open();
    const grant = await grantOf(world, 'user-1');
    const release = world.cells.us.holdSubmits();
    const begun = fetch(`http://127.0.0.1:${port}/v1/ops`, {
      method: 'POST',
      headers: { ...bearer(grant), 'content-type': 'application/json' },
      body: JSON.stringify({ ops: [{ n: 1, kind: 'like', video: 'a' }] }),
    });
    await vi.waitFor(() => expect(opsSubmitted(world)).toBe(1));
    const closed = world.app.close();
    await vi.waitFor(() => expect(world.app.server.listening).toBe(false));
    const late = dial('GET /healthz HTTP/1.1', 'Host: localhost', '', '');
    await late.closed;
    expect(late.text()).toBe('');
    release();
    expect((await begun).status).toBe(200);
    await closed;
  });
});

describe('A68: the page and the clips', () => {
  const file = (type: string, text: string) => ({
    type,
    body: Buffer.from(text),
    etag: `"${text}"`,
  });

  async function openPages(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'clips-'));
    writeFileSync(join(folder, 'one.mp4'), '0123456789');
    world = await openWorld({
      page: new Map([
        ['/', file('text/html; charset=utf-8', 'home')],
        ['/assets/main.js', file('text/javascript; charset=utf-8', 'script')],
      ]),
      clipsFolder: folder,
    });
    return folder;
  }

  it('A68: are served with types, tags and a strict policy', async () => {
    const folder = await openPages();
    const home = await ask(world, 'GET', '/');
    expect(home.body).toBe('home');
    expect(home.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      etag: '"home"',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    const policy = String(home.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    const same = await ask(world, 'GET', '/', { headers: { 'if-none-match': '"home"' } });
    expect(same.statusCode).toBe(304);
    expect((await ask(world, 'GET', '/assets/main.js?v=1')).body).toBe('script');
    expect((await ask(world, 'HEAD', '/')).statusCode).toBe(200);
    rmSync(folder, { recursive: true });
  });

  it('A68: clips can be read from any point', async () => {
    const folder = await openPages();
    const part = await ask(world, 'GET', '/media/clips/one.mp4', {
      headers: { range: 'bytes=2-4' },
    });
    expect(part.statusCode).toBe(206);
    expect(part.body).toBe('234');
    expect(part.headers).toMatchObject({
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
      'content-range': 'bytes 2-4/10',
      'cache-control': 'public, max-age=86400',
      etag: expect.any(String) as unknown,
    });
    rmSync(folder, { recursive: true });
  });

  it.each([
    '/media/clips/',
    '/media/clips/two.mp4',
    '/media/clips/../http-server.test.ts',
    '/media/clips/%2e%2e/x',
  ])('A68: %s is not found', async (url) => {
    const folder = await openPages();
    const reply = await ask(world, 'GET', url);
    expect(reply.json()).toMatchObject({ status: 404, code: 'not-found' });
    rmSync(folder, { recursive: true });
  });
});
