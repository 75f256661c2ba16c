// `POST /v1/ops/bulk`, as the API's document describes it, sent to a real server.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, bodyOf, NDJSON, WATCHED_MS } from './harness/api.ts';
import type { Api, BulkBody, OpBody } from './harness/api.ts';
import { contractOf } from './harness/contract-check.ts';
import { openInstallation, SERVICE_KEY } from './harness/installation.ts';
import { aNumber } from './harness/matchers.ts';

const place = openInstallation();
let api: Api;

beforeAll(async () => {
  const { url } = await place.start();
  api = apiOf(url, await contractOf(url));
});
afterAll(place.close);

const LINES_MAX = 10_000;

function view(session: string, n: number, video: string, jurisdiction = 'us'): OpBody {
  return { jurisdiction, session, n, kind: 'view', video, watchedMs: WATCHED_MS };
}

async function bulk(lines: readonly OpBody[]): Promise<BulkBody> {
  return bodyOf(await api.bulk(lines));
}

describe('a bulk request', () => {
  it('is answered as in the document', async () => {
    await api.video('v1', { durationMs: 15_000 });
    const line = {
      jurisdiction: 'us',
      session: 'web-7',
      subject: 'user-1',
      n: 5,
      kind: 'view',
      video: 'v1',
      watchedMs: 3_000,
    };
    expect(await bulk([line])).toEqual({
      accepted: 1,
      outcomes: { counted: 1 },
      positions: { us: { epoch: 1, seq: aNumber } },
    });
    expect(await bulk([line])).toMatchObject({ accepted: 1, outcomes: { duplicate: 1 } });
    expect((await api.settled('v1')).views.value).toBe(1);
  });

  it('takes 10,000 lines, each counted once however often they are sent', async () => {
    await api.video('crowd');
    const lines = Array.from({ length: LINES_MAX }, (_, index) =>
      view(`crowd-${Math.floor(index / 10)}`, (index % 10) + 1, 'crowd'),
    );
    const first = await bulk(lines);
    expect([first.accepted, first.outcomes]).toEqual([LINES_MAX, { counted: LINES_MAX }]);
    expect((await bulk(lines)).outcomes).toEqual({ duplicate: LINES_MAX });
    expect((await api.settled('crowd')).views.value).toBe(LINES_MAX);
  });

  it('takes 10,000 ops of one session in order', async () => {
    await api.video('ordered');
    const lines = Array.from({ length: LINES_MAX }, (_, index) => ({
      jurisdiction: 'eu',
      session: 'one-long-session',
      subject: 'undecided',
      n: index + 1,
      kind: index % 2 === 0 ? 'like' : 'unlike',
      video: 'ordered',
    }));
    expect((await bulk(lines)).outcomes).toEqual({ counted: LINES_MAX });
    expect((await api.settled('ordered')).likes.value).toBe(0);
  });

  it('keeps the order of a session, so that its last word holds', async () => {
    await api.video('last-word');
    const op = (n: number, kind: string) => ({
      jurisdiction: 'us',
      session: 'wavering',
      subject: 'waverer',
      n,
      kind,
      video: 'last-word',
    });
    const { outcomes } = await bulk([
      op(1, 'unlike'),
      op(2, 'like'),
      op(3, 'like'),
      op(4, 'unlike'),
    ]);
    expect(outcomes).toEqual({ unchanged: 2, counted: 2 });
    await bulk([op(5, 'like')]);
    expect((await api.settled('last-word')).likes.value).toBe(1);
  });

  it('may hold lines of several jurisdictions, with a position for each', async () => {
    await api.video('far');
    const answer = await bulk([
      view('far-1', 1, 'far', 'us'),
      view('far-2', 1, 'far', 'eu'),
      view('far-2', 2, 'far', 'eu'),
    ]);
    expect(Object.keys(answer.positions).toSorted()).toEqual(['eu', 'us']);
    const { cells, views } = await api.settled('far');
    expect([views.value, cells['us']?.views, cells['eu']?.views]).toEqual([3, 1, 2]);
  });

  it('likes for nobody when no subject is named', async () => {
    await api.video('nobody');
    const like = { jurisdiction: 'us', session: 'nobody-1', n: 1, kind: 'like', video: 'nobody' };
    expect((await bulk([like, view('nobody-1', 2, 'nobody')])).outcomes).toEqual({
      invalid: 1,
      counted: 1,
    });
    const { likes, views } = await api.settled('nobody');
    expect([likes.value, views.value]).toEqual([0, 1]);
  });

  it('is vouched for: claimed watch time is not compared with the clock', async () => {
    await api.video('vouched', { durationMs: 600_000 });
    const line = { ...view('vouched-1', 1, 'vouched'), watchedMs: 500_000 };
    expect((await bulk([line, { ...line, n: 2 }])).outcomes).toEqual({ counted: 2 });
  });

  it('is not excused from the other rules', async () => {
    await api.video('ruled', { creator: 'maker' });
    const own = { ...view('ruled-own', 1, 'ruled'), subject: 'maker' };
    const short = { ...view('ruled-short', 1, 'ruled'), watchedMs: WATCHED_MS - 1 };
    const many = Array.from({ length: 12 }, (_, index) => view('ruled-fan', index + 1, 'ruled'));
    const unknown = view('ruled-unknown', 1, 'nobody-knows-it');
    const answer = await bulk([own, short, ...many, unknown]);
    expect(answer.outcomes).toEqual({ own: 1, unqualified: 1, counted: 10, capped: 2, invalid: 1 });
  });

  it('shares its people with sessions that were opened for them', async () => {
    await api.video('shared');
    const grant = await api.grant('us', 'same-person');
    await api.outcomes(grant, [{ n: 1, kind: 'like', video: 'shared' }]);
    const like = {
      jurisdiction: 'us',
      session: 'shared-1',
      subject: 'same-person',
      n: 1,
      kind: 'like',
      video: 'shared',
    };
    expect((await bulk([like])).outcomes).toEqual({ unchanged: 1 });
    expect((await api.settled('shared')).likes.value).toBe(1);
  });

  it('ends with a newline or without', async () => {
    await api.video('newline');
    const text = `${JSON.stringify(view('newline-1', 1, 'newline'))}\n`;
    const ask = { body: text, bearer: SERVICE_KEY, type: NDJSON };
    expect(bodyOf<BulkBody>(await api.send('POST', '/v1/ops/bulk', ask)).accepted).toBe(1);
  });
});

describe('a bulk request that is refused', () => {
  const malformed: readonly (readonly [string, string])[] = [
    ['is no JSON', '{'],
    ['is empty', ''],
    ['is no object', '[1]'],
    ['has no session', '{"jurisdiction":"us","n":1,"kind":"view","video":"v1","watchedMs":1}'],
    ['has an odd session', JSON.stringify(view('a b', 1, 'v1'))],
    ['has a session of 65 characters', JSON.stringify(view('x'.repeat(65), 1, 'v1'))],
    ['has n 0', JSON.stringify(view('s', 0, 'v1'))],
    ['has n -1', JSON.stringify(view('s', -1, 'v1'))],
    ['has n 1.5', JSON.stringify(view('s', 1.5, 'v1'))],
    ['has n 2^53', JSON.stringify(view('s', 2 ** 53, 'v1'))],
    ['has an unknown kind', JSON.stringify({ ...view('s', 1, 'v1'), kind: 'love' })],
    ['has an odd subject', JSON.stringify({ ...view('s', 1, 'v1'), subject: '../x' })],
    ['has negative watchedMs', JSON.stringify({ ...view('s', 1, 'v1'), watchedMs: -1 })],
  ];

  it.each(malformed)(
    'because a line %s says which line and records nothing',
    async (_why, line) => {
      await api.video('untouched');
      const good = JSON.stringify(view('malformed', 1, 'untouched'));
      const before = [await api.books('us'), await api.books('eu')];
      const body = [good, good, line, '{'].join('\n');
      const ask = { body, bearer: SERVICE_KEY, type: NDJSON };
      const answer = await api.send('POST', '/v1/ops/bulk', ask);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'malformed-line', line: 3, retryable: false });
      expect([await api.books('us'), await api.books('eu')]).toEqual(before);
      expect((await api.settled('untouched')).views.value).toBe(0);
    },
  );

  it('because it has 10,001 lines records nothing', async () => {
    await api.video('untouched');
    const before = await api.books('us');
    const lines = Array.from({ length: LINES_MAX + 1 }, (_, index) =>
      view(`over-${index}`, 1, 'untouched'),
    );
    const answer = await api.bulk(lines);
    expect([answer.status, answer.body]).toMatchObject([400, { code: 'too-many-ops' }]);
    expect(await api.books('us')).toEqual(before);
  });

  it('because it is larger than 4 MiB records nothing', async () => {
    await api.video('untouched');
    const line = JSON.stringify({ ...view('large', 1, 'untouched'), pad: 'x'.repeat(1_000) });
    const body = `${line}\n`.repeat(4_500);
    const before = await api.books('us');
    const ask = { body, bearer: SERVICE_KEY, type: NDJSON };
    const answer = await api.send('POST', '/v1/ops/bulk', ask);
    expect([answer.status, answer.body]).toMatchObject([413, { code: 'body-too-large' }]);
    expect(await api.books('us')).toEqual(before);
  });

  it('because a session jumps records nothing in any jurisdiction', async () => {
    await api.video('untouched');
    const before = [await api.books('us'), await api.books('eu')];
    const answer = await api.bulk([
      view('jump-us', 1, 'untouched', 'us'),
      view('jump-eu', 1, 'untouched', 'eu'),
      view('jump-eu', 66, 'untouched', 'eu'),
    ]);
    expect([answer.status, answer.body]).toMatchObject([409, { code: 'op-window' }]);
    expect([await api.books('us'), await api.books('eu')]).toEqual(before);
  });

  it('because it names a jurisdiction without a cell records nothing', async () => {
    await api.video('untouched');
    const before = await api.books('us');
    const answer = await api.bulk([
      view('somewhere', 1, 'untouched', 'us'),
      view('somewhere', 2, 'untouched', 'mars'),
    ]);
    expect(answer.status).toBe(400);
    expect(await api.books('us')).toEqual(before);
  });

  it('because it has no service key records nothing', async () => {
    await api.video('untouched');
    const before = await api.books('us');
    const body = JSON.stringify(view('keyless', 1, 'untouched'));
    const none = await api.send('POST', '/v1/ops/bulk', { body, type: NDJSON });
    expect([none.status, none.body]).toMatchObject([401, { code: 'key-missing' }]);
    const bearer = await api.grant('us', 'user-1');
    const grant = await api.send('POST', '/v1/ops/bulk', { body, type: NDJSON, bearer });
    expect([grant.status, grant.body]).toMatchObject([401, { code: 'key-invalid' }]);
    expect(await api.books('us')).toEqual(before);
  });

  it('because it is sent as another type records nothing', async () => {
    const body = JSON.stringify(view('typed', 1, 'untouched'));
    const ask = { body, bearer: SERVICE_KEY, type: 'application/json' };
    const answer = await api.send('POST', '/v1/ops/bulk', ask);
    expect([answer.status, answer.body]).toMatchObject([415, { code: 'unsupported-media-type' }]);
  });

  it('because it is empty records nothing', async () => {
    const answer = await api.bulk([]);
    expect(answer.status).toBe(400);
  });
});
