import { describe, expect, it } from 'vitest';
import { zoneOf } from './zone.ts';
import type { Zone } from './zone.ts';

const at = (text: string): number => Date.parse(text);
const text = (ms: number): string => new Date(ms).toISOString();

function zone(name: string): Zone {
  const found = zoneOf(name);
  if (found === undefined) throw new Error(`no zone ${name}`);
  return found;
}

/** The hours that local days have, from the day that holds an instant. */
function dayHours(name: string, from: string, days: number): readonly number[] {
  const { dayStart, nextDay } = zone(name);
  const hours: number[] = [];
  let start = dayStart(at(from));
  for (let day = 0; day < days; day += 1) {
    const next = nextDay(start);
    hours.push((next - start) / 3_600_000);
    start = next;
  }
  return hours;
}

describe('A57: local days', () => {
  it('A57: begin at local midnight', () => {
    const { dayStart, nextDay } = zone('America/New_York');
    expect(text(dayStart(at('2026-11-22T03:00:00Z')))).toBe('2026-11-21T05:00:00.000Z');
    expect(text(nextDay(at('2026-11-22T03:00:00Z')))).toBe('2026-11-22T05:00:00.000Z');
    expect(text(dayStart(at('2026-11-22T05:00:00Z')))).toBe('2026-11-22T05:00:00.000Z');
    expect(text(zone('Asia/Kathmandu').dayStart(at('2026-11-22T00:00:00Z')))).toBe(
      '2026-11-21T18:15:00.000Z',
    );
  });

  it('A57: have 23 hours when the clock is put forward and 25 when it is put back', () => {
    expect(dayHours('America/New_York', '2026-03-07T12:00:00Z', 3)).toEqual([24, 23, 24]);
    expect(dayHours('America/New_York', '2026-10-31T12:00:00Z', 3)).toEqual([24, 25, 24]);
    expect(dayHours('Europe/Berlin', '2026-10-24T12:00:00Z', 3)).toEqual([24, 25, 24]);
    expect(dayHours('Australia/Lord_Howe', '2026-04-04T00:00:00Z', 3)).toEqual([24, 24.5, 24]);
    expect(dayHours('UTC', '2026-10-24T12:00:00Z', 3)).toEqual([24, 24, 24]);
  });

  it('A57: begin later where midnight is skipped', () => {
    const { dayStart, nextDay } = zone('Africa/Cairo');
    const before = at('2026-04-23T12:00:00Z');
    expect(text(nextDay(before))).toBe('2026-04-23T22:00:00.000Z');
    expect(text(dayStart(at('2026-04-24T12:00:00Z')))).toBe('2026-04-23T22:00:00.000Z');
    expect(dayHours('Africa/Cairo', '2026-04-23T12:00:00Z', 3)).toEqual([24, 23, 24]);
  });

  it('A57: skip a date where the zone did', () => {
    // Samoa had no 30 December 2011: the days before and after meet.
    expect(dayHours('Pacific/Apia', '2011-12-29T12:00:00Z', 3)).toEqual([24, 24, 24]);
  });
});

describe('A57: local hours', () => {
  it('A57: begin on the local hour, also in zones between hours', () => {
    const { hourStart, nextHour } = zone('Asia/Kolkata');
    expect(text(hourStart(at('2026-11-22T03:15:00Z')))).toBe('2026-11-22T02:30:00.000Z');
    expect(text(nextHour(at('2026-11-22T03:15:00Z')))).toBe('2026-11-22T03:30:00.000Z');
  });

  it('A57: come twice when the clock is put back', () => {
    const { nextHour } = zone('America/New_York');
    const first = at('2026-11-01T05:00:00Z');
    expect([nextHour(first), nextHour(nextHour(first))].map(text)).toEqual([
      '2026-11-01T06:00:00.000Z',
      '2026-11-01T07:00:00.000Z',
    ]);
  });
});

it.each(['Moon/Sea', '', 'x'.repeat(65), '../etc', 'UTC; DROP'])('A62: %j is no zone', (name) => {
  expect(zoneOf(name)).toBeUndefined();
});
