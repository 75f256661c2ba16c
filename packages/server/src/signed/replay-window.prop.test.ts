import fc from 'fast-check';
import { expect, it } from 'vitest';
import { REPLAY_WINDOW_NUMBERS, replayWindow } from './replay-window.ts';

it('W6: takes each number once, in any order, as a set without end would within the window', () => {
  const near = fc.integer({ min: 1, max: 3 * REPLAY_WINDOW_NUMBERS });
  fc.assert(
    fc.property(fc.array(near, { minLength: 1, maxLength: 300 }), (numbers) => {
      const window = replayWindow();
      const taken = new Set<number>();
      let highest = 0;
      for (const n of [...numbers, ...numbers]) {
        const isTooOld = n <= highest - REPLAY_WINDOW_NUMBERS;
        expect(window.isNew(n)).toBe(!taken.has(n) && !isTooOld);
        if (!window.isNew(n)) continue;
        window.take(n);
        taken.add(n);
        highest = Math.max(highest, n);
      }
    }),
    { numRuns: 200 },
  );
});

it('W6: takes no number below 1', () => {
  const window = replayWindow();
  expect([window.isNew(0), window.isNew(-1), window.isNew(1)]).toEqual([false, false, true]);
});
