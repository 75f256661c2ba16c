import { describe, expect, test } from 'vitest';
import { remoteOf } from './remote.ts';
import { createTokenBuckets } from './token-buckets.ts';

const here = remoteOf('203.0.113.7');
const there = remoteOf('203.0.113.8');
const limits = { burst: 3, everyMs: 1_000, bucketsMax: 100 };

const takeAll = (buckets: ReturnType<typeof createTokenBuckets>, nowMs: number): number[] =>
  Array.from({ length: limits.burst + 1 }, () => buckets.take(here, nowMs));

describe('token buckets', () => {
  test('AC17: a burst passes and the next one waits for a token', () => {
    expect(takeAll(createTokenBuckets(limits), 5_000)).toEqual([0, 0, 0, 1_000]);
  });

  test('AC17: a token grows in its time', () => {
    const buckets = createTokenBuckets(limits);
    takeAll(buckets, 5_000);
    expect(buckets.take(here, 5_999)).toBe(1);
    expect(buckets.take(here, 6_000)).toBe(0);
    expect(buckets.take(here, 6_000)).toBe(1_000);
  });

  test('AC17: a bucket never holds more than a burst', () => {
    const buckets = createTokenBuckets(limits);
    takeAll(buckets, 5_000);
    expect(takeAll(buckets, 5_000_000)).toEqual([0, 0, 0, 1_000]);
  });

  test('AC17: each address has a bucket of its own', () => {
    const buckets = createTokenBuckets(limits);
    takeAll(buckets, 5_000);
    expect(buckets.take(there, 5_000)).toBe(0);
  });

  test('AC25: a clock set back by a day makes nobody wait', () => {
    const buckets = createTokenBuckets(limits);
    takeAll(buckets, 86_400_000);
    expect(buckets.take(here, 1_000)).toBe(0);
  });

  test('AC26: the bucket that was not touched longest goes first', () => {
    const buckets = createTokenBuckets({ ...limits, burst: 1, bucketsMax: 2 });
    buckets.take(here, 0);
    buckets.take(there, 0);
    buckets.take(here, 0);
    buckets.take(remoteOf('203.0.113.9'), 0);
    expect(buckets.take(here, 0)).toBe(1_000);
    expect(buckets.take(there, 0)).toBe(0);
  });
});
