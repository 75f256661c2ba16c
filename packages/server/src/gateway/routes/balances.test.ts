import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HandoverBalance } from '@holdfast/engine/charter/balances.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { addVideos, ask, openWorld } from '../fakes/fake-world.ts';
import type { World } from '../fakes/fake-world.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld();
  await addVideos(world, 'a');
});
afterEach(() => world.close());

function balanceAt(cell: 'us' | 'eu', atMs: number): HandoverBalance {
  const handover = `${cell}-${atMs}`;
  return { cell: cell as Jurisdiction, handover, atMs, closing: null, opening: null };
}

function answers(cell: 'us' | 'eu', items: readonly HandoverBalance[]): void {
  world.cells[cell].answer('balances', () => ({ kind: 'balances', items }));
}

describe('BL8: the balances of a video', () => {
  it('BL8: are those of all cells, newest first, at most 100', async () => {
    const many = Array.from({ length: 100 }, (_, at) => balanceAt('us', 200_000 - 1_000 * at));
    answers('us', many);
    answers('eu', [balanceAt('eu', 199_500)]);
    const reply = await ask(world, 'GET', '/v1/videos/a/balances');
    const { video, balances } = reply.json<{ video: string; balances: { at: string }[] }>();
    expect([video, balances.length]).toEqual(['a', 100]);
    expect(balances.slice(0, 2)).toEqual([
      {
        cell: 'us',
        handover: 'us-200000',
        at: '1970-01-01T00:03:20.000Z',
        closing: null,
        opening: null,
      },
      expect.objectContaining({ cell: 'eu', at: '1970-01-01T00:03:19.500Z' }),
    ]);
  });

  it('BL8: are none for a video that a cell has yet to hear of', async () => {
    answers('us', [balanceAt('us', 1_000)]);
    world.cells.eu.answer('balances', () => ({ kind: 'unknown-video' }));
    const reply = await ask(world, 'GET', '/v1/videos/a/balances');
    expect(reply.json<{ balances: object[] }>().balances).toHaveLength(1);
  });

  it('BL10: are 503 when a cell is away, never a part that looks whole', async () => {
    answers('us', [balanceAt('us', 1_000)]);
    world.cells.eu.fail({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1_000 });
    const reply = await ask(world, 'GET', '/v1/videos/a/balances');
    expect(reply.json()).toMatchObject({ status: 503, retryable: true });
    expect(reply.headers['retry-after']).toBe('1');
  });

  it('BL8: of a video that nobody registered are 404', async () => {
    const reply = await ask(world, 'GET', '/v1/videos/unknown/balances');
    expect(reply.json()).toMatchObject({ status: 404, code: 'unknown-video' });
  });
});
