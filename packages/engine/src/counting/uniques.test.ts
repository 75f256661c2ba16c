import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addViewers, countViewers, EXACT_VIEWERS_MAX, NO_VIEWERS } from './uniques.ts';
import { REGISTERS, returningViewers, sessionViewerHash, unite, viewerHash } from './uniques.ts';
import type { Uniques } from './uniques.ts';
import { textHash } from './set-hash.ts';

function hashes(prefix: string, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) =>
    sessionViewerHash(`~${prefix}${from + index}`),
  );
}

/** Viewers added a few at a time, as batches do. */
function added(all: readonly number[], step: number, start: Uniques = NO_VIEWERS): Uniques {
  let uniques = start;
  for (let from = 0; from < all.length; from += step) {
    uniques = addViewers(uniques, all.slice(from, from + step));
  }
  return uniques;
}

describe('C22: while there are at most 1,024 viewers', () => {
  test('every one of them is counted, one by one or many at a time', () => {
    const all = hashes('v', 0, EXACT_VIEWERS_MAX);
    expect(countViewers(added(all, 1))).toBe(EXACT_VIEWERS_MAX);
    expect(added(all, 1)).toEqual(added(all, EXACT_VIEWERS_MAX));
    expect(added(all, 1).kind).toBe('exact');
  });

  test('the count is the size of the set, in whatever order and however often they come', () => {
    const viewer = fc.integer({ min: 1, max: 60 }).map((no) => sessionViewerHash(`~${no}`));
    fc.assert(
      fc.property(fc.array(fc.array(viewer, { maxLength: 20 })), (parts) => {
        let uniques = NO_VIEWERS;
        for (const part of parts) uniques = addViewers(uniques, part);
        expect(countViewers(uniques)).toBe(new Set(parts.flat()).size);
      }),
    );
  });

  test('adding who is there already gives the same object back', () => {
    const all = hashes('v', 0, 100);
    const uniques = added(all, 7);
    expect(addViewers(uniques, all)).toBe(uniques);
    expect(addViewers(uniques, all.slice(3, 4))).toBe(uniques);
  });

  test('one viewer more makes it an estimate, and the exact value is left alone', () => {
    const uniques = added(hashes('v', 0, EXACT_VIEWERS_MAX), 100);
    const before = structuredClone(uniques);
    expect(addViewers(uniques, hashes('v', 5_000, 5_001)).kind).toBe('registers');
    expect(uniques).toEqual(before);
  });
});

const SIZES = [
  2_000, 5_000, 10_000, 20_000, 30_000, 38_000, 42_000, 46_000, 60_000, 100_000, 200_000,
];
const SETS = 16;

/** Relative errors of `SETS` growing sets, by size. */
function errorsBySize(hashOf: (name: string) => number): Map<number, number[]> {
  const errors = new Map<number, number[]>(SIZES.map((size) => [size, []]));
  for (let set = 0; set < SETS; set += 1) {
    let uniques = NO_VIEWERS;
    let from = 0;
    for (const size of SIZES) {
      while (from < size) {
        const to = Math.min(size, from + 2_000);
        const part: number[] = [];
        for (let index = from; index < to; index += 1) part.push(hashOf(`~${set}/${index}`));
        uniques = addViewers(uniques, part);
        from = to;
      }
      errors.get(size)?.push(countViewers(uniques) / size - 1);
    }
  }
  return errors;
}

const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('C22: beyond 1,024 viewers', () => {
  const personHash = (name: string): number => {
    const [high = 0, low = 0] = textHash(name);
    return viewerHash(high, low);
  };

  test.each([
    { whom: 'sessions', hashOf: sessionViewerHash },
    { whom: 'persons', hashOf: personHash },
  ])('the estimate of $whom errs by 0.81 percent at every size', ({ hashOf }) => {
    const bySize = errorsBySize(hashOf);
    const all = [...bySize.values()].flat();
    expect(rms(all)).toBeLessThan(0.01);
    expect(rms(all)).toBeGreaterThan(0.004);
    expect(Math.max(...all.map(Math.abs))).toBeLessThan(0.04);
    // A systematic error at one size would hide in the whole; sixteen sets average to about 0.2 %.
    for (const [size, errors] of bySize) {
      expect(Math.abs(mean(errors)), `bias at ${size}`).toBeLessThan(0.0075);
    }
  });

  test('the order in which viewers come changes nothing', () => {
    const all = hashes('o', 0, 3_000);
    const backwards = all.toReversed();
    expect(added(backwards, 77)).toEqual(added(all, 500));
  });

  test('adding does not change the value that was there', () => {
    const uniques = added(hashes('v', 0, 2_000), 500);
    const before = structuredClone(uniques);
    added(hashes('w', 0, 2_000), 500, uniques);
    expect(uniques).toEqual(before);
  });

  test('registers that are nearly full, or all empty, still give a number', () => {
    const registers = new Uint8Array(REGISTERS);
    expect(countViewers({ kind: 'registers', registers })).toBe(0);
    const nearlyFull = countViewers({ kind: 'registers', registers: registers.fill(39) });
    expect(nearlyFull).toBeGreaterThan(2 ** 50);
    expect(Number.isSafeInteger(nearlyFull)).toBe(true);
  });
});

describe('viewers of several days', () => {
  test.each([
    [100, 200],
    [100, 3_000],
    [3_000, 100],
    [3_000, 3_000],
    [700, 700],
  ])('uniting days of %i and %i viewers is the union of their sets', (left, right) => {
    const overlap = Math.floor(Math.min(left, right) / 2);
    const monday = hashes('d', 0, left);
    const tuesday = hashes('d', left - overlap, left - overlap + right);
    const united = unite([added(monday, 100), added(tuesday, 100)]);
    expect(united).toEqual(added([...monday, ...tuesday], 100));
  });

  test('uniting nothing is nobody, and uniting leaves the days as they were', () => {
    expect(countViewers(unite([]))).toBe(0);
    const day = added(hashes('d', 0, 2_000), 500);
    const before = structuredClone(day);
    unite([day, added(hashes('e', 0, 2_000), 500)]);
    unite([added(hashes('e', 0, 10), 5), day]);
    expect(day).toEqual(before);
  });
});

describe('V12: returning viewers', () => {
  const viewers = (from: number, to: number): Uniques =>
    addViewers(
      NO_VIEWERS,
      Array.from({ length: to - from }, (_, index) => sessionViewerHash(`~${from + index}`)),
    );

  test('are told exactly while viewers are few', () => {
    expect(returningViewers(viewers(0, 300), viewers(250, 400))).toEqual({
      viewers: 150,
      returning: 50,
      errorPart: 0,
    });
    expect(returningViewers(NO_VIEWERS, viewers(0, 9)).returning).toBe(0);
    expect(returningViewers(viewers(0, 9), NO_VIEWERS)).toMatchObject({ viewers: 0, returning: 0 });
  });

  test('are told within the error that comes with them when viewers are many', () => {
    const {
      viewers: all,
      returning,
      errorPart,
    } = returningViewers(viewers(0, 30_000), viewers(20_000, 40_000));
    expect(errorPart).toBeGreaterThan(0.008);
    expect(errorPart).toBeLessThan(0.03);
    expect(Math.abs(returning - 10_000)).toBeLessThan(3 * errorPart * all);
  });
});
