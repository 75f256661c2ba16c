import { expect, it } from 'vitest';
import { exactValue, parseCount, READING, sumCounts } from './count.ts';

const at = (value: number, second: number, state = 'live') =>
  parseCount({ value, state, asOf: `2026-11-23T12:00:0${second}Z` });

it('PP2: a sum is as old as the oldest of what it sums, and stale when one of them is', () => {
  const sum = sumCounts([at(3, 5), at(4, 2)]);
  expect(sum).toMatchObject({ state: 'live', asOf: '2026-11-23T12:00:02Z' });
  expect(sum.state === 'unknown' ? undefined : exactValue(sum)).toBe(7);
  expect(sumCounts([at(3, 5), at(4, 6, 'stale')])).toMatchObject({ state: 'stale' });
});

it('PP2: with one unknown the sum is unknown, and a sum of nothing is no zero', () => {
  expect(sumCounts([at(3, 5), { state: 'unknown', reason: 'no-answer' }])).toEqual({
    state: 'unknown',
    reason: 'no-answer',
  });
  expect(sumCounts([])).toEqual(READING);
});
