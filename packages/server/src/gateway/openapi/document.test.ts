import {
  BULK_BODY_BYTES_MAX,
  JSON_BODY_BYTES_MAX,
  OPS_BODY_BYTES_MAX,
} from '@holdfast/protocol/limits.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addVideos,
  ask,
  bearer,
  cookieOf,
  grantOf,
  openWorld,
  OPERATOR_KEY,
  SERVICE_KEY,
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { softwareDevice } from '../../passkeys/software-authenticator.fixture.ts';
import type { CreateOptions, GetOptions } from '../../passkeys/software-authenticator.fixture.ts';
import { DOCUMENT_ADDRESSES } from '../routes/pages.ts';
import { HOLD_WORDS_BODY_BYTES_MAX } from '../routes/held-comments.ts';
import { runReports } from './report-runs.fixture.ts';
import { runComments } from './comment-runs.fixture.ts';
import { runOwnVideos } from './video-runs.fixture.ts';
import { openApiDocument } from './document.ts';
import type { Method, Operation, Paths } from './openapi-types.ts';

const paths: Paths = openApiDocument.paths;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** A copy in which no object may have fields that are not documented. */
function tightened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tightened);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, at]) => [key, tightened(at)]));
  const closed = 'properties' in copy && !('additionalProperties' in copy);
  return closed ? { ...copy, additionalProperties: false } : copy;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addFormat('date-time', DATE_TIME);
ajv.addFormat('password', true);
ajv.addSchema({ ...(tightened({ ...openApiDocument }) as object), $id: 'holdfast' });

const operations = Object.entries(paths).flatMap(([path, methods]) =>
  (Object.entries(methods) as [Method, Operation][]).map(
    ([method, operation]) => ({ path, method, operation }) as const,
  ),
);

function operationOf(id: string) {
  const found = operations.find(({ operation }) => operation.operationId === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

/** As much of a picture as is looked at. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

type Sent = Readonly<{
  path?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  body?: unknown;
  text?: string | Buffer;
}>;

/** Operations and statuses that were seen, to find what no example reached. */
const seen = new Set<string>();

async function run(world: World, id: string, sent: Sent = {}): Promise<LightMyRequestResponse> {
  const { path, method } = operationOf(id);
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => sent.path?.[name] ?? '');
  const { query = '', headers = {}, body, text } = sent;
  const verb = method.toUpperCase() as 'GET';
  const reply = await ask(world, verb, `${url}${query}`, {
    headers,
    ...(body !== undefined && { body }),
    ...(text !== undefined && { text }),
  });
  check(id, reply.statusCode, String(reply.headers['content-type'] ?? ''), reply.body);
  return reply;
}

/** Holds an answer to what the document says of the operation. */
function check(id: string, status: number, type: string, body: string): void {
  const { operation } = operationOf(id);
  const documented = operation.responses[String(status)];
  expect(documented, `${id} answers ${status}: ${body}`).toBeDefined();
  seen.add(`${id} ${status}`);
  const content =
    documented !== undefined && '$ref' in documented
      ? openApiDocument.components.responses.Problem.content
      : documented?.content;
  if (content === undefined) {
    expect(body).toBe('');
    return;
  }
  const media = type.split(';')[0] ?? '';
  const schema = Object.entries(content).find(([name]) => name === media)?.[1].schema;
  expect(schema, `${id} ${status} answers ${media}`).toBeDefined();
  if (!media.includes('json')) return;
  const text = JSON.stringify(schema).replaceAll('"#/', '"holdfast#/');
  const valid = ajv.validate(JSON.parse(text) as object, JSON.parse(body));
  expect(valid, `${id} ${status}: ${ajv.errorsText()} in ${body}`).toBe(true);
}

/** Listens, once. */
async function originOf({ app }: World): Promise<string> {
  if (!app.server.listening) await app.listen({ port: 0 });
  return app.listeningOrigin;
}

let world: World;
let grant: string;
let cookie: string;
const service = bearer(SERVICE_KEY);
const a = { id: 'a' };

beforeAll(async () => {
  const certificate = { body: {}, signatures: [], witness: {} };
  const certificates = {
    has: (handover: string) => handover === 'us-1-test',
    text: (handover: string) =>
      handover === 'us-1-test' ? JSON.stringify(certificate) : undefined,
  };
  const inventories = {
    text: (handover: string) =>
      handover === 'us-1-test'
        ? JSON.stringify({ body: {}, signature: '', witness: {} })
        : undefined,
  };
  world = await openWorld({ certificates, inventories });
  await addVideos(world, 'a');
  world.exchange.setLikes('a' as never, 3);
  grant = await grantOf(world, 'user-1');
  cookie = await cookieOf(world, 'alice');
});
afterAll(() => world.close());

describe('A69: every documented operation, run against the server, answers as documented', () => {
  it('sessions and ops', async () => {
    await run(world, 'beginSession', { headers: service, body: { subject: 'user-2' } });
    await run(world, 'beginSession', {});
    await run(world, 'beginSession', { headers: { cookie }, body: {} });
    await run(world, 'beginSession', { body: { jurisdiction: 'zz' } });
    await run(world, 'beginSession', { body: { subject: 'user-2' } });
    const ops = [
      { n: 1, kind: 'like', video: 'a' },
      { n: 2, kind: 'view', video: 'a', watchedMs: 3_000 },
      { n: 3, kind: 'like', video: 'nothing' },
    ];
    await run(world, 'sendOps', { headers: bearer(grant), body: { ops } });
    await run(world, 'sendOps', { body: { ops } });
    await run(world, 'sendOps', { headers: bearer(grant), body: { ops: [] } });
    await run(world, 'sendOps', {
      headers: bearer(grant),
      body: { ops: [{ n: 1_000, kind: 'like', video: 'a' }] },
    });
    const one = (n: number) => ({ path: a, headers: { ...bearer(grant), 'op-number': `${n}` } });
    await run(world, 'like', one(4));
    await run(world, 'unlike', one(5));
    await run(world, 'view', { ...one(6), body: { watchedMs: 9_000 } });
    await run(world, 'view', { ...one(6), body: { watchedMs: -1 } });
  });

  it('bulk', async () => {
    const headers = { ...service, 'content-type': 'application/x-ndjson' };
    const line = { session: 'web-1', subject: 'user-3', kind: 'like', video: 'a' };
    const lines = ['us', 'eu'].map((jurisdiction) => ({ ...line, jurisdiction, n: 1 }));
    const text = lines.map((each) => JSON.stringify(each)).join('\n');
    await run(world, 'sendBulk', { headers, text });
    await run(world, 'sendBulk', { headers, text: `${text}\nnonsense` });
    await run(world, 'sendBulk', { headers: service, text });
    world.cells.us.fail({ kind: 'unavailable', code: 'overloaded', retryAfterMs: 10 });
    await run(world, 'sendBulk', { headers, text });
    world.cells.us.fail(undefined);
  });

  it('videos', async () => {
    const body = { durationMs: 1_000, creator: 'user-9', title: 'b' };
    await run(world, 'registerVideo', { path: { id: 'b' }, headers: service, body });
    await run(world, 'registerVideo', { path: { id: 'b' }, headers: service, body });
    const other = { ...body, durationMs: 2_000 };
    await run(world, 'registerVideo', { path: { id: 'b' }, headers: service, body: other });
    await run(world, 'getVideo', { path: { id: 'b' } });
    await run(world, 'getVideo', { path: { id: 'unknown' } });
    await world.catalog.put({
      video: 'clip' as never,
      durationMs: 5_000,
      creator: 'holdfast',
      realm: 'account',
      title: 'A clip',
      caption: 'Made for this project',
      tags: ['sea'],
      mediaUrl: '/media/clips/clip.mp4',
      posterUrl: '/media/clips/clip.jpg',
    });
    await run(world, 'getFeed', { query: '?limit=1' });
    await run(world, 'getFeed', { query: '?rank=for-you' });
    await run(world, 'getFeed', { query: '?rank=following' });
    await run(world, 'getFeed', { query: '?rank=following', headers: { cookie } });
    await run(world, 'getFeed', { query: '?limit=0' });
    for (const type of ['videos', 'people', 'tags']) {
      await run(world, 'search', { query: `?q=s&type=${type}` });
    }
    await run(world, 'search');
    await run(world, 'listVideos', { headers: service, query: '?limit=1' });
    await run(world, 'listVideos', { headers: service, query: '?cursor=-' });
    await run(world, 'listVideos');
  });

  it('comments', () => runComments(world, run));

  it('reports and cases', () => runReports(world, run));

  it('counts', async () => {
    await run(world, 'getCounts', { query: '?video=a&video=unknown&after=us:1' });
    await run(world, 'getCounts');
    await run(world, 'getCounts', { query: `?video=${'a'.repeat(9_000)}` });
    await run(world, 'getVideoCounts', { path: a });
    await run(world, 'getVideoCounts', { path: { id: 'unknown' } });
    await run(world, 'getMyLikes', { headers: bearer(grant) });
    await run(world, 'getMyLikes', { headers: bearer(grant), query: '?video=a' });
    await run(world, 'getMyLikes', { headers: { cookie } });
    await run(world, 'getMyLikes');
    await run(world, 'getAnalytics', { path: a, headers: service });
    await run(world, 'getAnalytics', { path: a, headers: service, query: '?tz=Moon/Sea' });
    await run(world, 'getAnalytics', { path: a, headers: { cookie } });
  });

  it('the studio', async () => {
    for (const id of ['getRetention', 'getSources', 'getJurisdictions', 'getReturning']) {
      await run(world, id, { path: a, headers: service });
      await run(world, id, { path: a, headers: service, query: '?from=x' });
    }
    await run(world, 'getLedger', { path: a, headers: service });
    await run(world, 'getRealtime', { path: a, headers: service });
    await run(world, 'getRealtime', { path: a, headers: { cookie } });
    for (const headers of [service, { cookie }]) {
      await run(world, 'getStudioOverview', { headers });
      await run(world, 'getStudioSeries', { headers, query: '?metric=likes&grain=hour' });
      await run(world, 'getStudioVideos', { headers, query: '?sort=views' });
      await run(world, 'getStudioRealtime', { headers });
      await run(world, 'exportStudio', { headers });
      await run(world, 'exportStudio', { headers, query: '?what=series&format=json' });
    }
    await run(world, 'getStudioOverview');
    await run(world, 'getStudioSeries', { headers: service, query: '?metric=x' });
  });

  it('the stream', async () => {
    const abort = new AbortController();
    const origin = await originOf(world);
    const reply = await fetch(`${origin}/v1/counts/stream?video=a`, { signal: abort.signal });
    check('streamCounts', reply.status, reply.headers.get('content-type') ?? '', '');
    abort.abort();
    await run(world, 'streamCounts');
  });

  it('accounts', async () => {
    const credentials = { handle: 'bob', password: 'correct horse', jurisdiction: 'eu' };
    await run(world, 'signUp', { body: credentials });
    await run(world, 'signUp', { body: credentials });
    await run(world, 'signIn', { body: credentials });
    await run(world, 'signIn', { body: { ...credentials, password: 'wrong' } });
    await run(world, 'signIn', { body: { ...credentials, handle: 'hurry' } });
    await run(world, 'getMe', { headers: { cookie } });
    await run(world, 'getMe');
    const own = { cookie, 'sec-fetch-site': 'same-origin' };
    const gone = await cookieOf(world, 'carol');
    await run(world, 'deleteMe', { headers: { ...own, cookie: gone } });
    await run(world, 'deleteMe', { headers: { cookie } });
    await run(world, 'signOut', { headers: own });
  });

  it('people', async () => {
    const headers = { cookie: await cookieOf(world, 'dora') };
    const own = { ...headers, 'sec-fetch-site': 'same-origin' };
    await run(world, 'putAvatar', { headers: { ...own, 'content-type': 'image/png' }, text: PNG });
    await run(world, 'putProfile', { headers, body: { displayName: 'Dora', bio: 'tea' } });
    await run(world, 'putProfile', { headers, body: {} });
    await run(world, 'putProfile', { body: { displayName: 'Dora' } });
    const made = await run(world, 'putAvatar', {
      headers: { ...own, 'content-type': 'image/png' },
      text: PNG,
    });
    const { avatar } = made.json<{ avatar: string }>();
    const [account = '', file = ''] = avatar.split('/').slice(-2);
    await run(world, 'getPicture', { path: { account, file } });
    await run(world, 'getPicture', { path: { account, file: 'other.png' } });
    await run(world, 'deleteAvatar', { headers: own });
    await run(world, 'getPerson', { path: { handle: 'dora' }, headers });
    await run(world, 'getPerson', { path: { handle: 'nobody' } });
    await run(world, 'getPersonLikes', { path: { handle: 'dora' }, headers });
    await run(world, 'getPersonLikes', { path: { handle: 'dora' } });
    await run(world, 'exportMe', { headers });
    await run(world, 'exportMe');
    await run(world, 'getPersonVideos', { path: { handle: 'dora' } });
    await run(world, 'getPersonVideos', { path: { handle: 'dora' }, query: '?limit=0' });
  });

  it('one’s own account', async () => {
    const own = { cookie: await cookieOf(world, 'olga'), 'sec-fetch-site': 'same-origin' };
    const headers = { ...own, host: 'localhost:7400' };
    const body = { current: 'correct horse', next: 'another horse' };
    await run(world, 'changePassword', { headers: { cookie: own.cookie }, body: {} });
    await run(world, 'changePassword', { headers, body: { ...body, current: 'wrong' } });
    await run(world, 'changePassword', { headers, body });
    const device = softwareDevice();
    const origin = 'http://localhost:7400';
    const make = await run(world, 'getNewPasskeyOptions', { headers });
    const made = device.create(make.json<CreateOptions>(), origin);
    await run(world, 'addPasskey', { headers, body: { name: '', response: made } });
    const added = await run(world, 'addPasskey', { headers, body: { name: 'A', response: made } });
    await run(world, 'addPasskey', { headers, body: { name: 'A', response: made } });
    await run(world, 'listPasskeys', { headers });
    const use = await run(world, 'getPasskeyOptions', { headers });
    const response = device.get(use.json<GetOptions>(), origin);
    await run(world, 'signInWithPasskey', { headers, body: { response } });
    await run(world, 'signInWithPasskey', { headers, body: { response } });
    const { id } = added.json<{ id: string }>();
    await run(world, 'removePasskey', { headers, path: { id } });
    await run(world, 'removePasskey', { headers, path: { id } });
    const list = await run(world, 'listSignIns', { headers });
    const [first] = list.json<{ items: { id: string }[] }>().items;
    await run(world, 'endSignIn', { headers, path: { id: 'none' } });
    await run(world, 'changeSettings', { headers, body: { theme: 'dark' } });
    await run(world, 'changeSettings', { headers, body: { theme: 'pink' } });
    await run(world, 'getSettings', { headers });
    await run(world, 'endSignIn', { headers, path: { id: first?.id ?? '' } });
    await run(world, 'getSettings');
  });

  it('own videos', async () => {
    const headers = { cookie: await cookieOf(world, 'erik'), 'sec-fetch-site': 'same-origin' };
    await runOwnVideos((id, sent) => run(world, id, sent), headers, world.clock.nowMs);
  });

  it('truth-keeping', async () => {
    const operator = bearer(OPERATOR_KEY);
    await run(world, 'getCells');
    await run(world, 'recount', { path: a, headers: service });
    await run(world, 'getBooks', { path: { jurisdiction: 'us' } });
    await run(world, 'getBooks', { path: { jurisdiction: 'zz' } });
    await run(world, 'getBorder', { path: { jurisdiction: 'us' } });
    const body = { jurisdiction: 'us', metric: 'views', delta: 1, reason: 'bug', note: 'why' };
    await run(world, 'correct', { path: a, headers: operator, body });
    const named = { ...operator, 'idempotency-key': 'refund-1' };
    await run(world, 'correct', { path: a, headers: named, body });
    await run(world, 'correct', { path: a, headers: named, body });
    await run(world, 'correct', { path: a, headers: operator, body: { ...body, delta: -1 } });
    await run(world, 'correct', { path: a, headers: service, body });
    await run(world, 'getCorrections', { path: a });
    const cell = 'us' as Jurisdiction;
    const statement = { cell, handover: 'us-1', side: 'closing', epoch: 2, seq: 7 } as const;
    const tree = { videos: 1, likesTotal: 3, likesCorrectedTotal: -1, viewsTotal: 4 };
    const root = { viewsCorrectedTotal: 0, root: 'a'.repeat(64) };
    const closing = {
      ...{ operator: 'north', publicKey: 'key', signature: 'signature', epoch: 2, seq: 7 },
      ...{ likes: 3, likesCorrected: -1, views: 4, viewsCorrected: 0 },
      ...{ statement: { format: 1 as const, ...statement, ...tree, ...root } },
      ...{ proof: [], index: 0, size: 1 },
    };
    const balance = { cell, handover: 'us-1', atMs: 1_000, closing, opening: null };
    world.cells.us.answer('balances', () => ({ kind: 'balances', items: [balance] }));
    await run(world, 'getBalances', { path: a });
    await run(world, 'getBalances', { path: { id: 'unknown' } });
    await run(world, 'eraseSubject', { path: { subject: 'user-1' }, headers: service });
  });

  it('the public record', async () => {
    await run(world, 'getTrust', { path: { jurisdiction: 'us' } });
    await run(world, 'getTrust', { path: { jurisdiction: 'zz' } });
    await run(world, 'getHandovers', { path: { jurisdiction: 'us' } });
    await run(world, 'getHandovers', { path: { jurisdiction: 'zz' } });
    await run(world, 'getCertificate', { path: { id: 'us-1-test' } });
    await run(world, 'getCertificate', { path: { id: 'us-9-none' } });
    await run(world, 'getRetirement', { path: { id: 'us-1-test' } });
    await run(world, 'getRetirement', { path: { id: 'us-9-none' } });
    await run(world, 'getCharter');
    await run(world, 'getCharter', { query: '?after=x' });
    await run(world, 'getCharterOfCell', { path: { cell: 'us' } });
    await run(world, 'getCharterOfCell', { path: { cell: 'zz' } });
    const abort = new AbortController();
    const origin = await originOf(world);
    const reply = await fetch(`${origin}/v1/charter/stream`, { signal: abort.signal });
    check('streamCharter', reply.status, reply.headers.get('content-type') ?? '', '');
    abort.abort();
    await run(world, 'streamCharter', { query: '?after=x' });
  });

  it('running', async () => {
    await run(world, 'getHealth');
    await run(world, 'getReady');
    world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 10 });
    await run(world, 'getReady');
    world.cells.us.fail(undefined);
    await run(world, 'getMetrics');
    const { body } = await run(world, 'getOpenApi');
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(openApiDocument)));
  });

  it('and no good answer is documented that was not seen', () => {
    const good = operations.flatMap(({ operation: { operationId, responses } }) =>
      Object.keys(responses)
        .filter((status) => status < '300')
        .map((status) => `${operationId} ${status}`),
    );
    expect(good.filter((each) => !seen.has(each))).toEqual([]);
  });
});

describe('A7: a body beyond the limit of its path', () => {
  const limits = new Map([
    ['sendOps', OPS_BODY_BYTES_MAX],
    ['sendBulk', BULK_BODY_BYTES_MAX],
    ['putHoldWords', HOLD_WORDS_BODY_BYTES_MAX],
  ]);
  const taking = operations
    .filter(({ method }) => method !== 'get')
    .map(({ operation }) => operation.operationId);

  it.each(taking)('A7: is 413 and not worth a retry to %s, whatever else is wrong', async (id) => {
    const type = id === 'sendBulk' ? 'application/x-ndjson' : 'application/json';
    const text = ' '.repeat((limits.get(id) ?? JSON_BODY_BYTES_MAX) + 1);
    const path = { id: 'a', subject: 'user-1' };
    const reply = await run(world, id, { path, headers: { 'content-type': type }, text });
    expect(reply.json()).toMatchObject({ status: 413, code: 'body-too-large', retryable: false });
  });
});

/** The paths of all routes, out of the tree that Fastify prints. */
function servedPaths({ app }: World): string[] {
  const parents: string[] = [];
  const served: string[] = [];
  const tree = app.printRoutes({ commonPrefix: false, includeHooks: false });
  for (const [, indent = '', part = ''] of tree.matchAll(/^([│ ]*)[├└]── (\S+) \(/gm)) {
    const depth = indent.length / 4;
    const path = `${parents[depth - 1] ?? ''}${part}`;
    parents[depth] = path;
    served.push(path);
  }
  return served;
}

describe('A69: the document', () => {
  it('names every route that the server has', () => {
    const documented = Object.keys(paths).map((path) => path.replace(/\{(\w+)\}/g, ':$1'));
    // The printed tree leaves out the fixed part before a wildcard.
    const named = DOCUMENT_ADDRESSES.filter((address) => address !== '/@');
    const addresses = [...named, '/console'];
    const pages = [
      '/',
      '/*',
      '/worker.js',
      ...addresses.flatMap((address) => [address, `${address}*`]),
    ];
    expect(servedPaths(world).sort()).toEqual([...documented, ...pages].sort());
  });

  it('names every method of every route', async () => {
    for (const [path, methods] of Object.entries(paths)) {
      const url = path.replace(/\{\w+\}/g, 'us');
      const reply = await ask(world, 'OPTIONS', url);
      const allowed = String(reply.headers.allow).split(', ');
      const beyond = allowed.filter((method) => method !== 'HEAD' && method !== 'OPTIONS');
      const documented = Object.keys(methods).map((method) => method.toUpperCase());
      expect(beyond.sort(), path).toEqual(documented.sort());
    }
  });

  it('has schemas that are valid and references that lead somewhere', () => {
    for (const name of Object.keys(openApiDocument.components.schemas)) {
      expect(() => ajv.compile({ $ref: `holdfast#/components/schemas/${name}` })).not.toThrow();
    }
  });
});
