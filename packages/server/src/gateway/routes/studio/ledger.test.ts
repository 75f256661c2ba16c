import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyTally, TALLY_SLOT } from '@holdfast/engine/counting/tallies.ts';
import type { CellCounts } from '@holdfast/protocol/counts.ts';
import { EMPTY_STUDIO } from '../../fakes/fake-cell.ts';
import { addVideos, ask, bearer, openWorld, SERVICE_KEY, video } from '../../fakes/fake-world.ts';
import type { World } from '../../fakes/fake-world.ts';
import type { StudioBooks } from '../../../studio/studio-call.ts';
import { isBalanced } from './ledger.ts';

let world: World;

beforeEach(async () => {
  world = await openWorld();
  await addVideos(world, 'a');
});
afterEach(() => world.close());

/** Books in which 5 likes, 1 unlike and 9 views counted, and an erasure and a correction are listed. */
function books(change: Partial<StudioBooks> = {}): StudioBooks {
  const tally = emptyTally();
  tally[TALLY_SLOT.like.counted] = 5;
  tally[TALLY_SLOT.like.unchanged] = 2;
  tally[TALLY_SLOT.unlike.counted] = 1;
  tally[TALLY_SLOT.view.counted] = 9;
  tally[TALLY_SLOT.view.held] = 4;
  const counts = { likes: 3, likesCorrected: 0, views: 9, viewsCorrected: -2 };
  const listed = { listedLikes: -1, listedViews: -2 };
  return { video: video('a'), tally, ...counts, ...listed, epoch: 1, seq: 7, ...change };
}

const shown: CellCounts = {
  likes: 3,
  views: 7,
  state: 'live',
  asOf: '2026-11-22T14:00:00.000Z',
  epoch: 1,
  seq: 7,
};

describe('SD15: books are balanced', () => {
  it('when classes and corrections make the counts, and readers see them', () => {
    expect(isBalanced(books(), shown)).toBe(true);
    expect(isBalanced(books(), undefined)).toBe(true);
  });

  it.each<[string, Partial<StudioBooks>]>([
    ['a like is missing', { likes: 2 }],
    ['a view is too many', { views: 10 }],
    ['a correction is not listed', { viewsCorrected: -3 }],
    ['a listed correction has no effect', { listedLikes: -2 }],
  ])('and not when %s', (_, change) => {
    expect(isBalanced(books(change), undefined)).toBe(false);
  });

  it('and not when readers see other numbers at the same position', () => {
    expect(isBalanced(books(), { ...shown, views: 8 })).toBe(false);
    expect(isBalanced(books(), { ...shown, views: 8, seq: 6 })).toBe(true);
  });
});

describe('GET /v1/videos/{id}/ledger', () => {
  it('SD14: has what was received by kind and class, and all adds up', async () => {
    const asOfMs = world.clock.nowMs;
    world.cells.us.answer('studio', () => ({ ...EMPTY_STUDIO, asOfMs, books: [books()] }));
    const headers = bearer(SERVICE_KEY);
    const reply = await ask(world, 'GET', '/v1/videos/a/ledger', { headers });
    const body: { received: number; classes: Record<string, number> } = reply.json();
    expect(body).toMatchObject({
      received: 21,
      classes: { counted: 15, unchanged: 2, held: 4 },
      perKind: { view: { counted: 9, held: 4 }, like: { counted: 5 }, unlike: { counted: 1 } },
      balanced: true,
      state: 'live',
    });
    expect(Object.values(body.classes).reduce((sum, ops) => sum + ops, 0)).toBe(body.received);
    expect(reply.json()).toMatchObject({
      perCell: [
        { jurisdiction: 'us', received: 21, likes: 3, views: 7, seq: 7, balanced: true },
        { jurisdiction: 'eu', received: 0, likes: 0, views: 0, seq: null, balanced: true },
      ],
      corrections: [{ delta: 5, note: 'a note' }, { delta: 5 }],
    });
  });
});
