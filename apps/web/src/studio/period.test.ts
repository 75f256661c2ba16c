import { describe, expect, it } from 'vitest';
import { choiceOf, comparisonOf, DEFAULT_CHOICE, periodOf } from './period.ts';
import { zoneOf } from './zone.ts';

const newYork = zoneOf('America/New_York');
const NOW_MS = Date.parse('2026-11-23T03:30:00Z');
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

describe('a choice of period', () => {
  it('SP13: takes from the address what it understands and the rest from what was chosen before', () => {
    const before = { period: '90d', compare: 'year', tz: 'Europe/Berlin' } as const;
    expect(choiceOf({}, before)).toEqual(before);
    expect(choiceOf({ period: '7d', compare: 'often', tz: 7 }, before)).toEqual({
      ...before,
      period: '7d',
    });
  });

  it('SP13: a period of one’s own needs two days in order; else it is the usual one', () => {
    const custom = { period: 'custom', from: '2026-02-01', to: '2026-02-28' };
    expect(choiceOf(custom, DEFAULT_CHOICE)).toMatchObject(custom);
    for (const wrong of [
      { ...custom, to: '2026-01-31' },
      { ...custom, to: '2026-02-30' },
      { ...custom, from: '2020-01-01' },
      { period: 'custom' },
    ]) {
      expect(choiceOf(wrong, DEFAULT_CHOICE).period).toBe('28d');
    }
  });
});

describe('the instants of a period', () => {
  it('SP4: days begin and end at midnight of the zone, and the last one is today', () => {
    const period = periodOf({ period: '28d', compare: 'none' }, newYork, NOW_MS);
    expect(iso(period.fromMs)).toBe('2026-10-26T04:00');
    expect(iso(period.toMs)).toBe('2026-11-23T05:00');
    expect(period.grain).toBe('day');
  });

  it('48 hours end with the hour that is going on', () => {
    const period = periodOf({ period: '48h', compare: 'none' }, newYork, NOW_MS);
    expect(iso(period.fromMs)).toBe('2026-11-21T04:00');
    expect(iso(period.toMs)).toBe('2026-11-23T04:00');
    expect(period.grain).toBe('hour');
  });

  it('SP5: 90 days are compared with those 91 days before, so that weekdays meet', () => {
    const period = periodOf({ period: '90d', compare: 'previous' }, newYork, NOW_MS);
    const before = comparisonOf(period, 'previous', newYork);
    expect(before.shiftMs).toBe(91 * 86_400_000);
    expect(newYork.localTime(before.fromMs).hour).toBe(0);
    expect(new Date(before.fromMs).getUTCDay()).toBe(new Date(period.fromMs).getUTCDay());
    expect(before.toMs).toBeLessThanOrEqual(period.fromMs);
  });

  it('SP5: the same time last year is 52 weeks before', () => {
    const period = periodOf({ period: '7d', compare: 'year' }, newYork, NOW_MS);
    expect(iso(comparisonOf(period, 'year', newYork).fromMs)).toBe('2025-11-17T05:00');
  });
});
