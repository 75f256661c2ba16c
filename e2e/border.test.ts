// A person's rows stay in their country: markers planted in everything personal of people in `us`
// are looked for in every byte outside the folder of that cell, and found nowhere.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, NDJSON, WATCHED_MS } from './harness/api.ts';
import type { Api } from './harness/api.ts';
import { openStream } from './harness/event-stream.ts';
import type { Answer, Ask } from './harness/http.ts';
import { openInstallation, SERVICE_KEY } from './harness/installation.ts';
import type { RunningServer } from './harness/installation.ts';
import { LOAD_VIDEO, startLoad } from './harness/load.ts';
import { behindBase64, findInFolder, findMarkers } from './harness/markers.ts';
import type { Find } from './harness/markers.ts';

const PEOPLE = 8;
const TEST_MS_MAX = 120_000;

const place = openInstallation();
let server: RunningServer;
let api: Api;

/** Answers by who asked: the person themself, or anybody else. */
const toOthers: { what: string; answer: Answer }[] = [];
const toThemselves: { what: string; own: readonly string[]; answer: Answer }[] = [];
/** Credentials that a person was given, each of which is theirs alone. */
const secrets: string[] = [];

const subjectOf = (index: number): string => `zqSubject${index}Marker`;
const erasedOf = (index: number): string => `zqErased${index}Marker`;
const bulkSessionOf = (index: number): string => `zqBulkSession${index}Marker`;
const bulkSubjectOf = (index: number): string => `zqBulkUser${index}Marker`;
const handleOf = (index: number): string => `zqhandle${index}marker`;
const goneOf = (index: number): string => `zqgone${index}marker`;
const passwordOf = (index: number): string => `zq password ${index} marker`;
const agentOf = (index: number): string => `zqAgent${index}Marker/1.0`;
const addressOf = (index: number): string => `198.51.100.${100 + index}`;

const everybody = Array.from({ length: PEOPLE }, (_, index) => index);
const subjects = everybody.flatMap((index) => [
  subjectOf(index),
  erasedOf(index),
  bulkSubjectOf(index),
]);
const markers = [
  ...subjects,
  ...everybody.map(bulkSessionOf),
  ...everybody.map(handleOf),
  ...everybody.map(goneOf),
  ...everybody.map(passwordOf),
  ...everybody.map(agentOf),
  ...everybody.map(addressOf),
];

function headersOf(index: number): Record<string, string> {
  return {
    'user-agent': agentOf(index),
    'x-forwarded-for': addressOf(index),
    forwarded: `for=${addressOf(index)}`,
    'sec-fetch-site': 'same-origin',
  };
}

/** A request of person `index`; the answer may hold what is `own` and no other marker. */
async function asPerson(
  index: number,
  method: string,
  path: string,
  { own = [], ...ask }: Ask & { own?: readonly string[] } = {},
): Promise<Answer> {
  const headers = { ...headersOf(index), ...ask.headers };
  const answer = await api.send(method, path, { ...ask, headers });
  toThemselves.push({ what: `${method} ${path}`, own, answer });
  return answer;
}

async function asAnybody(method: string, path: string, ask: Ask = {}): Promise<Answer> {
  const answer = await api.send(method, path, ask);
  toOthers.push({ what: `${method} ${path}`, answer });
  return answer;
}

async function actWithSubject(index: number, subject: string): Promise<void> {
  const body = { jurisdiction: 'us', subject };
  const opened = await asPerson(index, 'POST', '/v1/sessions', { body, bearer: SERVICE_KEY });
  const { grant } = opened.body as { grant: string };
  secrets.push(grant);
  const ops = [
    { n: 1, kind: 'like', video: 'bordered' },
    { n: 2, kind: 'view', video: 'bordered', watchedMs: WATCHED_MS },
  ];
  await asPerson(index, 'POST', '/v1/ops', { body: { ops }, bearer: grant });
  await asPerson(index, 'GET', '/v1/me/likes', { bearer: grant });
  const headers = { 'op-number': '3' };
  await asPerson(index, 'DELETE', '/v1/videos/bordered/like', { bearer: grant, headers });
}

async function actWithAccount(index: number, handle: string): Promise<string> {
  const password = passwordOf(index);
  const body = { handle, password, jurisdiction: 'us' };
  await asPerson(index, 'POST', '/v1/accounts', { body, own: [handle] });
  await asPerson(index, 'POST', '/v1/accounts', { body });
  const wrong = { ...body, password: `${password}x` };
  await asPerson(index, 'POST', '/v1/sign-in', { body: wrong });
  const entered = await asPerson(index, 'POST', '/v1/sign-in', { body, own: [handle] });
  const cookie = (entered.headers['set-cookie'] ?? [])
    .map((text) => text.split(';', 1)[0] ?? '')
    .join('; ');
  secrets.push(cookie.match(/hft_[A-Za-z0-9_-]+/)?.[0] ?? 'no token');
  const headers = { cookie };
  await asPerson(index, 'GET', '/v1/me', { headers, own: [handle] });
  const opened = await asPerson(index, 'POST', '/v1/sessions', { body: {}, headers });
  const { grant } = opened.body as { grant: string };
  const ops = [{ n: 1, kind: 'like', video: 'bordered' }];
  await asPerson(index, 'POST', '/v1/ops', { body: { ops }, bearer: grant });
  return cookie;
}

async function actInBulk(): Promise<void> {
  const lines = everybody.flatMap((index) => {
    const names = { jurisdiction: 'us', session: bulkSessionOf(index), video: 'bordered' };
    return [
      { ...names, subject: bulkSubjectOf(index), n: 1, kind: 'like' },
      { ...names, subject: bulkSubjectOf(index), n: 2, kind: 'view', watchedMs: WATCHED_MS },
      // The same people are unknown in `eu`, and so is what is told of them there.
    ];
  });
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  const bulk = (text: string) =>
    asAnybody('POST', '/v1/ops/bulk', { body: text, bearer: SERVICE_KEY, type: NDJSON });
  await bulk(body);
  // What is refused must not be repeated to whoever reads the errors.
  await bulk(`${body}\n{"jurisdiction":"us","session":"${bulkSessionOf(0)}","subject":"a b"}`);
  await bulk(`${body}\n${JSON.stringify({ ...lines[0], n: 900 })}`);
}

async function actBadly(index: number): Promise<void> {
  const subject = subjectOf(index);
  const bearer = SERVICE_KEY;
  const bodies = [{ subject: [subject] }, { subject: `${subject} ` }, { jurisdiction: subject }];
  for (const body of bodies) await asPerson(index, 'POST', '/v1/sessions', { body, bearer });
  await asPerson(index, 'POST', '/v1/sessions', { body: `{"subject":"${subject}`, bearer });
  await asPerson(index, 'GET', `/v1/${subject}`);
  await asPerson(index, 'GET', `/v1/counts?video=bordered&who=${subject}`);
  await asPerson(index, 'GET', '/v1/me/likes', { bearer: `hfg_${subject}` });
  await asPerson(index, 'PUT', `/v1/videos/${subject}%20/like`, { bearer: subject });
}

async function readAll(): Promise<void> {
  const reads = [
    '/v1/counts?video=bordered',
    '/v1/videos/bordered/counts',
    '/v1/videos/bordered/corrections',
    '/v1/cells',
    '/v1/cells/us/books',
    '/v1/cells/eu/books',
    '/v1/feed',
    '/metrics',
    '/healthz',
    '/readyz',
    '/openapi.json',
  ];
  for (const path of reads) await asAnybody('GET', path);
  const day = new Date().toISOString().slice(0, 10);
  const range = `from=${day}T00:00:00Z&to=${day}T23:59:59Z`;
  for (const metric of ['views', 'likes', 'uniqueViewers', 'watchTimeMs']) {
    const path = `/v1/videos/bordered/analytics?metric=${metric}&grain=day&${range}`;
    await asAnybody('GET', path, { bearer: SERVICE_KEY });
  }
}

let streamed = '';

async function fullLoad(): Promise<void> {
  await api.video('bordered');
  const stream = await openStream(server.url, '/v1/counts/stream?video=bordered');
  const videos = ['beside-1', 'beside-2'];
  for (const video of videos) await api.video(video, LOAD_VIDEO);
  const options = { seed: 7, url: server.url, videos, devices: 6, bulkSenders: 1 };
  const load = startLoad({ ...options, pauseMs: 10 });
  await actInBulk();
  for (const index of everybody) {
    await actWithSubject(index, subjectOf(index));
    await actWithSubject(index, erasedOf(index));
    const path = `/v1/subjects/${erasedOf(index)}`;
    await asAnybody('DELETE', path, { bearer: SERVICE_KEY });
    await actBadly(index);
  }
  await Promise.all(
    everybody.map(async (index) => {
      await actWithAccount(index, handleOf(index));
      const cookie = await actWithAccount(index, goneOf(index));
      await asPerson(index, 'DELETE', '/v1/me', { headers: { cookie } });
    }),
  );
  await load.finish();
  await readAll();
  streamed = JSON.stringify(stream.events);
  stream.close();
}

const usFolder = (): string => join(place.dataDir, 'cells', 'us');

function outsideUs(): readonly Find[] {
  const isOutside = (path: string): boolean => !path.startsWith(usFolder());
  return findInFolder(place.dataDir, [...markers, ...secrets], isOutside);
}

beforeAll(async () => {
  // Believing X-Forwarded-For is when the address of a person is known and could be kept.
  server = await place.start({ env: { HOLDFAST_TRUST_PROXY: '1', HOLDFAST_LOG: 'debug' } });
  api = apiOf(server.url);
  await fullLoad();
}, TEST_MS_MAX);
afterAll(place.close);

describe('after a full load, no marker of people in us', () => {
  it('was without use: people acted, and their credentials were found to be such', () => {
    const good = toThemselves.filter(({ answer }) => answer.status < 300);
    expect(good.length).toBeGreaterThan(PEOPLE * 10);
    expect(secrets.every((secret) => /^hf[gt]_/.test(secret))).toBe(true);
    // What is public lies on disk as it is, so the search would find a marker.
    expect(findInFolder(place.dataDir, ['bordered']).length).toBeGreaterThan(0);
  });

  it('is in a file outside the folder of the cell, while the server runs', () => {
    expect(outsideUs()).toEqual([]);
  });

  it('is in what the server wrote to its log', () => {
    const said = `${server.out()}${server.err()}`;
    expect(findMarkers('log', said, [...markers, ...secrets])).toEqual([]);
  });

  it('is in an answer to anybody else', () => {
    const found = toOthers.flatMap(({ what, answer }) => {
      const text = `${JSON.stringify(answer.headers)}\n${answer.text}`;
      return [
        ...findMarkers(what, text, [...markers, ...secrets]),
        ...findMarkers(`${what}, decoded`, behindBase64(text), markers),
      ];
    });
    expect(found).toEqual([]);
    expect(findMarkers('stream', streamed, markers)).toEqual([]);
  });

  it('is in an answer to the person, but for their own handle', () => {
    const found = toThemselves.flatMap(({ what, own, answer }) => {
      const text = `${JSON.stringify(answer.headers)}\n${answer.text}`;
      const foreign = markers.filter((marker) => !own.includes(marker));
      return [
        ...findMarkers(what, text, foreign),
        ...findMarkers(`${what}, decoded`, behindBase64(text), markers),
      ];
    });
    expect(found).toEqual([]);
  });

  it('E5: that names somebody, a password or an address is in the folder of the cell', () => {
    const handles = everybody.map(handleOf);
    const passwords = everybody.map(passwordOf);
    const addresses = everybody.map(addressOf);
    const agents = everybody.map(agentOf);
    const never = [...handles, ...subjects, ...passwords, ...addresses, ...agents, ...secrets];
    expect(findInFolder(usFolder(), never)).toEqual([]);
  });

  it('of a deleted account is in the folder of the cell', () => {
    expect(findInFolder(usFolder(), everybody.map(goneOf))).toEqual([]);
  });

  it('is in a file outside the folder of the cell after a stop and a start', async () => {
    await server.stop();
    expect(outsideUs()).toEqual([]);
    server = await place.start();
    expect(outsideUs()).toEqual([]);
    expect(findMarkers('log', `${server.out()}${server.err()}`, markers)).toEqual([]);
  });
});
