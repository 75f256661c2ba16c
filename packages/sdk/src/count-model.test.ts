import type { CellCounts, VideoCounts } from '@holdfast/protocol/counts.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accept, missed, shownAt, SILENCE_MS_MAX, UNREAD } from './count-model.ts';

const AS_OF = '2026-11-22T14:02:00.000Z';
const UNKNOWN_CELL: CellCounts = {
  likes: null,
  views: null,
  state: 'unknown',
  asOf: null,
  epoch: null,
  seq: null,
};
const NO_COUNT = { value: null, state: 'unknown', asOf: null } as const;

/** Counts of one cell whose likes are its seq, so that a jump back shows. */
function countsAt(seq: number, epoch = 1): VideoCounts {
  const value = epoch * 1_000 + seq;
  const count = { value, state: 'live', asOf: AS_OF } as const;
  const us = { likes: value, views: value, state: 'live', asOf: AS_OF, epoch, seq } as const;
  return { likes: count, views: count, cells: { us } };
}

const unknownCounts: VideoCounts = {
  likes: NO_COUNT,
  views: NO_COUNT,
  cells: { us: UNKNOWN_CELL },
};

describe('counts of a video', () => {
  test('SC1: are unknown before the first answer', () => {
    expect(shownAt(UNREAD, 0).likes).toEqual(NO_COUNT);
    expect(shownAt(missed(UNREAD, 'no-answer'), 0)).toMatchObject({
      views: NO_COUNT,
      reason: 'no-answer',
    });
  });

  test('SC2: an answer that comes late changes nothing', () => {
    const model = accept(accept(UNREAD, countsAt(9), 0), countsAt(8), 10);
    expect(shownAt(model, 10).likes.value).toBe(1_009);
  });

  test('SC2: whatever the order of answers, the value shown never falls', () => {
    const position = fc.record({ epoch: fc.integer({ min: 1, max: 3 }), seq: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(position), (positions) => {
        let model = UNREAD;
        let before = 0;
        for (const { seq, epoch } of positions) {
          model = accept(model, countsAt(seq, epoch), 0);
          const value = shownAt(model, 0).likes.value ?? -1;
          expect(value).toBeGreaterThanOrEqual(before);
          before = value;
        }
      }),
    );
  });

  test('a fall that the cell itself reports is shown: unlikes are real', () => {
    const after = countsAt(10);
    const fallen: VideoCounts = { ...after, likes: { value: 3, state: 'live', asOf: AS_OF } };
    expect(shownAt(accept(accept(UNREAD, countsAt(9), 0), fallen, 0), 0).likes.value).toBe(3);
  });

  test('SC3: a value once known outlives an unknown answer and a missing one', () => {
    const known = accept(UNREAD, countsAt(9), 0);
    for (const model of [accept(known, unknownCounts, 10), missed(known, 'no-answer')]) {
      expect(shownAt(model, 10).likes.value).toBe(1_009);
      expect(shownAt(model, SILENCE_MS_MAX + 1).likes).toMatchObject({
        value: 1_009,
        state: 'stale',
        asOf: AS_OF,
      });
    }
  });

  test('SC4: without news a live count turns stale, with its cells', () => {
    const model = accept(UNREAD, countsAt(9), 1_000);
    expect(shownAt(model, 1_000 + SILENCE_MS_MAX).likes.state).toBe('live');
    const late = shownAt(model, 1_001 + SILENCE_MS_MAX);
    expect([late.likes.state, late.views.state, late.cells['us']?.state]).toEqual(
      Array.from({ length: 3 }, () => 'stale'),
    );
  });
});
