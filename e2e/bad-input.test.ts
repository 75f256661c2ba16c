// Bad input gets a problem document with a stable code and changes nothing.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiOf, SHORT_VIDEO, WATCHED_MS } from './harness/api.ts';
import type { Api } from './harness/api.ts';
import { contractOf } from './harness/contract-check.ts';
import type { Answer } from './harness/http.ts';
import { openInstallation, SERVICE_KEY } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';
import { aBoolean, aNumber, aText } from './harness/matchers.ts';
import { shiftedClock } from './harness/shifted-clock.ts';
import { openRaw } from './harness/raw-connection.ts';

const DAY_MS = 86_400_000;
const place = openInstallation();
let server: RunningServer;
let api: Api;
let grant: string;

beforeAll(async () => {
  server = await place.start();
  api = apiOf(server.url, await contractOf(server.url));
  await api.video('untouched');
  await api.settled('untouched');
});
afterAll(place.close);
beforeEach(async () => {
  grant = await api.grant('us', 'tester');
});

/** Everything that bad input could have moved. */
async function world(): Promise<unknown> {
  const { likes, views } = await api.settled('untouched');
  const [us, eu] = [await api.books('us'), await api.books('eu')];
  const feed = (await api.send('GET', '/v1/feed')).body;
  return { likes: likes.value, views: views.value, us, eu, feed };
}

const PROBLEM = {
  type: aText,
  title: aText,
  detail: aText,
  status: aNumber,
  code: aText,
  retryable: aBoolean,
};

/** Asks, and expects a problem document and a world that is as it was. */
async function expectRefused(
  ask: () => Promise<Answer>,
  status: number,
  code: string,
): Promise<Answer> {
  const before = await world();
  const answer = await ask();
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ ...PROBLEM, status, code });
  // No error shows a stack or a path of the server.
  expect(answer.text).not.toMatch(/node_modules|\.ts:\d|\bat .*:\d+:\d+|\/packages\//);
  expect(await world()).toEqual(before);
  return answer;
}

const like = { n: 1, kind: 'like', video: 'untouched' };
const view = { n: 1, kind: 'view', video: 'untouched', watchedMs: WATCHED_MS };

describe('a body', () => {
  const texts: readonly (readonly [string, string, string])[] = [
    ['that is no JSON', '{"ops":[', 'malformed-json'],
    ['that is empty', '', 'malformed-json'],
    ['with more behind it', '{"ops":[]} x', 'malformed-json'],
    ['that is not UTF-8', '{"ops":"\u{fffd}', 'malformed-json'],
    ['that is a list', '[]', 'invalid-op'],
    ['that is null', 'null', 'invalid-op'],
    ['that is a number', '7', 'invalid-op'],
    ['without ops', '{}', 'invalid-op'],
    ['whose ops are no list', '{"ops":{"n":1}}', 'invalid-op'],
    ['whose ops are none', '{"ops":[]}', 'invalid-op'],
    ['that is nested without end', `${'['.repeat(30_000)}`, 'malformed-json'],
  ];

  it.each(texts)('%s is refused', async (_what, body, code) => {
    const ask = () => api.send('POST', '/v1/ops', { body, bearer: grant });
    await expectRefused(ask, 400, code);
  });

  it('of another type is refused', async () => {
    const body = JSON.stringify({ ops: [like] });
    const ask = (type: string) => () => api.send('POST', '/v1/ops', { body, bearer: grant, type });
    await expectRefused(ask('text/plain'), 415, 'unsupported-media-type');
    await expectRefused(ask('application/xml'), 415, 'unsupported-media-type');
    const form = 'application/x-www-form-urlencoded';
    await expectRefused(ask(form), 415, 'unsupported-media-type');
  });

  it('of 65 KiB is refused', async () => {
    const body = `{"ops":[${JSON.stringify(like)}],"pad":"${'x'.repeat(65 * 1024)}"}`;
    await expectRefused(
      () => api.send('POST', '/v1/ops', { body, bearer: grant }),
      413,
      'body-too-large',
    );
  });

  it('with 257 ops is refused', async () => {
    const ops = Array.from({ length: 257 }, (_, index) => ({ ...like, n: index + 1 }));
    await expectRefused(() => api.ops(grant, ops), 400, 'too-many-ops');
  });

  it('whose fields are called as parts of every object means nothing by them', async () => {
    const body =
      '{"__proto__":{"ops":[{"n":1,"kind":"like","video":"untouched"}]},"constructor":1}';
    await expectRefused(
      () => api.send('POST', '/v1/ops', { body, bearer: grant }),
      400,
      'invalid-op',
    );
  });
});

describe('an op', () => {
  const ops: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['n 0', { ...like, n: 0 }],
    ['n -1', { ...like, n: -1 }],
    ['n 1.5', { ...like, n: 1.5 }],
    ['n 2^53', { ...like, n: 2 ** 53 }],
    ['n in words', { ...like, n: '1' }],
    ['n null', { ...like, n: null }],
    ['no n', { kind: 'like', video: 'untouched' }],
    ['no kind', { n: 1, video: 'untouched' }],
    ['an unknown kind', { ...like, kind: 'love' }],
    ['a kind of every object', { ...like, kind: 'constructor' }],
    ['no video', { n: 1, kind: 'like' }],
    ['a video that is a number', { ...like, video: 7 }],
    ['an empty video', { ...like, video: '' }],
    ['a video of 65 characters', { ...like, video: 'x'.repeat(65) }],
    ['a video with a space', { ...like, video: 'a b' }],
    ['a video with a slash', { ...like, video: '../untouched' }],
    ['a video with a zero byte', { ...like, video: 'untouched\0' }],
    ['a video beyond ASCII', { ...like, video: 'vidéo' }],
    ['a video in wide letters', { ...like, video: 'ｕntouched' }],
    ['no watchedMs', { n: 1, kind: 'view', video: 'untouched' }],
    ['negative watchedMs', { ...view, watchedMs: -1 }],
    ['huge watchedMs', { ...view, watchedMs: 1e300 }],
    ['watchedMs of more than a day', { ...view, watchedMs: 86_400_001 }],
    ['watchedMs in words', { ...view, watchedMs: '2000' }],
    ['half a millisecond', { ...view, watchedMs: 2_000.5 }],
    ['an unknown source', { ...view, source: 'billboard' }],
    ['a source that is a number', { ...view, source: 1 }],
  ];

  it.each(ops)('with %s refuses the whole request', async (_what, op) => {
    const second = { ...like, n: 2 };
    await expectRefused(() => api.ops(grant, [second, op]), 400, 'invalid-op');
  });

  it('that is no object refuses the whole request', async () => {
    for (const op of ['null', '7', '"like"', '[]']) {
      const body = `{"ops":[${JSON.stringify(like)},${op}]}`;
      await expectRefused(
        () => api.send('POST', '/v1/ops', { body, bearer: grant }),
        400,
        'invalid-op',
      );
    }
  });
});

describe('an address', () => {
  it.each(['a%20b', '%00', 'x'.repeat(65), 'vid%C3%A9o', 'a%2Fb', '..%2F..%2Fetc'])(
    'with the video %j is refused',
    async (video) => {
      const before = await world();
      const headers = { 'op-number': '1' };
      const asks = [
        api.send('PUT', `/v1/videos/${video}/like`, { bearer: grant, headers }),
        api.send('GET', `/v1/videos/${video}/counts`),
        api.service('PUT', `/v1/videos/${video}`, SHORT_VIDEO),
      ];
      for (const { status, body } of await Promise.all(asks)) {
        expect([400, 404]).toContain(status);
        expect(body).toMatchObject({ ...PROBLEM, status });
      }
      expect(await world()).toEqual(before);
    },
  );

  it('with a broken percent sign is refused', async () => {
    await expectRefused(() => api.send('GET', '/v1/videos/%zz/counts'), 400, 'invalid-request');
  });

  it('longer than can be is refused', async () => {
    const path = `/v1/counts?video=${'x'.repeat(9_000)}`;
    await expectRefused(() => api.send('GET', path), 414, 'uri-too-long');
  });

  it('with headers larger than can be is refused', async () => {
    const connection = await openRaw(server.port);
    connection.write(`GET /v1/cells HTTP/1.1\r\nHost: x\r\nX-Pad: ${'x'.repeat(20_000)}\r\n\r\n`);
    const text = await connection.closed;
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
    expect(text).toContain('headers-too-large');
  });

  it('that is not HTTP is refused', async () => {
    const connection = await openRaw(server.port);
    connection.write('\u0016\u0003\u0001 this is no HTTP\r\n\r\n');
    const text = await connection.closed;
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('invalid-request');
  });
});

describe('a video', () => {
  it.each([
    ['no duration', { durationMs: undefined }],
    ['a duration of 0', { durationMs: 0 }],
    ['a negative duration', { durationMs: -1 }],
    ['half a millisecond', { durationMs: 0.5 }],
    ['more than a day', { durationMs: 86_400_001 }],
    ['a duration in words', { durationMs: '15000' }],
    ['an odd creator', { creator: 'a b' }],
    ['no creator', { creator: undefined }],
    ['a title that is a number', { title: 7 }],
    ['a title without end', { title: 'x'.repeat(201) }],
  ])('with %s is refused', async (_what, fields) => {
    await expectRefused(() => api.video('refused', fields), 400, 'invalid-request');
    const counts = await api.send('GET', '/v1/videos/refused/counts');
    expect(counts.status).toBe(404);
  });
});

describe('a grant', () => {
  const GRANT_JURISDICTION = 1;
  const GRANT_EPOCH_END = 12;
  const GRANT_EXPIRY = 41;

  function edited(text: string, edit: (bytes: Buffer) => void): string {
    const bytes = Buffer.from(text.slice('hfg_'.length), 'base64url');
    edit(bytes);
    return `hfg_${bytes.toString('base64url')}`;
  }

  const refused = (forged: string) =>
    expectRefused(() => api.ops(forged, [like]), 401, 'grant-invalid');

  it('in which any byte was changed is refused', async () => {
    const before = await world();
    const bytes = Buffer.from(grant.slice('hfg_'.length), 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      for (const bit of [1, 128]) {
        const forged = edited(grant, (copy) => copy.writeUInt8((copy[at] ?? 0) ^ bit, at));
        const { status, body } = await api.ops(forged, [like]);
        expect([at, status, body]).toMatchObject([at, 401, { code: 'grant-invalid' }]);
      }
    }
    expect(await world()).toEqual(before);
  });

  it('made out to another cell is refused', async () => {
    await refused(edited(grant, (bytes) => bytes.write('eu', GRANT_JURISDICTION, 'latin1')));
  });

  it('of another epoch is refused', async () => {
    await refused(edited(grant, (bytes) => bytes.writeUInt8(2, GRANT_EPOCH_END)));
  });

  it('made to last longer is refused', async () => {
    await refused(edited(grant, (bytes) => bytes.writeUIntBE(Date.now() + 1e10, GRANT_EXPIRY, 6)));
  });

  it('of one person with the signature of another is refused', async () => {
    const other = Buffer.from((await api.grant('us', 'other')).slice(4), 'base64url');
    await refused(edited(grant, (bytes) => other.copy(bytes, 0, 0, bytes.length - 64)));
    await refused(
      edited(grant, (bytes) => other.copy(bytes, bytes.length - 64, bytes.length - 64)),
    );
  });

  it('that was cut, stretched or garbled is refused', async () => {
    const garbled = [
      grant.slice(0, -1),
      `${grant}A`,
      `${grant}=`,
      grant.toUpperCase(),
      'hfg_',
      'hfg_ä',
      ' ',
      'hfg_'.padEnd(15_000, 'A'),
    ];
    for (const text of garbled) {
      const headers = { authorization: `Bearer ${Buffer.from(text).toString('latin1')}` };
      const ask = () => api.send('POST', '/v1/ops', { body: { ops: [like] }, headers });
      await expectRefused(ask, 401, 'grant-invalid');
    }
  });

  it('that has expired is refused', async () => {
    const past = openInstallation();
    try {
      const clock = shiftedClock(past);
      clock.set(-8 * DAY_MS);
      const first = await past.start({ env: clock.env });
      await apiOf(first.url).video('untouched');
      const old = await apiOf(first.url).grant('us', 'tester');
      expect(await apiOf(first.url).outcomes(old, [like])).toEqual(['counted']);
      await first.stop();
      clock.set(0);
      const second = apiOf((await past.start({ env: clock.env })).url);
      const { status, body } = await second.ops(old, [{ ...like, n: 2, kind: 'unlike' }]);
      expect([status, body]).toMatchObject([401, { ...PROBLEM, code: 'grant-expired' }]);
      expect((await second.books('us')).ops).toBe(1);
      expect((await second.settled('untouched')).likes.value).toBe(1);
    } finally {
      await past.close();
    }
  });

  it('of a server with other keys is refused', async () => {
    const elsewhere = openInstallation();
    try {
      const other = await elsewhere.start();
      await refused(await apiOf(other.url).grant('us', 'tester'));
    } finally {
      await elsewhere.close();
    }
  });
});

describe('a key', () => {
  it('that was revoked is refused', async () => {
    const made = await place.holdfast('keys', 'create', '--name', 'lost', '--json');
    const { id, secret: bearer } = JSON.parse(made.out) as { id: string; secret: string };
    const body = { jurisdiction: 'us', subject: 'anybody' };
    expect((await api.send('POST', '/v1/sessions', { body, bearer })).status).toBe(201);
    await place.holdfast('keys', 'revoke', id);
    await expectRefused(
      () => api.send('POST', '/v1/sessions', { body, bearer }),
      401,
      'key-revoked',
    );
    await expectRefused(
      () => api.send('PUT', '/v1/videos/theirs', { body: SHORT_VIDEO, bearer }),
      401,
      'key-revoked',
    );
  });

  it('that is nearly right is refused', async () => {
    for (const bearer of [SERVICE_KEY.slice(0, -1), `${SERVICE_KEY}x`, SERVICE_KEY.toUpperCase()]) {
      await expectRefused(
        () => api.send('PUT', '/v1/videos/theirs', { body: SHORT_VIDEO, bearer }),
        401,
        'key-invalid',
      );
    }
  });

  it('of the wrong kind is refused', async () => {
    await expectRefused(
      () => api.operator('PUT', '/v1/videos/theirs', SHORT_VIDEO),
      403,
      'forbidden',
    );
  });
});

describe('a subject', () => {
  it.each(['', ' ', 'a b', '../x', 'x'.repeat(65), 'é', 7, null, {}])(
    'of %j is refused',
    async (subject) => {
      const body = { jurisdiction: 'us', subject };
      const answer = await api.service('POST', '/v1/sessions', body);
      expect([answer.status, answer.body]).toMatchObject([400, PROBLEM]);
    },
  );
});
