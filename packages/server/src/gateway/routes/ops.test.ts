import { OPS_BODY_BYTES_MAX } from '@holdfast/protocol/limits.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  addVideos,
  ask,
  bearer,
  grantOf,
  openWorld,
  opsSubmitted,
  START_MS,
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

type Op = Readonly<Record<string, unknown>>;
const like = (n: unknown, video = 'a'): Op => ({ n, kind: 'like', video });
const view = (change: Op): Op => ({ n: 1, kind: 'view', video: 'a', watchedMs: 4_200, ...change });

let world: World;
let grant: string;

beforeEach(async () => {
  world = await openWorld();
  await addVideos(world, 'a', 'b');
  grant = await grantOf(world, 'user-1');
});
afterEach(() => world.close());

const send = (body: unknown, headers: Record<string, string> = bearer(grant)) =>
  ask(world, 'POST', '/v1/ops', { headers, body });
const sendText = (text: string) => ask(world, 'POST', '/v1/ops', { headers: bearer(grant), text });

describe('ops', () => {
  it('A32: are answered once durable, one outcome each, in the order sent', async () => {
    const ops = [like(2), view({ n: 1 }), view({ n: 3, watchedMs: 10 }), like(2), like(4, 'zz')];
    const reply = await send({ ops });
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({
      cell: 'us',
      epoch: 1,
      seq: 3,
      results: [
        { n: 2, outcome: 'counted' },
        { n: 1, outcome: 'counted' },
        { n: 3, outcome: 'unqualified' },
        { n: 2, outcome: 'duplicate' },
        { n: 4, outcome: 'invalid', code: 'unknown-video' },
      ],
    });
  });

  it('A32: are not answered before the cell has acknowledged them', async () => {
    const release = world.cells.us.holdSubmits();
    let answered = false;
    const reply = send({ ops: [like(1)] }).finally(() => {
      answered = true;
    });
    await vi.waitFor(() => expect(opsSubmitted(world)).toBe(1));
    await new Promise(setImmediate);
    expect(answered).toBe(false);
    release();
    expect((await reply).statusCode).toBe(200);
  });

  it('A32: go to the cell of the grant, as the person and session in it', async () => {
    await send({ ops: [like(1)] }, bearer(await grantOf(world, 'user-2', 'eu')));
    expect(world.cells.us.submitted).toEqual([]);
    const [group] = world.cells.eu.submitted[0] ?? [];
    expect(group).toMatchObject({
      sessionKey: expect.stringMatching(/^~[0-9A-Z]{26}$/) as unknown,
      who: { kind: 'person', person: 1 },
      startedAtMs: START_MS,
      ops: [{ n: 1, kind: 'like', video: 'a' }],
    });
  });

  it('A18: of an anonymous session may view, not like', async () => {
    const anonymous = bearer(await grantOf(world));
    const reply = await send({ ops: [like(1), view({ n: 2 })] }, anonymous);
    expect(reply.json<{ results: unknown }>().results).toEqual([
      { n: 1, outcome: 'invalid', code: 'sign-in-required' },
      { n: 2, outcome: 'counted' },
    ]);
  });

  it('A30: of exactly 256 are taken', async () => {
    const ops = Array.from({ length: 256 }, (_, index) => like((index % 64) + 1));
    expect((await send({ ops })).statusCode).toBe(200);
    expect(opsSubmitted(world)).toBe(256);
  });

  it('A4: and bodies may have fields that are not known', async () => {
    const op = { ...like(1), likes: 1_000, outcome: 'counted', constructor: 1 };
    const reply = await send({ ops: [op], session: 'another' });
    expect(reply.statusCode).toBe(200);
    expect(world.cells.us.submitted[0]?.[0]?.ops).toEqual([{ n: 1, kind: 'like', video: 'a' }]);
  });

  it('A4: with __proto__ in them change nothing but what they say', async () => {
    const text =
      '{"__proto__":{"ops":[]},"ops":[{"__proto__":{"n":9},"n":1,"kind":"like","video":"a"}]}';
    expect((await sendText(text)).statusCode).toBe(200);
    expect(world.cells.us.submitted[0]?.[0]?.ops).toEqual([{ n: 1, kind: 'like', video: 'a' }]);
    expect(Object.hasOwn(Object.prototype, 'n')).toBe(false);
    const inherited = '{"ops":[{"__proto__":{"n":1,"kind":"like","video":"a"}}]}';
    expect((await sendText(inherited)).json()).toMatchObject({ code: 'invalid-op' });
  });

  it('A33: too far ahead are refused whole, with the number and the highest seen', async () => {
    await send({ ops: [like(10)] });
    const reply = await send({ ops: [like(9), like(75)] });
    expect(reply.statusCode).toBe(409);
    expect(reply.json()).toMatchObject({
      code: 'op-window',
      retryable: false,
      n: 75,
      highest: 10,
    });
  });
});

it('A7: a body of exactly 65,536 bytes is taken, one byte more is refused', async () => {
  const text = (bytes: number): string => {
    const body = JSON.stringify({ ops: [like(1)], filler: '' });
    return body.replace('""', `"${'x'.repeat(bytes - body.length)}"`);
  };
  expect(Buffer.byteLength(text(OPS_BODY_BYTES_MAX))).toBe(65_536);
  const refused = await sendText(text(OPS_BODY_BYTES_MAX + 1));
  expect(refused.statusCode).toBe(413);
  expect(refused.json()).toMatchObject({ code: 'body-too-large' });
  expect(opsSubmitted(world)).toBe(0);
  expect((await sendText(text(OPS_BODY_BYTES_MAX))).statusCode).toBe(200);
});

describe('a cell that cannot', () => {
  it.each(['overloaded', 'cell-unavailable', 'storage-full', 'shutting-down'] as const)(
    'A34: is answered as 503 %s, and the same names can be sent again',
    async (code) => {
      world.cells.us.fail({ kind: 'unavailable', code, retryAfterMs: 1_200 });
      const reply = await send({ ops: [like(1)] });
      expect(reply.statusCode).toBe(503);
      expect(reply.headers['retry-after']).toBe('2');
      expect(reply.json()).toMatchObject({ code, retryable: true });
      world.cells.us.fail(undefined);
      const again = await send({ ops: [like(1)] });
      expect(again.json<{ results: unknown }>().results).toEqual([{ n: 1, outcome: 'counted' }]);
    },
  );

  it('A3: always says when to try again, in whole seconds and at least one', async () => {
    world.cells.us.fail({ kind: 'unavailable', code: 'overloaded', retryAfterMs: 1 });
    expect((await send({ ops: [like(1)] })).headers['retry-after']).toBe('1');
  });

  it('A37: has not taken a video yet: ops on it wait, ops on others do not', async () => {
    world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 });
    await addVideos(world, 'late');
    world.cells.us.answer('registerVideo', () => {
      throw new Error('not yet');
    });
    world.cells.us.fail(undefined);
    const waits = await send({ ops: [like(1, 'late')] });
    expect(waits.statusCode).toBe(503);
    expect(waits.json()).toMatchObject({ code: 'cell-unavailable' });
    expect(opsSubmitted(world)).toBe(0);
    expect((await send({ ops: [like(1, 'a')] })).statusCode).toBe(200);
  });
});

it('A35: too many requests of one grant are 429, and others are not held up', async () => {
  await world.close();
  world = await openWorld({ limits: { grantBurst: 3, grantPerSecond: 2 } });
  await addVideos(world, 'a');
  grant = await grantOf(world, 'user-1');
  const statuses: number[] = [];
  for (let n = 1; n <= 4; n += 1) statuses.push((await send({ ops: [like(n)] })).statusCode);
  expect(statuses).toEqual([200, 200, 200, 429]);
  const refused = await send({ ops: [like(5)] });
  expect(refused.json()).toMatchObject({ code: 'rate-limited', retryable: true });
  expect(refused.headers['retry-after']).toBe('1');
  const other = bearer(await grantOf(world, 'user-2'));
  expect((await send({ ops: [like(1)] }, other)).statusCode).toBe(200);
  world.clock.nowMs += 1_000;
  expect((await send({ ops: [like(5)] })).statusCode).toBe(200);
});

describe('A36: one op by address', () => {
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

  it('A36: likes, unlikes and views as /v1/ops does', async () => {
    const liked = await one('PUT', 'like', '1');
    expect(liked.json()).toEqual({
      cell: 'us',
      epoch: 1,
      seq: 3,
      results: [{ n: 1, outcome: 'counted' }],
    });
    const unliked = await one('DELETE', 'like', '2');
    expect(unliked.json()).toMatchObject({ results: [{ n: 2, outcome: 'counted' }] });
    const viewed = await one('POST', 'views', '3', { watchedMs: 4_000, source: 'feed' });
    expect(viewed.json()).toMatchObject({ results: [{ n: 3, outcome: 'counted' }] });
    expect(world.cells.us.submitted.flat().flatMap(({ ops }) => ops)).toEqual([
      { n: 1, kind: 'like', video: 'a' },
      { n: 2, kind: 'unlike', video: 'a' },
      { n: 3, kind: 'view', video: 'a', watchedMs: 4_000, source: 'feed' },
    ]);
  });

  it('A36: needs a grant', async () => {
    const reply = await ask(world, 'PUT', '/v1/videos/a/like', { headers: { 'op-number': '1' } });
    expect(reply.json()).toMatchObject({ code: 'grant-missing' });
  });
});
