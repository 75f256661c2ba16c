import { expect, test } from 'vitest';
import { below, seededRandom } from './random.ts';

function draws(seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: 10_000 }, () => below(random, 10));
}

test('one seed gives one sequence, another seed another', () => {
  expect(draws(1)).toEqual(draws(1));
  expect(draws(1)).not.toEqual(draws(2));
});

test('draws stay below the limit and reach every number under it', () => {
  expect([...new Set(draws(3))].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
