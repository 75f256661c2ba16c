// Connections on which too little comes: they change nothing, harm nobody, and are let go.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, bodyOf } from './harness/api.ts';
import type { Api, OpsBody } from './harness/api.ts';
import { openInstallation } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';
import { openRaw } from './harness/raw-connection.ts';
import type { RawConnection } from './harness/raw-connection.ts';

const TEST_MS_MAX = 120_000;
const SLOW_CONNECTIONS = 3_000;

const place = openInstallation();
let server: RunningServer;
let api: Api;
let grant: string;

beforeAll(async () => {
  server = await place.start();
  api = apiOf(server.url);
  await api.video('untouched');
  grant = await api.grant('eu', 'slow');
});
afterAll(place.close);

const BODY = JSON.stringify({ ops: [{ n: 1, kind: 'like', video: 'untouched' }] });

function head(length: number | 'chunked'): string {
  const lengthHeader =
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
  return (
    `POST /v1/ops HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${grant}\r\n` +
    `Content-Type: application/json\r\n${lengthHeader}\r\n\r\n`
  );
}

/** Nothing that these tests send incomplete may reach the cell; only `us` has other users. */
async function expectUntouched(): Promise<void> {
  expect((await api.settled('untouched')).likes.value).toBe(0);
  expect((await api.books('eu')).ops).toBe(0);
}

// At once, because the server waits half a minute before it gives a connection up.
describe.concurrent('a slow connection', () => {
  it('that ends in the middle of a body changes nothing', async () => {
    const connection = await openRaw(server.port);
    connection.write(head(BODY.length + 1));
    connection.write(BODY);
    await sleep(100);
    connection.destroy();
    await sleep(100);
    await expectUntouched();
  });

  it('whose body is too large gets its answer while it still sends', async () => {
    const connection = await openRaw(server.port);
    const piece = ' '.repeat(16 * 1024);
    connection.write(head(40 * piece.length));
    for (let sent = 0; sent < 20; sent += 1) {
      connection.write(piece);
      await sleep(20);
    }
    expect(connection.received()).toMatch(/^HTTP\/1\.1 413 /);
    // The connection is not cut off, which would take the answer with it.
    for (let sent = 20; sent < 40; sent += 1) connection.write(piece);
    connection.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await connection.closed).toMatch(/HTTP\/1\.1 200 /);
    await expectUntouched();
  });

  it('whose body is longer than it may be is refused before its end', async () => {
    const connection = await openRaw(server.port);
    connection.write(head('chunked'));
    for (let sent = 0; sent < 80; sent += 1) connection.write(`400\r\n${' '.repeat(0x400)}\r\n`);
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 413 /);
    await expectUntouched();
  });

  it(
    'whose body never ends is let go, and changes nothing',
    async () => {
      const connection = await openRaw(server.port);
      connection.write(head(60_000));
      connection.write(BODY);
      const timer = setInterval(() => connection.write(' '), 250);
      const ended = await connection.closed;
      clearInterval(timer);
      expect(ended).toMatch(/^HTTP\/1\.1 408 /);
      expect(ended).toContain('request-timeout');
      await expectUntouched();
    },
    TEST_MS_MAX,
  );

  it(
    'is no harm to others, also when there are 3,000',
    async () => {
      const slow: RawConnection[] = [];
      const kinds = ['GET /v1/cou', 'POST /v1/ops HTTP/1.1\r\nHost: x\r\nX-Slow', head(100), ''];
      for (let opened = 0; opened < SLOW_CONNECTIONS; opened += 250) {
        const batch = Array.from({ length: 250 }, () => openRaw(server.port));
        slow.push(...(await Promise.all(batch)));
      }
      for (const [index, connection] of slow.entries()) {
        const text = kinds[index % kinds.length] ?? '';
        if (text !== '') connection.write(text);
      }
      await api.video('healthy');
      const healthy = await api.grant('us', 'healthy');
      for (let n = 1; n <= 50; n += 1) {
        const kind = n % 2 === 1 ? 'like' : 'unlike';
        const answer = await api.ops(healthy, [{ n, kind, video: 'healthy' }]);
        expect(bodyOf<OpsBody>(answer).results).toEqual([{ n, outcome: 'counted' }]);
      }
      expect((await api.settled('healthy')).likes.value).toBe(0);
      const stuck = slow.filter((_, index) => index % kinds.length < 3);
      for (const text of await Promise.all(stuck.map(({ closed }) => closed))) {
        expect(text).toMatch(/^HTTP\/1\.1 408 /);
      }
      for (const { destroy } of slow) destroy();
      expect((await api.send('GET', '/readyz')).status).toBe(200);
      await expectUntouched();
    },
    TEST_MS_MAX,
  );
});
