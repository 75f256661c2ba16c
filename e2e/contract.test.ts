// Sessions and ops, as the API's document describes them, sent to a real server.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, bodyOf, SHORT_VIDEO, WATCHED_MS } from './harness/api.ts';
import type { Api, OpsBody, SessionBody } from './harness/api.ts';
import { contractOf } from './harness/contract-check.ts';
import { openInstallation, SERVICE_KEY } from './harness/installation.ts';
import { aNumber, aTime, textLike } from './harness/matchers.ts';

const place = openInstallation();
let api: Api;

beforeAll(async () => {
  const { url } = await place.start();
  api = apiOf(url, await contractOf(url));
  await api.video('v1', { durationMs: 15_000, creator: 'user-9', title: 'A title' });
});
afterAll(place.close);

const DAY_MS = 86_400_000;

describe('a session', () => {
  it("is for the integrator's own user when a service key names one", async () => {
    const answer = await api.service('POST', '/v1/sessions', {
      jurisdiction: 'us',
      subject: 'user-1',
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      session: textLike(/^[A-Za-z0-9_-]{1,64}$/),
      jurisdiction: 'us',
      grant: textLike(/^hfg_[A-Za-z0-9_-]+$/),
      startedAt: aTime,
      expiresAt: aTime,
    });
  });

  it('is good for seven days', async () => {
    const { startedAt, expiresAt } = await api.session('us', 'user-1');
    expect(Date.parse(expiresAt) - Date.parse(startedAt)).toBe(7 * DAY_MS);
  });

  it('is another one each time, also for the same user', async () => {
    const first = await api.session('us', 'user-1');
    const second = await api.session('us', 'user-1');
    expect(second.session).not.toBe(first.session);
    expect(second.grant).not.toBe(first.grant);
  });

  it('may view and not like when nobody is named', async () => {
    await api.video('anonymous');
    const grant = await api.grant('eu');
    const answer = await api.ops(grant, [
      { n: 1, kind: 'view', video: 'anonymous', watchedMs: WATCHED_MS },
      { n: 2, kind: 'like', video: 'anonymous' },
      { n: 3, kind: 'unlike', video: 'anonymous' },
    ]);
    expect(bodyOf<OpsBody>(answer).results).toEqual([
      { n: 1, outcome: 'counted' },
      { n: 2, outcome: 'invalid', code: 'sign-in-required' },
      { n: 3, outcome: 'invalid', code: 'sign-in-required' },
    ]);
    const count = await api.settled('anonymous');
    expect([count.likes.value, count.views.value]).toEqual([0, 1]);
  });

  it('is in the cell of the resolver when no jurisdiction is named', async () => {
    const answer = await api.send('POST', '/v1/sessions', { body: {} });
    expect(bodyOf<SessionBody>(answer, 201).jurisdiction).toBe('us');
  });

  it('needs no body', async () => {
    expect((await api.send('POST', '/v1/sessions')).status).toBe(201);
  });

  it.each([
    ['a jurisdiction without a cell', { jurisdiction: 'mars' }, 400, 'unknown-jurisdiction'],
    ['a jurisdiction that is no text', { jurisdiction: 7 }, 400, undefined],
    ['a subject without a service key', { subject: 'user-1' }, 401, 'key-missing'],
  ])('is refused for %s', async (_what, body, status, code) => {
    const answer = await api.send('POST', '/v1/sessions', { body });
    expect(answer.status).toBe(status);
    if (code !== undefined) expect(answer.body).toMatchObject({ code });
  });

  it('is refused for a key that nobody made', async () => {
    const bearer = 'hfk_nobody-made-this-key';
    const body = { jurisdiction: 'us', subject: 'user-1' };
    const answer = await api.send('POST', '/v1/sessions', { body, bearer });
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: 'key-invalid', retryable: false });
  });
});

describe('ops', () => {
  it('are answered as in the document, and count', async () => {
    const grant = await api.grant('us', 'example');
    const answer = await api.ops(grant, [
      { n: 1, kind: 'view', video: 'v1', watchedMs: 4_200, source: 'feed' },
      { n: 2, kind: 'like', video: 'v1' },
      { n: 3, kind: 'unlike', video: 'v1' },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(answer.body).toEqual({
      cell: 'us',
      epoch: 1,
      seq: aNumber,
      results: [
        { n: 1, outcome: 'counted' },
        { n: 2, outcome: 'counted' },
        { n: 3, outcome: 'counted' },
      ],
    });
    const { likes, views } = await api.settled('v1');
    expect([likes.value, views.value]).toEqual([0, 1]);
  });

  it('end as duplicate when their number was used, whatever they hold', async () => {
    await api.video('again');
    const grant = await api.grant('us', 'repeater');
    await api.outcomes(grant, [{ n: 1, kind: 'like', video: 'again' }]);
    expect(
      await api.outcomes(grant, [
        { n: 1, kind: 'like', video: 'again' },
        { n: 1, kind: 'unlike', video: 'again' },
        { n: 1, kind: 'view', video: 'nobody-knows-it', watchedMs: WATCHED_MS },
      ]),
    ).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect((await api.settled('again')).likes.value).toBe(1);
  });

  it('count once when the same request is sent many times at once', async () => {
    await api.video('at-once');
    const grant = await api.grant('eu', 'impatient');
    const ops = [
      { n: 1, kind: 'like', video: 'at-once' },
      { n: 2, kind: 'view', video: 'at-once', watchedMs: WATCHED_MS },
    ];
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.outcomes(grant, ops)));
    const counted = answers.flat().filter((outcome) => outcome === 'counted');
    expect(counted).toHaveLength(2);
    const { likes, views } = await api.settled('at-once');
    expect([likes.value, views.value]).toEqual([1, 1]);
  });

  it('are unchanged when the person likes already, or does not', async () => {
    await api.video('twice');
    const grant = await api.grant('us', 'decided');
    expect(
      await api.outcomes(grant, [
        { n: 1, kind: 'unlike', video: 'twice' },
        { n: 2, kind: 'like', video: 'twice' },
        { n: 3, kind: 'like', video: 'twice' },
      ]),
    ).toEqual(['unchanged', 'counted', 'unchanged']);
    const otherDevice = await api.grant('us', 'decided');
    expect(await api.outcomes(otherDevice, [{ n: 1, kind: 'like', video: 'twice' }])).toEqual([
      'unchanged',
    ]);
  });

  it('end as unqualified, capped and own by the rule for views', async () => {
    await api.video('ruled', { creator: 'maker' });
    const watched = (n: number, watchedMs: number) => ({
      n,
      kind: 'view',
      video: 'ruled',
      watchedMs,
    });
    const viewer = await api.grant('us', 'viewer');
    expect(
      await api.outcomes(viewer, [watched(1, WATCHED_MS - 1), watched(2, WATCHED_MS)]),
    ).toEqual(['unqualified', 'counted']);
    const own = await api.grant('us', 'maker');
    expect(await api.outcomes(own, [watched(1, WATCHED_MS)])).toEqual(['own']);
    const fan = await api.grant('us', 'fan');
    const views = Array.from({ length: 11 }, (_, index) => watched(index + 1, WATCHED_MS));
    const outcomes = await api.outcomes(fan, views);
    expect(outcomes.filter((outcome) => outcome === 'counted')).toHaveLength(10);
    expect(outcomes.at(-1)).toBe('capped');
    expect((await api.settled('ruled')).views.value).toBe(11);
  });

  it('are held when more watch time is claimed than has passed', async () => {
    await api.video('long', { durationMs: 600_000 });
    const grant = await api.grant('us', 'time-traveller');
    const outcomes = await api.outcomes(grant, [
      { n: 1, kind: 'view', video: 'long', watchedMs: 20_000 },
      { n: 2, kind: 'view', video: 'long', watchedMs: 500_000 },
    ]);
    expect(outcomes).toEqual(['counted', 'held']);
    expect((await api.settled('long')).views.value).toBe(1);
  });

  it('on an unknown video end as invalid and use up their number', async () => {
    const grant = await api.grant('us', 'early');
    const like = { n: 1, kind: 'like', video: 'not-there-yet' };
    const { results } = bodyOf<OpsBody>(await api.ops(grant, [like]));
    expect(results).toEqual([{ n: 1, outcome: 'invalid', code: 'unknown-video' }]);
    await api.video('not-there-yet');
    expect(await api.outcomes(grant, [like])).toEqual(['duplicate']);
    expect(await api.outcomes(grant, [{ ...like, n: 2 }])).toEqual(['counted']);
  });

  it('are taken in any order within 64 of the highest number', async () => {
    await api.video('out-of-order');
    const grant = await api.grant('us', 'radio');
    const view = (n: number) => ({ n, kind: 'view', video: 'out-of-order', watchedMs: 0 });
    expect(await api.outcomes(grant, [view(64)])).toEqual(['unqualified']);
    expect(await api.outcomes(grant, [view(3), view(1), view(64), view(2)])).toEqual([
      'unqualified',
      'unqualified',
      'duplicate',
      'unqualified',
    ]);
    expect(await api.outcomes(grant, [view(3)])).toEqual(['duplicate']);
  });

  it('are refused whole when a number is more than 64 above the highest seen', async () => {
    await api.video('window');
    const grant = await api.grant('us', 'hasty');
    const like = { n: 1, kind: 'like', video: 'window' };
    const before = await api.books('us');
    const refused = await api.ops(grant, [like, { n: 66, kind: 'unlike', video: 'window' }]);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'op-window', retryable: false, n: 66 });
    expect((await api.books('us')).ops).toBe(before.ops);
    expect(await api.outcomes(grant, [like, { n: 65, kind: 'like', video: 'window' }])).toEqual([
      'counted',
      'unchanged',
    ]);
  });

  it('come 256 at a time, and not 257', async () => {
    await api.video('many');
    const grant = await api.grant('eu', 'busy');
    const ops = Array.from({ length: 257 }, (_, index) => ({
      n: index + 1,
      kind: index % 2 === 0 ? 'like' : 'unlike',
      video: 'many',
    }));
    const before = await api.books('eu');
    const refused = await api.ops(grant, ops);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ code: 'too-many-ops' });
    expect(await api.books('eu')).toEqual(before);
    const outcomes = await api.outcomes(grant, ops.slice(0, 256));
    expect(outcomes).toEqual(Array.from({ length: 256 }, () => 'counted'));
    expect((await api.settled('many')).likes.value).toBe(0);
  });

  it('come in a body of 64 KiB, and not in one a byte larger', async () => {
    await api.video('wide');
    const grant = await api.grant('eu', 'verbose');
    const body = (bytes: number) => {
      const text = '{"ops":[{"n":1,"kind":"like","video":"wide"}],"pad":""}';
      return text.replace('"pad":""', `"pad":"${'x'.repeat(bytes - text.length)}"`);
    };
    const ask = (bytes: number) =>
      api.send('POST', '/v1/ops', { body: body(bytes), bearer: grant });
    const refused = await ask(64 * 1024 + 1);
    expect(refused.status).toBe(413);
    expect(refused.body).toMatchObject({ code: 'body-too-large' });
    expect(bodyOf<OpsBody>(await ask(64 * 1024)).results).toEqual([{ n: 1, outcome: 'counted' }]);
  });

  it.each(['feed', 'profile', 'search', 'direct', 'embed', 'external'])(
    'may come from the source %s',
    async (source) => {
      await api.video('sources');
      const grant = await api.grant('us');
      const view = { n: 1, kind: 'view', video: 'sources', watchedMs: WATCHED_MS, source };
      expect(await api.outcomes(grant, [view])).toEqual(['counted']);
    },
  );

  it('ignore fields that nobody knows', async () => {
    await api.video('extra');
    const grant = await api.grant('us', 'newer');
    const text =
      '{"ops":[{"n":1,"kind":"like","video":"extra","color":"red","__proto__":{"n":9}}],"v":2}';
    const answer = await api.send('POST', '/v1/ops', { body: text, bearer: grant });
    expect(bodyOf<OpsBody>(answer).results).toEqual([{ n: 1, outcome: 'counted' }]);
  });

  it('of one person in two jurisdictions are two people', async () => {
    await api.video('both');
    const like = { n: 1, kind: 'like', video: 'both' };
    await api.outcomes(await api.grant('us', 'traveller'), [like]);
    await api.outcomes(await api.grant('eu', 'traveller'), [like]);
    const { likes, cells } = await api.settled('both');
    expect(likes.value).toBe(2);
    expect([cells['us']?.likes, cells['eu']?.likes]).toEqual([1, 1]);
  });

  it('are refused without a grant', async () => {
    const answer = await api.ops(undefined, [{ n: 1, kind: 'like', video: 'v1' }]);
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: 'grant-missing' });
  });

  it('are refused with a service key in place of a grant', async () => {
    const answer = await api.ops(SERVICE_KEY, [{ n: 1, kind: 'like', video: 'v1' }]);
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: 'grant-invalid' });
  });
});

describe('one op at a time', () => {
  it('likes, unlikes and views by the address of the video', async () => {
    await api.video('single');
    const grant = await api.grant('us', 'plain');
    const one = (n: number, method: string, path: string, body?: unknown) =>
      api.send(method, `/v1/videos/single/${path}`, {
        body,
        bearer: grant,
        headers: { 'op-number': String(n) },
      });
    const view = { watchedMs: WATCHED_MS, source: 'embed' };
    const answers = [
      await one(1, 'PUT', 'like'),
      await one(1, 'PUT', 'like'),
      await one(2, 'POST', 'views', view),
      await one(3, 'DELETE', 'like'),
      await one(4, 'DELETE', 'like'),
    ];
    const results = answers.map((answer) => bodyOf<OpsBody>(answer).results[0]?.outcome);
    expect(results).toEqual(['counted', 'duplicate', 'counted', 'counted', 'unchanged']);
    const { likes, views } = await api.settled('single');
    expect([likes.value, views.value]).toEqual([0, 1]);
  });

  it.each([undefined, '', '0', '-1', '1.5', '1e3', ' ', 'one', String(2 ** 53)])(
    'is refused for the op number %j and changes nothing',
    async (number) => {
      const grant = await api.grant('us', 'plain');
      const before = await api.books('us');
      const headers: Record<string, string> = number === undefined ? {} : { 'op-number': number };
      const answer = await api.send('PUT', '/v1/videos/v1/like', { bearer: grant, headers });
      expect(answer.status).toBe(400);
      expect((await api.books('us')).ops).toBe(before.ops);
    },
  );
});

describe('a video', () => {
  it('is 201 when it is new and 200 when it was known', async () => {
    const fields = { durationMs: 15_000, creator: 'user-9', title: 'Dogs' };
    expect((await api.service('PUT', '/v1/videos/known', fields)).status).toBe(201);
    expect((await api.service('PUT', '/v1/videos/known', fields)).status).toBe(200);
  });

  it('begins with a known 0', async () => {
    await api.video('fresh');
    const { likes, views } = await api.settled('fresh');
    expect([likes.value, views.value]).toEqual([0, 0]);
  });

  it('keeps its duration and creator', async () => {
    await api.video('fixed');
    const answer = await api.video('fixed', { durationMs: SHORT_VIDEO.durationMs + 1 });
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'video-conflict' });
  });

  it('is for service keys alone', async () => {
    const none = await api.send('PUT', '/v1/videos/mine', { body: SHORT_VIDEO });
    expect([none.status, none.body]).toMatchObject([401, { code: 'key-missing' }]);
    const operator = await api.operator('PUT', '/v1/videos/mine', SHORT_VIDEO);
    expect([operator.status, operator.body]).toMatchObject([403, { code: 'forbidden' }]);
  });
});
