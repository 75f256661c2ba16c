// Running it: health, metrics, the command line, stopping and starting again.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiOf, bodyOf, WATCHED_MS } from './harness/api.ts';
import type { Api } from './harness/api.ts';
import { contractOf } from './harness/contract-check.ts';
import { openStream } from './harness/event-stream.ts';
import { openInstallation } from './harness/installation.ts';
import type { Installation } from './harness/installation.ts';
import { aBoolean, aNumber, aText, textLike } from './harness/matchers.ts';

let place: Installation;

const PROBLEM = {
  type: aText,
  title: aText,
  status: aNumber,
  detail: aText,
  code: aText,
  retryable: aBoolean,
};

describe('a running server', () => {
  beforeEach(() => {
    place = openInstallation();
  });
  afterEach(() => place.close());

  it('answers every path as HTTP and its own document say', async () => {
    const { url } = await place.start();
    const api = apiOf(url, await contractOf(url));
    await api.video('v1');
    await api.settled('v1');
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/v1/cells', '/']) {
      expect((await api.send('GET', path)).status, path).toBe(200);
    }
    const metrics = await api.send('GET', '/metrics');
    expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=/);
    expect(metrics.text).toMatch(/^# HELP /m);
    const document = await api.send('GET', '/openapi.json');
    expect(document.body).toMatchObject({ openapi: textLike(/^3\.1\./) });

    const get = await api.send('GET', '/v1/counts?video=v1');
    const head = await api.send('HEAD', '/v1/counts?video=v1');
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
    const options = await api.send('OPTIONS', '/v1/ops');
    expect([options.status, options.headers['allow']]).toEqual([204, 'POST, OPTIONS']);

    const unknown = await api.send('GET', '/v1/nothing');
    expect(unknown.status).toBe(404);
    const method = await api.send('DELETE', '/v1/ops');
    expect([method.status, method.headers['allow']]).toEqual([405, 'POST, OPTIONS']);
    for (const { body, status, headers } of [unknown, method]) {
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(body).toEqual({ ...PROBLEM, status });
    }
  });

  it('finishes what was begun and exits 0 when it is asked to stop', async () => {
    const server = await place.start();
    const api = apiOf(server.url);
    await api.video('kept');
    const grant = await api.grant('us', 'last-one');
    const sends = Array.from({ length: 50 }, (_, index) =>
      api.ops(grant, [{ n: index + 1, kind: 'view', video: 'kept', watchedMs: 0 }]),
    );
    const stream = await openStream(server.url, '/v1/counts/stream?video=kept');
    await Promise.race(sends);
    const [ended, ...answers] = await Promise.all([server.stop(), ...sends]);
    await stream.ended;
    expect(ended).toEqual({ code: 0, signal: null });
    // What was refused says so; what was not is durable, which the next start shows.
    const taken = answers.filter(({ status }) => status === 200).length;
    expect(taken).toBeGreaterThan(0);
    for (const { status } of answers) expect([200, 503]).toContain(status);
    const again = apiOf((await place.start()).url);
    const { ops, classes } = await again.books('us');
    expect([ops, classes['unqualified']]).toEqual([taken, taken]);
  });

  it('refuses a second start on the same data, with an error that says why', async () => {
    const first = await place.start();
    const second = await place.holdfast('start', '--port', '0', '--no-demo');
    expect(second.code).toBe(3);
    expect(second.err).toContain(String(first.pid));
    expect((await apiOf(first.url).send('GET', '/readyz')).status).toBe(200);
    const check = await place.holdfast('fsck');
    expect(check.code).toBe(3);
  });

  it('keeps everything over a restart', async () => {
    const first = await place.start();
    const before = apiOf(first.url);
    await before.video('lasting', { title: 'Lasting' });
    const grant = await before.grant('eu', 'loyal');
    const ops = [
      { n: 1, kind: 'like', video: 'lasting' },
      { n: 2, kind: 'view', video: 'lasting', watchedMs: WATCHED_MS },
    ];
    await before.outcomes(grant, ops);
    const credentials = { handle: 'loyal', password: 'four unlikely words', jurisdiction: 'eu' };
    const signedUp = await before.send('POST', '/v1/accounts', { body: credentials });
    const cookie = signedUp.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    const fields = { jurisdiction: 'eu', metric: 'views', delta: 4, reason: 'import', note: 'old' };
    await before.operator('POST', '/v1/videos/lasting/corrections', fields);
    const books = await before.books('eu');
    await first.stop();

    const second = await place.start();
    const after = apiOf(second.url);
    expect(await after.books('eu')).toMatchObject({ ops: books.ops, classes: books.classes });
    const { likes, views } = await after.settled('lasting');
    expect([likes.value, views.value]).toEqual([1, 5]);
    expect(await after.outcomes(grant, ops)).toEqual(['duplicate', 'duplicate']);
    expect((await after.video('lasting')).status).toBe(200);
    expect((await after.send('GET', '/v1/me', { headers: { cookie } })).body).toMatchObject({
      handle: 'loyal',
    });
    const read = await after.send('GET', '/v1/me/likes?video=lasting', { bearer: grant });
    expect(read.body).toEqual({ likes: { lasting: true } });
    const listed = await after.send('GET', '/v1/videos/lasting/corrections');
    expect(bodyOf<{ items: unknown[] }>(listed).items).toHaveLength(1);
  });

  it('is known by its command line: version, help and a folder that is not there', async () => {
    const version = await place.holdfast('version');
    expect([version.code, version.out]).toMatchObject([0, textLike(/\d+\.\d+\.\d+/)]);
    const help = await place.holdfast('--help');
    expect(help.code).toBe(0);
    for (const command of ['start', 'keys', 'fsck', 'export', 'version']) {
      expect(help.out).toContain(command);
    }
    expect((await place.holdfast('fsck', '--data', join(place.scratchDir, 'none'))).code).toBe(2);
    expect((await place.holdfast('start', '--port', 'seven')).code).toBe(2);
  });

  it('leaves data that a check finds nothing wrong with, for its owner alone', async () => {
    const server = await place.start();
    const api = apiOf(server.url);
    await api.video('checked');
    const like = { n: 1, kind: 'like', video: 'checked' };
    await api.outcomes(await api.grant('us', 'checker'), [like]);
    await server.stop();
    const check = await place.holdfast('fsck', '--data', place.dataDir);
    expect(check.out).toContain('0 differences');
    expect(check.code).toBe(0);
    expect(statSync(place.dataDir).mode & 0o077).toBe(0);
  });
});

describe('keys of the command line', () => {
  let api: Api;
  beforeAll(async () => {
    place = openInstallation();
    api = apiOf((await place.start()).url);
  });
  afterAll(() => place.close());

  it('work at once, and not once they are revoked', async () => {
    const made = await place.holdfast('keys', 'create', '--name', 'my-site', '--json');
    expect(made.code).toBe(0);
    const { id, secret } = JSON.parse(made.out) as { id: string; secret: string };
    const ask = () => {
      const body = { durationMs: 1_000, creator: 'site' };
      return api.send('PUT', '/v1/videos/of-the-site', { body, bearer: secret });
    };
    expect((await ask()).status).toBe(201);
    const listed = await place.holdfast('keys', 'list', '--json');
    expect(listed.out).toContain(id);
    expect(listed.out).not.toContain(secret);
    expect((await place.holdfast('keys', 'revoke', id)).code).toBe(0);
    const refused = await ask();
    expect([refused.status, refused.body]).toMatchObject([401, { code: 'key-revoked' }]);
    expect((await place.holdfast('keys', 'revoke', 'key_of-nobody')).code).toBe(1);
  });

  it('keep tenants apart', async () => {
    const key = async (tenant: string) => {
      const flags = ['--name', tenant, '--tenant', tenant];
      return (await place.holdfast('keys', 'create', ...flags)).out.trim();
    };
    const [left, right] = [await key('left'), await key('right')];
    const register = (bearer: string) => {
      const body = { durationMs: 4_000, creator: 'x' };
      return api.send('PUT', '/v1/videos/contested', { body, bearer });
    };
    expect((await register(left)).status).toBe(201);
    expect((await register(right)).status).toBe(403);
    const like = async (bearer: string) => {
      const session = { jurisdiction: 'us', subject: 'same-name' };
      const opened = await api.send('POST', '/v1/sessions', { body: session, bearer });
      const { grant } = bodyOf<{ grant: string }>(opened, 201);
      return api.outcomes(grant, [{ n: 1, kind: 'like', video: 'contested' }]);
    };
    expect([await like(left), await like(right)]).toEqual([['counted'], ['counted']]);
    expect((await api.settled('contested')).likes.value).toBe(2);
    const erased = await api.send('DELETE', '/v1/subjects/same-name', { bearer: left });
    expect(erased.status).toBe(202);
    expect((await api.settled('contested')).likes.value).toBe(1);
  });
});
