import { describe, expect, test } from 'vitest';
import { included, NO_LIKE, pressed, recorded, shownLike, withdrawn } from './like-model.ts';
import type { VideoCounts } from '@holdfast/protocol/counts.ts';

const press = { id: 'a', liked: true };
const position = { cell: 'us', epoch: 2, seq: 7 };

function countsAt(epoch: number, seq: number): VideoCounts {
  const asOf = '2026-11-22T14:00:00.000Z';
  const count = { value: 1, state: 'live', asOf } as const;
  const cell = { likes: 1, views: 1, state: 'live', asOf, epoch, seq } as const;
  return { likes: count, views: count, cells: { us: cell } };
}

describe('a like', () => {
  test('S5: shows at once, is saved with its answer, and settled once the counts include it', () => {
    const unsent = pressed(NO_LIKE, press);
    expect(shownLike(unsent)).toEqual({ liked: true, known: true, pending: 'unsent' });
    const saved = recorded(unsent, 'a', position);
    expect(shownLike(saved)).toEqual({ liked: true, known: true, pending: 'saved' });
    expect(included(saved, countsAt(2, 6))).toBe(saved);
    for (const counts of [countsAt(2, 7), countsAt(3, 1)]) {
      expect(shownLike(included(saved, counts)).pending).toBe('no');
    }
  });

  test('S5: counts that come before the answer end nothing that is not acknowledged', () => {
    const unsent = pressed(NO_LIKE, press);
    expect(included(unsent, countsAt(9, 9))).toBe(unsent);
  });

  test('goes back to what it was when the server did not record it', () => {
    const model = withdrawn(pressed({ confirmed: false, presses: [] }, press), 'a');
    expect(shownLike(model)).toEqual({ liked: false, known: true, pending: 'no' });
  });

  test('shows the last of several presses until all are settled', () => {
    const twice = pressed(pressed(NO_LIKE, press), { id: 'b', liked: false });
    const half = included(recorded(twice, 'a', position), countsAt(2, 8));
    expect(shownLike(half)).toEqual({ liked: false, known: true, pending: 'unsent' });
  });

  test('a press or an answer that is reported twice counts once', () => {
    const once = pressed(NO_LIKE, press);
    expect(pressed(once, press)).toBe(once);
    const done = recorded(once, 'a', position);
    expect(recorded(done, 'a', { ...position, seq: 9 })).toBe(done);
  });

  test('is no more than a guess until the server has said', () => {
    expect(shownLike(NO_LIKE)).toEqual({ liked: false, known: false, pending: 'no' });
  });
});
