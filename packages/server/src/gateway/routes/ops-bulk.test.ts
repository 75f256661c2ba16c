import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addVideos,
  ask,
  bearer,
  openWorld,
  opsSubmitted,
  OTHER_TENANT_KEY,
  SERVICE_KEY,
} from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

type Line = Readonly<Record<string, unknown>>;
const line = (n: unknown, change: Line = {}): Line => ({
  jurisdiction: 'us',
  session: 'web-7',
  subject: 'user-1',
  n,
  kind: 'view',
  video: 'a',
  watchedMs: 3_000,
  ...change,
});
const text = (lines: readonly Line[]): string =>
  lines.map((each) => JSON.stringify(each)).join('\n');

let world: World;

beforeEach(async () => {
  world = await openWorld();
  await addVideos(world, 'a');
});
afterEach(() => world.close());

const send = (body: string, key: string = SERVICE_KEY) =>
  ask(world, 'POST', '/v1/ops/bulk', {
    headers: { ...bearer(key), 'content-type': 'application/x-ndjson' },
    text: body,
  });

const groups = () => world.cells.us.submitted.flat();

describe('bulk', () => {
  it('is answered once durable, with the outcomes by class and the positions', async () => {
    const lines = [line(1), line(1), line(2, { video: 'zz' }), line(3, { jurisdiction: 'eu' })];
    const reply = await send(text(lines));
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({
      accepted: 4,
      outcomes: { counted: 2, duplicate: 1, invalid: 1 },
      positions: { us: { epoch: 1, seq: 2 }, eu: { epoch: 1, seq: 2 } },
    });
  });

  it('A40: keeps the order of each session, also when its subjects differ', async () => {
    const mine = { session: 's' };
    const other = { session: 't' };
    await send(
      text([
        line(1, mine),
        line(1, other),
        line(2, mine),
        line(3, { ...mine, subject: 'user-2' }),
        line(4, mine),
        line(2, other),
        line(5, { ...mine, subject: undefined }),
      ]),
    );
    expect(
      groups().map(({ sessionKey, who, ops }) => [sessionKey, who, ops.map(({ n }) => n)]),
    ).toEqual([
      ['acme/s', { kind: 'subject', tenant: 'acme', subject: 'user-1' }, [1, 2]],
      ['acme/t', { kind: 'subject', tenant: 'acme', subject: 'user-1' }, [1, 2]],
      ['acme/s', { kind: 'subject', tenant: 'acme', subject: 'user-2' }, [3]],
      ['acme/s', { kind: 'subject', tenant: 'acme', subject: 'user-1' }, [4]],
      ['acme/s', { kind: 'anonymous' }, [5]],
    ]);
  });

  it('A42: of another tenant has sessions and subjects of its own', async () => {
    await send(text([line(1)]));
    const reply = await send(text([line(1)]), OTHER_TENANT_KEY);
    expect(reply.json()).toMatchObject({ outcomes: { counted: 1 } });
    expect(groups().map(({ sessionKey }) => sessionKey)).toEqual(['acme/web-7', 'other/web-7']);
  });

  it('A38: of exactly 10,000 lines is taken, one more is refused', async () => {
    const lines = Array.from({ length: 10_000 }, (_, index) =>
      line(1, { session: `s${index}`, kind: 'like' }),
    );
    const refused = await send(`${text(lines)}\n${JSON.stringify(line(1))}`);
    expect(refused.json()).toMatchObject({ status: 400, code: 'too-many-ops' });
    expect(opsSubmitted(world)).toBe(0);
    expect((await send(`${text(lines)}\n`)).json()).toMatchObject({ accepted: 10_000 });
  });

  it('A7: of exactly 4 MiB is taken, one byte more is refused', async () => {
    const body = (bytes: number): string => {
      const one = JSON.stringify(line(1, { filler: '' }));
      return one.replace('"filler":""', `"filler":"${'x'.repeat(bytes - one.length)}"`);
    };
    const refused = await send(body(4 * 1024 * 1024 + 1));
    expect(refused.json()).toMatchObject({ status: 413, code: 'body-too-large' });
    expect(opsSubmitted(world)).toBe(0);
    expect((await send(body(4 * 1024 * 1024))).statusCode).toBe(200);
  });
});

it('A37: a video that the cell has yet to take', async () => {
  world.cells.us.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 });
  await addVideos(world, 'late');
  const reply = await send(text([line(1), line(2, { video: 'late' })]));
  expect(reply.json()).toMatchObject({ status: 503, code: 'cell-unavailable' });
  expect(opsSubmitted(world)).toBe(0);
});

describe('A41: bulk for several cells', () => {
  const both = text([line(1), line(1, { jurisdiction: 'eu' })]);

  it('A41: is recorded in none when one window does not fit', async () => {
    const reply = await send(text([line(1), line(65 + 1, { jurisdiction: 'eu' })]));
    expect(reply.json()).toMatchObject({ status: 409, code: 'op-window', n: 66, highest: 0 });
    expect(opsSubmitted(world)).toBe(0);
  });

  it('A41: is recorded in none when one cell is away from the start', async () => {
    world.cells.eu.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1 });
    expect((await send(both)).statusCode).toBe(503);
    expect(opsSubmitted(world)).toBe(0);
  });

  it('A41: sent again after one cell failed in between, doubles nothing', async () => {
    world.cells.eu.answer('checkWindow', () => {
      world.cells.eu.fail({ kind: 'unavailable', code: 'overloaded', retryAfterMs: 1 });
      return { kind: 'fits' };
    });
    const first = await send(both);
    expect(first.json()).toMatchObject({ status: 503, code: 'overloaded', retryable: true });
    expect(world.cells.us.classes.get('counted')).toBe(1);
    world.cells.eu.fail(undefined);
    world.cells.eu.answer('checkWindow', () => ({ kind: 'fits' }));
    const second = await send(both);
    expect(second.json()).toMatchObject({ outcomes: { counted: 1, duplicate: 1 } });
    expect(world.cells.us.classes.get('counted')).toBe(1);
  });
});
