import { expect, test } from 'vitest';
import { spread } from './spread.ts';

test('the median of an odd number of values is the middle one, whatever their order', () => {
  expect(spread([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 });
});

test('the median of an even number of values lies between the middle two', () => {
  expect(spread([1, 4, 2, 100])).toEqual({ median: 3, min: 1, max: 100 });
});

test('nothing has no median', () => {
  expect(spread([])).toBeNull();
});
