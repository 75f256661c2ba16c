import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueGrant, verifiedFields } from '../../grants/grant.ts';
import {
  addVideos,
  ask,
  bearer,
  eu,
  grantOf,
  openWorld,
  opsSubmitted,
  SERVICE_KEY,
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

type Op = Readonly<Record<string, unknown>>;
const like = (n: unknown, video = 'a'): Op => ({ n, kind: 'like', video });
const view = (change: Op): Op => ({ n: 1, kind: 'view', video: 'a', watchedMs: 4_200, ...change });

// One world for all: no test here may change it, which each of them checks.
let world: World;
let grant: string;

beforeAll(async () => {
  world = await openWorld();
  await addVideos(world, 'a');
  grant = await grantOf(world, 'user-1');
});
afterAll(() => world.close());

const send = (body: unknown, headers: Record<string, string> = bearer(grant)) =>
  ask(world, 'POST', '/v1/ops', { headers, body });
const sendText = (text: string) => ask(world, 'POST', '/v1/ops', { headers: bearer(grant), text });

/** Everything that is refused before any cell hears of it: body, code. */
const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['no object', [], 'invalid-op'],
  ['null', null, 'invalid-op'],
  ['no list', { ops: { n: 1 } }, 'invalid-op'],
  ['no op', { ops: [] }, 'invalid-op'],
  ['257 ops', { ops: Array.from({ length: 257 }, (_, n) => like(n + 1)) }, 'too-many-ops'],
  ['an op that is text', { ops: ['like'] }, 'invalid-op'],
  ['an op that is a list', { ops: [[1, 'like', 'a']] }, 'invalid-op'],
  ['an unknown kind', { ops: [{ ...like(1), kind: 'love' }] }, 'invalid-op'],
  ['no kind', { ops: [{ n: 1, video: 'a' }] }, 'invalid-op'],
  ['n of 0', { ops: [like(0)] }, 'invalid-op'],
  ['n of -1', { ops: [like(-1)] }, 'invalid-op'],
  ['n of 1.5', { ops: [like(1.5)] }, 'invalid-op'],
  ['n of 2^53', { ops: [like(2 ** 53)] }, 'invalid-op'],
  ['n of 2^40 + 1', { ops: [like(2 ** 40 + 1)] }, 'invalid-op'],
  ['n as text', { ops: [like('1')] }, 'invalid-op'],
  ['no n', { ops: [{ kind: 'like', video: 'a' }] }, 'invalid-op'],
  ['a video with odd characters', { ops: [like(1, '../a')] }, 'invalid-op'],
  ['a video with a line end', { ops: [like(1, 'a\n')] }, 'invalid-op'],
  ['a video in Cyrillic', { ops: [like(1, 'а')] }, 'invalid-op'],
  ['an empty video', { ops: [like(1, '')] }, 'invalid-op'],
  ['a video of 65 characters', { ops: [like(1, 'v'.repeat(65))] }, 'invalid-op'],
  ['a video that is a number', { ops: [{ ...like(1), video: 7 }] }, 'invalid-op'],
  ['negative watchedMs', { ops: [view({ watchedMs: -1 })] }, 'invalid-op'],
  ['watchedMs beyond a day', { ops: [view({ watchedMs: 86_400_001 })] }, 'invalid-op'],
  ['watchedMs of 1e300', { ops: [view({ watchedMs: 1e300 })] }, 'invalid-op'],
  ['watchedMs of 0.5', { ops: [view({ watchedMs: 0.5 })] }, 'invalid-op'],
  ['watchedMs as text', { ops: [view({ watchedMs: '5' })] }, 'invalid-op'],
  ['no watchedMs', { ops: [view({ watchedMs: undefined })] }, 'invalid-op'],
  ['an unknown source', { ops: [view({ source: 'dream' })] }, 'invalid-op'],
  ['one bad op among good ones', { ops: [like(1), like(2), like(0)] }, 'invalid-op'],
];

describe('A5: refused, and nothing reaches a cell', () => {
  it.each(REFUSED)('A31: %s', async (_, body, code) => {
    const reply = await send(body);
    expect(reply.statusCode).toBe(400);
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(reply.json()).toMatchObject({ code, status: 400, retryable: false });
    expect(opsSubmitted(world)).toBe(0);
  });

  it.each(['', '{', '{"ops":[}', 'nonsense', '{"ops":[]} trailing', "{'ops':[]}", '\u0000'])(
    'A8: a body that is not JSON: %j',
    async (text) => {
      const reply = await sendText(text);
      expect(reply.statusCode).toBe(400);
      expect(reply.json()).toMatchObject({ code: 'malformed-json' });
      expect(opsSubmitted(world)).toBe(0);
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/x-ndjson', 'nonsense'])(
    'A8: the content type %s',
    async (type) => {
      const headers = { ...bearer(grant), 'content-type': type };
      const reply = await send({ ops: [like(1)] }, headers);
      expect(reply.statusCode).toBe(415);
      expect(reply.json()).toMatchObject({ code: 'unsupported-media-type' });
      expect(opsSubmitted(world)).toBe(0);
    },
  );
});

describe('A5: a grant that is not good, and nothing reaches a cell', () => {
  const refusedAs = async (token: string | undefined, code: string): Promise<void> => {
    const reply = await send({ ops: [like(1)] }, token === undefined ? {} : bearer(token));
    expect(reply.statusCode).toBe(401);
    expect(reply.json()).toMatchObject({ code });
    expect(opsSubmitted(world)).toBe(0);
  };
  const fields = () => {
    const opened = verifiedFields(grant, () => keyOfUs());
    if (opened === undefined) throw new Error('the world gives good grants');
    return opened;
  };
  const keyOfUs = () => world.cells.us.key.publicKeyPem as never;

  it('A26: none', () => refusedAs(undefined, 'grant-missing'));
  it('A26: forged with another key', () =>
    refusedAs(issueGrant(fields(), generateKeyPairSync('ed25519').privateKey), 'grant-invalid'));
  it('A26: cut short', () => refusedAs(grant.slice(0, -1), 'grant-invalid'));
  it('A26: nonsense', () => refusedAs('hfg_nonsense', 'grant-invalid'));
  it('A26: a service key in its place', () => refusedAs(SERVICE_KEY, 'grant-invalid'));
  it('A26: for another subject', async () => {
    const bytes = Buffer.from(grant.slice(4), 'base64url');
    bytes.writeUIntBE(2, 29, 6);
    await refusedAs(`hfg_${bytes.toString('base64url')}`, 'grant-invalid');
  });
  it('A26: of another cell', async () => {
    const bytes = Buffer.from(grant.slice(4), 'base64url');
    bytes.write(`${eu}\0\0\0\0\0\0`, 1, 8, 'latin1');
    await refusedAs(`hfg_${bytes.toString('base64url')}`, 'grant-invalid');
  });
  it('A27: expired', async () => {
    world.clock.nowMs += 7 * 86_400_000;
    await refusedAs(grant, 'grant-expired').finally(() => {
      world.clock.nowMs -= 7 * 86_400_000;
    });
  });
});

describe('A5: one op by address that is refused', () => {
  const one = (
    method: 'PUT' | 'DELETE' | 'POST',
    what: string,
    n: string | undefined,
    body?: unknown,
  ) =>
    ask(world, method, `/v1/videos/a/${what}`, {
      headers: { ...bearer(grant), ...(n !== undefined && { 'op-number': n }) },
      ...(body !== undefined && { body }),
    });

  it.each([undefined, '', '0', '-1', '1.5', '1e3', 'one', '9007199254740992', '1, 2'])(
    'A36: with the Op-Number %j is refused, and nothing reaches a cell',
    async (n) => {
      const reply = await one('PUT', 'like', n);
      expect(reply.statusCode).toBe(400);
      expect(reply.json()).toMatchObject({ code: 'invalid-op' });
      expect(opsSubmitted(world)).toBe(0);
    },
  );

  it.each([{}, { watchedMs: -1 }, { watchedMs: '1' }, { watchedMs: 1, source: 'dream' }, []])(
    'A36: a view of %j is refused, and nothing reaches a cell',
    async (body) => {
      expect((await one('POST', 'views', '1', body)).statusCode).toBe(400);
      expect(opsSubmitted(world)).toBe(0);
    },
  );
});
