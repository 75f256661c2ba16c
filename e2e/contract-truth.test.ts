// Cells, books, corrections and erasure, as the API's document describes them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, bodyOf, until, WATCHED_MS } from './harness/api.ts';
import type { Api, Position } from './harness/api.ts';
import { contractOf } from './harness/contract-check.ts';
import { openInstallation } from './harness/installation.ts';
import { aNumber, aTime } from './harness/matchers.ts';

const place = openInstallation();
let api: Api;

beforeAll(async () => {
  const { url } = await place.start();
  api = apiOf(url, await contractOf(url));
});
afterAll(place.close);

const CLASSES = [
  'counted',
  'unchanged',
  'duplicate',
  'unqualified',
  'capped',
  'own',
  'held',
  'late',
  'invalid',
];

async function likesOf(video: string): Promise<number | null> {
  return (await api.settled(video)).likes.value;
}

async function viewsOf(video: string): Promise<number | null> {
  return (await api.settled(video)).views.value;
}

async function like(jurisdiction: string, subject: string, video: string): Promise<string> {
  const grant = await api.grant(jurisdiction, subject);
  await api.outcomes(grant, [{ n: 1, kind: 'like', video }]);
  return grant;
}

describe('cells', () => {
  it('tell who owns them, since when, and how fresh their numbers are', async () => {
    const answer = await until(
      'all live',
      () => api.send('GET', '/v1/cells'),
      ({ text }) => text.split('"state":"live"').length === 3,
    );
    const cell = (jurisdiction: string) => ({
      jurisdiction,
      operator: 'local-operator',
      epoch: 1,
      since: aTime,
      state: 'live',
      watermark: { epoch: 1, seq: aNumber, at: aTime },
    });
    expect(answer.body).toEqual({ cells: [cell('us'), cell('eu')] });
  });
});

describe('books', () => {
  it('add up: ops is the sum of the classes', async () => {
    await api.video('booked', { creator: 'maker' });
    const grant = await api.grant('eu', 'maker');
    const before = await api.books('eu');
    const outcomes = await api.outcomes(grant, [
      { n: 1, kind: 'like', video: 'booked' },
      { n: 2, kind: 'like', video: 'booked' },
      { n: 2, kind: 'like', video: 'booked' },
      { n: 3, kind: 'view', video: 'booked', watchedMs: WATCHED_MS },
      { n: 4, kind: 'view', video: 'nobody-knows-it', watchedMs: WATCHED_MS },
    ]);
    expect(outcomes).toEqual(['counted', 'unchanged', 'duplicate', 'own', 'invalid']);
    const after = await api.books('eu');
    expect(Object.keys(after.classes).toSorted()).toEqual(CLASSES.toSorted());
    for (const name of CLASSES) {
      const grown = (after.classes[name] ?? 0) - (before.classes[name] ?? 0);
      expect(grown, name).toBe(outcomes.filter((outcome) => outcome === name).length);
    }
    expect(after.ops).toBe(before.ops + outcomes.length);
    expect(after.ops).toBe(Object.values(after.classes).reduce((sum, ops) => sum + ops, 0));
    expect(after.balanced).toBe(true);
    expect(after.seq).toBeGreaterThan(before.seq);
  });

  it('of a jurisdiction without a cell are not there', async () => {
    const answer = await api.send('GET', '/v1/cells/mars/books');
    expect([400, 404]).toContain(answer.status);
  });
});

describe('a correction', () => {
  const correct = (video: string, fields: Readonly<Record<string, unknown>>) =>
    api.operator('POST', `/v1/videos/${video}/corrections`, {
      jurisdiction: 'us',
      metric: 'views',
      delta: 1,
      reason: 'bug',
      note: 'a note',
      ...fields,
    });
  const list = async (video: string) => {
    const answer = await api.send('GET', `/v1/videos/${video}/corrections`);
    return bodyOf<{ items: readonly Record<string, unknown>[] }>(answer).items;
  };

  it('moves a count and is listed for everybody', async () => {
    await api.video('corrected');
    await like('us', 'corrector-1', 'corrected');
    expect((await correct('corrected', { delta: 10, reason: 'import' })).status).toBeLessThan(300);
    await correct('corrected', { delta: -3, reason: 'fraud', note: 'a click farm' });
    await correct('corrected', { jurisdiction: 'eu', metric: 'likes', delta: 5, reason: 'bug' });
    const count = await api.settled('corrected');
    expect([count.likes.value, count.views.value]).toEqual([6, 7]);
    const items = await list('corrected');
    expect(items).toHaveLength(3);
    expect(items).toContainEqual(
      expect.objectContaining({
        jurisdiction: 'us',
        metric: 'views',
        delta: -3,
        reason: 'fraud',
        note: 'a click farm',
      }),
    );
  });

  it('that would take a count below zero is refused and leaves no trace', async () => {
    await api.video('low');
    await correct('low', { delta: 2 });
    const refused = await correct('low', { delta: -3, reason: 'fraud' });
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'correction-below-zero' }]);
    expect(await viewsOf('low')).toBe(2);
    expect(await list('low')).toHaveLength(1);
    expect((await correct('low', { delta: -2, reason: 'fraud' })).status).toBeLessThan(300);
    expect(await viewsOf('low')).toBe(0);
  });

  it('is given back as far as an unlike would take the count below zero', async () => {
    await api.video('given-back');
    const grant = await like('us', 'regretful', 'given-back');
    await correct('given-back', { metric: 'likes', delta: -1, reason: 'fraud' });
    expect(await likesOf('given-back')).toBe(0);
    await api.outcomes(grant, [{ n: 2, kind: 'unlike', video: 'given-back' }]);
    expect(await likesOf('given-back')).toBe(0);
    const items = await list('given-back');
    expect(items.map(({ delta, reason }) => [delta, reason])).toEqual(
      expect.arrayContaining([
        [-1, 'fraud'],
        [1, 'rule'],
      ]),
    );
  });

  it.each([
    ['an unknown reason', { reason: 'because' }],
    ['an unknown metric', { metric: 'hearts' }],
    ['half a view', { delta: 0.5 }],
    ['a delta beyond whole numbers', { delta: 2 ** 60 }],
    ['a delta in words', { delta: '1' }],
    ['a jurisdiction without a cell', { jurisdiction: 'mars' }],
    ['a note that is no text', { note: 7 }],
    ['a note without end', { note: 'x'.repeat(10_000) }],
  ])('is refused for %s and changes nothing', async (_what, fields) => {
    await api.video('strict');
    const before = await api.books('us');
    const answer = await correct('strict', fields);
    expect(answer.status).toBe(400);
    expect(await api.books('us')).toEqual(before);
    expect(await list('strict')).toEqual([]);
  });

  it('needs an operator key', async () => {
    await api.video('guarded');
    const body = { jurisdiction: 'us', metric: 'views', delta: 1, reason: 'bug', note: '' };
    const path = '/v1/videos/guarded/corrections';
    const service = await api.service('POST', path, body);
    expect([service.status, service.body]).toMatchObject([403, { code: 'forbidden' }]);
    const none = await api.send('POST', path, { body });
    expect([none.status, none.body]).toMatchObject([401, { code: 'key-missing' }]);
  });

  it('of an unknown video is 404', async () => {
    const answer = await correct('nobody-knows-it', {});
    expect([answer.status, answer.body]).toMatchObject([404, { code: 'unknown-video' }]);
    const listed = await api.send('GET', '/v1/videos/nobody-knows-it/corrections');
    expect([listed.status, listed.body]).toMatchObject([404, { code: 'unknown-video' }]);
  });
});

describe('erasing an integrator’s user', () => {
  type Erased = Readonly<{ positions: Readonly<Record<string, Position>> }>;
  const erase = (subject: string) => api.service('DELETE', `/v1/subjects/${subject}`);

  it('takes their likes away with the reason erasure, and nobody else’s', async () => {
    await api.video('erased-a');
    await api.video('erased-b');
    await like('us', 'stays', 'erased-a');
    const grant = await api.grant('us', 'leaves');
    await api.outcomes(grant, [
      { n: 1, kind: 'like', video: 'erased-a' },
      { n: 2, kind: 'like', video: 'erased-b' },
      { n: 3, kind: 'view', video: 'erased-a', watchedMs: WATCHED_MS },
    ]);
    expect(await likesOf('erased-a')).toBe(2);
    const answer = await erase('leaves');
    expect(answer.status).toBe(202);
    expect(bodyOf<Erased>(answer, 202)).toMatchObject({
      positions: { us: { epoch: 1, seq: aNumber } },
    });
    const count = await api.settled('erased-a');
    expect([count.likes.value, count.views.value]).toEqual([1, 1]);
    expect(await likesOf('erased-b')).toBe(0);
    const listed = await api.send('GET', '/v1/videos/erased-a/corrections');
    expect(listed.body).toMatchObject({
      items: [{ jurisdiction: 'us', metric: 'likes', delta: -1, reason: 'erasure' }],
    });
    expect((await api.books('us')).balanced).toBe(true);
  });

  it('ends their grants, and the same subject comes back as a new person', async () => {
    await api.video('come-back');
    const old = await like('eu', 'returns', 'come-back');
    await erase('returns');
    const refused = await api.ops(old, [{ n: 2, kind: 'like', video: 'come-back' }]);
    expect(refused.body).toMatchObject({
      results: [{ n: 2, outcome: 'invalid', code: 'erased-person' }],
    });
    expect(await likesOf('come-back')).toBe(0);
    const fresh = await api.grant('eu', 'returns');
    const read = await api.send('GET', '/v1/me/likes', { bearer: fresh });
    expect(read.body).toMatchObject({ items: [] });
    expect(await api.outcomes(fresh, [{ n: 1, kind: 'like', video: 'come-back' }])).toEqual([
      'counted',
    ]);
    expect(await likesOf('come-back')).toBe(1);
  });

  it('may be repeated, and is no fault for one whom nobody knows', async () => {
    await api.video('repeated');
    await like('us', 'goes-twice', 'repeated');
    expect((await erase('goes-twice')).status).toBe(202);
    expect((await erase('goes-twice')).status).toBe(202);
    expect((await erase('was-never-here')).status).toBe(202);
    expect(await likesOf('repeated')).toBe(0);
    const listed = await api.send('GET', '/v1/videos/repeated/corrections');
    expect(bodyOf<{ items: unknown[] }>(listed).items).toHaveLength(1);
  });

  it('takes more likes away than fit into one batch', async () => {
    const videos = Array.from({ length: 300 }, (_, index) => `prolific-${index}`);
    await Promise.all(videos.map((video) => api.video(video)));
    const line = { jurisdiction: 'us', session: 'prolific-1', subject: 'prolific', kind: 'like' };
    await api.bulk(videos.map((video, index) => ({ ...line, n: index + 1, video })));
    expect((await erase('prolific')).status).toBe(202);
    for (const video of videos.slice(0, 5)) expect(await likesOf(video)).toBe(0);
    const counts = await api.counts(videos.slice(200, 300));
    expect(Object.values(counts).map(({ likes }) => likes.value)).toEqual(
      Array.from({ length: 100 }, () => 0),
    );
  });

  it('needs a service key', async () => {
    const none = await api.send('DELETE', '/v1/subjects/somebody');
    expect([none.status, none.body]).toMatchObject([401, { code: 'key-missing' }]);
    const operator = await api.operator('DELETE', '/v1/subjects/somebody');
    expect([operator.status, operator.body]).toMatchObject([403, { code: 'forbidden' }]);
  });
});
