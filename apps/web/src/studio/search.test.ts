import { expect, it } from 'vitest';
import { changedChoice, keepChoice, keptChoice, studioChoice } from './search.ts';

function keeperOf(first: string | null): { value: string | null } & {
  getItem: () => string | null;
  setItem: (key: string, value: string) => void;
} {
  const kept = {
    value: first,
    getItem: () => kept.value,
    setItem: (_key: string, value: string) => {
      kept.value = value;
    },
  };
  return kept;
}

it('SP13: a choice is remembered, and an address goes before what is remembered', () => {
  const keeper = keeperOf(null);
  const chosen = studioChoice({ period: '90d', compare: 'year', tz: 'Asia/Tokyo' }, {});
  keepChoice(keeper, chosen);
  expect(studioChoice({}, keptChoice(keeper))).toEqual(chosen);
  expect(studioChoice({ period: '7d' }, keptChoice(keeper))).toEqual({ ...chosen, period: '7d' });
});

it('SP13: what is remembered badly is forgotten', () => {
  expect(keptChoice(keeperOf('{'))).toEqual({});
  expect(keptChoice(keeperOf('null'))).toEqual({});
  expect(studioChoice({}, { period: 'custom', from: 'then', to: 'now' }).period).toBe('28d');
});

it('SP13: days of one’s own end with the period that they belong to', () => {
  const own = studioChoice({ period: 'custom', from: '2026-01-01', to: '2026-01-31' }, {});
  expect(changedChoice(own, { compare: 'previous' })).toMatchObject({ from: '2026-01-01' });
  expect(changedChoice(own, { period: '7d' })).not.toHaveProperty('from');
});
