import { describe, expect, it } from 'vitest';
import { remoteKeyOf, takeToken, tokenBuckets } from './token-buckets.ts';

describe('a token bucket', () => {
  const rate = { burst: 2, perSecond: 4 };

  it('A22: gives what it holds at once, then as fast as it fills', () => {
    const buckets = tokenBuckets(rate, 10);
    const waits = [0, 0, 0, 125, 250, 250, 5_000, 5_000, 5_000].map((ms) =>
      buckets.take('one', ms),
    );
    expect(waits).toEqual([0, 0, 250, 125, 0, 250, 0, 0, 250]);
  });

  it('A22: keeps keys apart', () => {
    const buckets = tokenBuckets({ burst: 1, perSecond: 1 }, 10);
    expect([buckets.take('one', 0), buckets.take('two', 0), buckets.take('one', 0)]).toEqual([
      0, 0, 1_000,
    ]);
  });

  it('A22: neither gives more nor locks out when the clock is set back', () => {
    const bucket = { tokens: 1, refilledAtMs: 1_000_000 };
    expect(takeToken(bucket, rate, 0)).toBe(0);
    expect(takeToken(bucket, rate, 0)).toBe(250);
    expect(takeToken(bucket, rate, 250)).toBe(0);
  });
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['2001:db8:1:2::6', '2001:db8:1:2::'],
  ['2001:db8::1', '2001:db8:0:0::'],
  ['::1', '0:0:0:0::'],
  ['unknown', 'unknown'],
])('A22: %s counts as %s', (address, key) => {
  expect(remoteKeyOf(address)).toBe(key);
});
