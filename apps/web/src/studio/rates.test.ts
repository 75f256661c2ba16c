import { expect, it } from 'vitest';
import { ratesOf } from './rates.ts';
import { overviewOf } from './wire.ts';

const at = '2026-11-22T00:00:00.000Z';

function withCards(values: Readonly<Record<string, number | null>>): ReturnType<typeof overviewOf> {
  const cards = Object.entries(values).map(([metric, value]) => {
    return { metric, value, previous: null, state: 'live', asOf: at, spark: [] };
  });
  return overviewOf({ from: at, to: at, cards });
}

it('is a rate of what was counted in the period', () => {
  expect(ratesOf(withCards({ views: 200, likes: 9, comments: 1, engagedViews: 50 }))).toEqual({
    likesPer100: 4.5,
    commentsPer100: 0.5,
    engagedPart: 0.25,
  });
});

it('SP1: of no views, or of a number that is not known, there is no rate', () => {
  expect(ratesOf(withCards({ views: 0, likes: 0 })).likesPer100).toBeNull();
  expect(ratesOf(withCards({ views: 10, likes: null })).likesPer100).toBeNull();
  expect(ratesOf(undefined).likesPer100).toBeNull();
});
