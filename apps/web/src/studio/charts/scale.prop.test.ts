import fc from 'fast-check';
import { expect, it } from 'vitest';
import { areaUnder, nearestPlace, pathThrough, placed, valueScale } from './scale.ts';

const unit = fc.constantFrom('count' as const, 'duration' as const);

it('SP3: a scale begins at 0, holds every value, and has whole, equal, few steps', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 50 }), unit, (largest, of) => {
      const { max, ticks } = valueScale(largest, of);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBe(max);
      expect(max).toBeGreaterThanOrEqual(largest);
      expect(max).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.every(Number.isInteger)).toBe(true);
    }),
  );
});

it('SP3: lengths of time have ticks at seconds, minutes and hours', () => {
  expect(valueScale(100_000, 'duration').ticks).toEqual([0, 30_000, 60_000, 90_000, 120_000]);
  expect(valueScale(9 * 3_600_000, 'duration').max).toBe(10 * 3_600_000);
});

it('a scale of one point puts it in the middle', () => {
  expect(placed(5, 5, 5, 0, 100)).toBe(50);
  expect(placed(2, 0, 4, 100, 0)).toBe(50);
});

it('a path of one point is a dot, and has no area', () => {
  expect(pathThrough([{ x: 1, y: 2 }])).toBe('M1 2h0');
  expect(areaUnder([{ x: 1, y: 2 }], 9)).toBe('');
  expect(areaUnder([{ x: 0, y: 2 }, { x: 4, y: 3 }], 9)).toBe('M0 2L4 3L4 9L0 9Z'); // prettier-ignore
});

it('the cursor goes to the nearest place', () => {
  expect(nearestPlace([0, 10, 20], 14)).toBe(1);
  expect(nearestPlace([], 14)).toBe(-1);
});
