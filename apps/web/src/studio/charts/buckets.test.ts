import { describe, expect, it } from 'vitest';
import { bucketsOf, matched, sumOf, valueOf } from './buckets.ts';
import { bandsOf, strokesOf } from './segments.ts';

const DAY_MS = 86_400_000;
const day = (n: number): string => new Date(Date.UTC(2026, 10, n)).toISOString();
const point = (n: number, value: number | null, partial = false) => ({
  at: day(n),
  value,
  partial,
});

describe('the buckets of a series', () => {
  it('SP1: a bucket without a value is a gap and has no number, also when the series says 0 beside it', () => {
    const buckets = bucketsOf([point(1, 0), point(2, null), { ...point(3, 0), gap: true }], DAY_MS);
    expect(buckets.map(({ kind }) => kind)).toEqual(['whole', 'gap', 'gap']);
    expect(buckets.map(valueOf)).toEqual([0, null, null]);
  });

  it('SP1: what a series leaves out between two buckets is a gap', () => {
    const buckets = bucketsOf([point(1, 5), point(4, 6)], DAY_MS);
    expect(buckets.map(({ kind }) => kind)).toEqual(['whole', 'gap', 'gap', 'whole']);
  });

  it('SD21: they have a sum only when each of them is known', () => {
    expect(sumOf(bucketsOf([point(1, 5), point(2, 0), point(3, 2, true)], DAY_MS))).toBe(7);
    expect(sumOf(bucketsOf([point(1, 5), point(2, null), point(3, 2)], DAY_MS))).toBe(null);
  });

  it('SP19: a bucket from before such numbers were kept is a gap that says so', () => {
    const before = { ...point(1, null), gap: true, reason: 'not-kept' } as const;
    const buckets = bucketsOf([before, { ...point(2, null), gap: true }, point(3, 4)], DAY_MS);
    expect(bandsOf(buckets)).toEqual([
      { from: 0, to: 0, reason: 'not-kept-yet' },
      { from: 1, to: 1, reason: 'no-answer' },
    ]);
  });

  it('SP4: days of 23 and of 25 hours leave nothing out', () => {
    const days = ['2026-03-28T23:00Z', '2026-03-29T22:00Z', '2026-10-24T22:00Z'];
    const longest = ['2026-10-24T22:00Z', '2026-10-25T23:00Z', '2026-10-26T23:00Z'];
    const wholes = (at: readonly string[]): number =>
      bucketsOf(
        at.map((text) => ({ at: text, value: 1, partial: false })),
        DAY_MS,
      ).length;
    expect(wholes(days.slice(0, 2))).toBe(2);
    expect(wholes(longest)).toBe(3);
  });

  it('SP5: a bucket is matched with the one so much earlier, and with none where that is missing', () => {
    const now = bucketsOf([point(15, 1), point(16, 2), point(17, 3)], DAY_MS);
    const before = bucketsOf([point(8, 10), point(10, 30)], DAY_MS);
    const found = matched(now, before, 7 * DAY_MS, DAY_MS);
    expect(found.map(valueOf)).toEqual([10, null, 30]);
  });
});

describe('the strokes of a line', () => {
  it('SP1: no stroke leads over a gap, and the gap is a band', () => {
    const buckets = bucketsOf(
      [point(1, 1), point(2, 2), point(3, null), point(4, null), point(5, 3), point(6, 4)],
      DAY_MS,
    );
    expect(strokesOf(buckets)).toEqual([
      { kind: 'settled', places: [0, 1] },
      { kind: 'settled', places: [4, 5] },
    ]);
    expect(bandsOf(buckets)).toEqual([{ from: 2, to: 3, reason: 'no-answer' }]);
  });

  it('SP2: what leads to a bucket that is not over yet is a stroke of its own', () => {
    const buckets = bucketsOf([point(1, 1), point(2, 2), point(3, 1, true)], DAY_MS);
    expect(strokesOf(buckets)).toEqual([
      { kind: 'settled', places: [0, 1] },
      { kind: 'unfinished', places: [1, 2] },
    ]);
  });

  it('draws a bucket between two gaps, which no line reaches', () => {
    const buckets = bucketsOf([point(1, null), point(2, 2), point(3, null)], DAY_MS);
    expect(strokesOf(buckets)).toEqual([{ kind: 'settled', places: [1] }]);
  });

  it('draws a whole bucket before an unfinished one once', () => {
    const buckets = bucketsOf([point(1, 4), point(2, 2, true)], DAY_MS);
    expect(strokesOf(buckets)).toEqual([{ kind: 'unfinished', places: [0, 1] }]);
  });
});
