import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from './histogram.ts';

const MICROS = fc.integer({ min: 0, max: 2 ** 31 - 1 });

function exactQuantileMicros(micros: readonly number[], quantile: number): number {
  const sorted = micros.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] ?? 0;
}

describe('Histogram', () => {
  test('gives every percentile to within 0.8 % and never below the true one', () => {
    fc.assert(
      fc.property(
        fc.array(MICROS, { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (micros, quantile) => {
          const histogram = new Histogram();
          for (const value of micros) histogram.record(value / 1000);
          const exact = exactQuantileMicros(micros, quantile);
          const found = Math.round(histogram.quantileMs(quantile) * 1000);
          expect(found).toBeGreaterThanOrEqual(exact);
          expect(found).toBeLessThanOrEqual(exact * 1.008 + 1);
        },
      ),
    );
  });

  test('keeps the longest sample exactly', () => {
    const histogram = new Histogram();
    for (const value of [0.5, 123.457, 7]) histogram.record(value);
    expect(histogram.summary()).toMatchObject({ count: 3, maxMs: 123.457 });
  });

  test('is all zero when nothing was recorded', () => {
    const none = { count: 0, p50Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 };
    expect(new Histogram().summary()).toEqual(none);
  });
});
