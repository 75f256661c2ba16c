import { expect, it } from 'vitest';
import { halfPart, likesPer100 } from './rates.ts';
import { overviewOf, retentionAnswerOf } from './wire.ts';

const at = '2026-11-22T00:00:00.000Z';

function withCards(values: Readonly<Record<string, number | null>>): ReturnType<typeof overviewOf> {
  const cards = Object.entries(values).map(([metric, value]) => {
    return { metric, value, previous: null, state: 'live', asOf: at, spark: [] };
  });
  return overviewOf({ from: at, to: at, cards });
}

it('likes are a rate of the views of the same period', () => {
  expect(likesPer100(withCards({ views: 200, likes: 9 }))).toBe(4.5);
});

it('SP1: of no views, or of a number that is not known, there is no rate', () => {
  expect(likesPer100(withCards({ views: 0, likes: 0 }))).toBeNull();
  expect(likesPer100(withCards({ views: 10, likes: null }))).toBeNull();
  expect(likesPer100(undefined)).toBeNull();
});

it('who watched at least half is a part of all who started', () => {
  const points = [0, 0.5, 1].map((part, index) => ({ part, watching: 8 - 2 * index }));
  const half = (starts: number | null): number | null =>
    halfPart(retentionAnswerOf({ starts, points, state: 'live' }));
  expect(half(8)).toBe(0.75);
  expect(half(0)).toBeNull();
  expect(half(null)).toBeNull();
});
