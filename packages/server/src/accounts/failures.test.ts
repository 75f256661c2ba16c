import { describe, expect, test } from 'vitest';
import { afterFailure, failureWaitMs, type Failures } from './failures.ts';

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

describe('delays after failures', () => {
  test.each([
    [1, 0],
    [4, 0],
    [5, 1],
    [6, 2],
    [7, 4],
    [10, 32],
    [14, 512],
    [15, 900],
    [16, 900],
    [5_000, 900],
  ])('AC20: %d failures delay the next attempt by %d s', (count, delayS) => {
    expect(failureWaitMs({ count, lastAtMs: 7_000 }, 7_000)).toBe(delayS * SECOND_MS);
  });

  test('AC20: the delay runs from the last failure', () => {
    const failures: Failures = { count: 6, lastAtMs: 7_000 };
    expect(failureWaitMs(failures, 8_500)).toBe(500);
    expect(failureWaitMs(failures, 9_000)).toBe(0);
    expect(failureWaitMs(failures, 99_000)).toBe(0);
  });

  test('AC24: a failure within a day is added, a day later they begin anew', () => {
    const before: Failures = { count: 6, lastAtMs: 7_000 };
    expect(afterFailure(before, 6_999 + DAY_MS)).toEqual({ count: 7, lastAtMs: 6_999 + DAY_MS });
    expect(afterFailure(before, 7_000 + DAY_MS)).toEqual({ count: 1, lastAtMs: 7_000 + DAY_MS });
    expect(afterFailure(undefined, 7_000)).toEqual({ count: 1, lastAtMs: 7_000 });
  });

  test('AC25: a failure in the future delays nothing', () => {
    expect(failureWaitMs({ count: 20, lastAtMs: 7_001 }, 7_000)).toBe(0);
  });
});
