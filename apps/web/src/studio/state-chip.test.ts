import { expect, it } from 'vitest';
import { chipOf } from './state-chip.ts';

const NOW_MS = Date.parse('2026-11-23T14:10:00Z');
const stale = { state: 'stale', asOf: '2026-11-23T14:07:30Z' } as const;

it('SP9: a stale number that stands still is paused since its as-of', () => {
  const sinceMs = Date.parse(stale.asOf);
  expect(chipOf(stale, undefined, NOW_MS)).toEqual({ kind: 'paused', sinceMs });
  expect(chipOf(stale, stale.asOf, NOW_MS)).toEqual({ kind: 'paused', sinceMs });
});

it('SP9: a stale number whose as-of moves is catching up, by the minutes that it is behind', () => {
  expect(chipOf(stale, '2026-11-23T13:00:00Z', NOW_MS)).toEqual({ kind: 'catching', minutes: 3 });
});

it('SP9: without an as-of nothing is called live', () => {
  expect(chipOf({ state: 'live', asOf: null }, undefined, NOW_MS)).toEqual({ kind: 'unknown' });
});
