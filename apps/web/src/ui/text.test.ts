import { describe, expect, test } from 'vitest';
import { shortHash, UNKNOWN, writerOf } from './text.ts';

const write = writerOf('en', 'UTC');

describe('what is not known', () => {
  test.each([[null], [undefined]])('PG8: %s is an em dash, whatever it would be', (value) => {
    const { count, bytes, time, day } = write;
    expect([count, bytes, time, day].map((one) => one(value))).toEqual([
      UNKNOWN,
      UNKNOWN,
      UNKNOWN,
      UNKNOWN,
    ]);
  });

  test('PG8: a time that is none is an em dash', () => {
    expect(write.time('yesterday')).toBe(UNKNOWN);
  });
});

test('PG8: a known 0 is a 0', () => {
  expect([write.count(0), write.bytes(0)]).toEqual(['0', '0 bytes']);
});

test.each([
  [999, '999 bytes'],
  [1_000, '1 kB'],
  [1_999, '1.9 kB'],
  [2_500_000, '2.5 MB'],
  [5_000_000_000_000_000, '5,000 TB'],
])('a size is truncated, never rounded up: %d bytes are %s', (value, text) => {
  expect(write.bytes(value)).toBe(text);
});

test('a time has its zone', () => {
  expect(write.time('2026-11-22T14:00:00Z')).toBe('Nov 22, 2026, 14:00:00 UTC');
});

test('a hash is its two ends, and a short one is whole', () => {
  expect(shortHash('0123456789abcdef0123')).toBe('01234567…cdef0123');
  expect(shortHash('0123')).toBe('0123');
});
