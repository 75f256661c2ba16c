import { expect, it } from 'vitest';
import { timeTicks } from './time-ticks.ts';
import { zoneOf } from '../zone.ts';

const berlin = zoneOf('Europe/Berlin');
const texts = (ticks: readonly Readonly<{ atMs: number }>[]): readonly string[] =>
  ticks.map(({ atMs }) => new Date(atMs).toISOString().slice(0, 16));

it('SP4: days begin at local midnight, before and after the clock change', () => {
  const from = Date.parse('2026-10-23T22:00Z');
  const ticks = timeTicks(from, Date.parse('2026-10-26T23:00Z'), berlin, 5);
  expect(ticks.filter(({ label }) => label === 'day')).toHaveLength(4);
  const days = ticks.filter(({ label }) => label === 'day');
  expect(texts(days)).toEqual([
    '2026-10-23T22:00',
    '2026-10-24T22:00',
    '2026-10-25T23:00',
    '2026-10-26T23:00',
  ]);
});

it('SP4: the hour that a clock skips has no label of its own', () => {
  const from = Date.parse('2026-03-28T23:00Z');
  const ticks = timeTicks(from, from + 6 * 3_600_000, berlin, 9);
  expect(texts(ticks)).toEqual([
    '2026-03-28T23:00',
    '2026-03-29T00:00',
    '2026-03-29T01:00',
    '2026-03-29T02:00',
    '2026-03-29T03:00',
    '2026-03-29T04:00',
    '2026-03-29T05:00',
  ]);
});

it('a year has months, never more than asked for', () => {
  const ticks = timeTicks(Date.UTC(2025, 10, 24), Date.UTC(2026, 10, 24), zoneOf('UTC'), 6);
  expect(ticks.every(({ label }) => label === 'month')).toBe(true);
  expect(ticks).toHaveLength(6);
});

it('a range of no length has no ticks', () => {
  expect(timeTicks(5, 5, berlin, 4)).toEqual([]);
});

it('an hour has quarters', () => {
  const from = Date.parse('2026-11-22T10:05Z');
  const ticks = timeTicks(from, from + 59 * 60_000, zoneOf('Asia/Kathmandu'), 5);
  expect(texts(ticks).map((text) => text.slice(11))).toEqual(['10:15', '10:30', '10:45', '11:00']);
});
