import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBeyondWindow, isRepeat, markSeen } from './session-window.ts';
import type { SessionWindow } from './session-window.ts';

/** The rules C2 and C3 with nothing but a set of all numbers ever used. */
class EveryNumber {
  readonly used = new Set<number>();
  highest = 0;

  isRepeat(n: number): boolean {
    return this.used.has(n) || n <= this.highest - 64;
  }

  use(n: number): void {
    this.used.add(n);
    this.highest = Math.max(this.highest, n);
  }
}

const emptyWindow = (): SessionWindow => ({ highest: 0, seenLow: 0, seenHigh: 0 });

/** Steps from the highest number seen; the edges of both words stand out. */
const step = fc.oneof(
  fc.integer({ min: -100, max: 64 }),
  fc.constantFrom(-65, -64, -63, -33, -32, -31, -1, 0, 1, 2, 31, 32, 33, 63, 64),
);

test('C1, C2: the window says what a set of all numbers ever used would say', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1, 2 ** 31 - 40, 2 ** 32 - 40, 2 ** 40 - 6_500),
      fc.array(step, { maxLength: 100 }),
      (start, steps) => {
        const window = emptyWindow();
        const oracle = new EveryNumber();
        // A session may begin anywhere: what lies before is as good as used.
        window.highest = start;
        oracle.highest = start;
        if (start > 0) {
          window.seenLow = 0xffff_ffff;
          window.seenHigh = 0xffff_ffff;
          for (let back = 0; back < 64; back += 1) oracle.used.add(start - back);
        }
        for (const by of steps) {
          const n = window.highest + by;
          if (n < 1) continue;
          expect(isBeyondWindow(window.highest, n)).toBe(n - oracle.highest > 64);
          const repeat = oracle.isRepeat(n);
          expect(isRepeat(window, n), `number ${n} after ${oracle.highest}`).toBe(repeat);
          if (repeat) continue;
          markSeen(window, n);
          oracle.use(n);
          expect(window.highest).toBe(oracle.highest);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('C2: after every move of the window, each of its 64 numbers is as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 30 }), (ahead) => {
      const window = emptyWindow();
      const oracle = new EveryNumber();
      for (const by of ahead) {
        markSeen(window, window.highest + by);
        oracle.use(oracle.highest + by);
        const numbers = Array.from({ length: 80 }, (_, back) => window.highest - back);
        const known = numbers.filter((n) => n >= 1);
        expect(known.map((n) => isRepeat(window, n))).toEqual(known.map((n) => oracle.isRepeat(n)));
      }
    }),
  );
});

test('C2: both words of the bitmap stay unsigned 32-bit numbers, as they are stored', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const window = emptyWindow();
      for (const by of steps) {
        const n = window.highest + by;
        if (n >= 1) markSeen(window, n);
        expect(window.seenLow).toBe(window.seenLow >>> 0);
        expect(window.seenHigh).toBe(window.seenHigh >>> 0);
      }
    }),
  );
});

test('C3: 64 ahead of the highest seen is within the window, 65 is not', () => {
  expect(isBeyondWindow(0, 64)).toBe(false);
  expect(isBeyondWindow(0, 65)).toBe(true);
  expect(isBeyondWindow(2 ** 40, 2 ** 40 + 65)).toBe(true);
});
