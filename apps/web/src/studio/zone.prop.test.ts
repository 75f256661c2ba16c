import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDays, dayOf, daysBetween, dayText, zoneOf } from './zone.ts';

const ZONES = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Cairo'];

it('SP4: an hour shown by a clock is found again, in every zone', () => {
  const hours = fc.integer({ min: 420_000, max: 520_000 });
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), hours, (name, hour) => {
      const zone = zoneOf(name);
      const local = zone.localTime(hour * 3_600_000);
      const { year, month, day, hour: at } = zone.localTime(zone.instantOf(local));
      expect({ year, month, day, hour: at }).toEqual({
        year: local.year,
        month: local.month,
        day: local.day,
        hour: local.hour,
      });
    }),
  );
});

it('SP4: a midnight that a clock skips is the first instant after it', () => {
  // Cairo went from 23:59:59 to 01:00 that night.
  const cairo = zoneOf('Africa/Cairo');
  const at = cairo.instantOf({ year: 2026, month: 4, day: 24 });
  expect(cairo.localTime(at)).toMatchObject({ day: 24, hour: 1, minute: 0 });
  expect(cairo.localTime(at - 1)).toMatchObject({ day: 23, hour: 23, minute: 59 });
});

it('a zone of no name is UTC', () => {
  expect(zoneOf('Atlantis/Capital').name).toBe('UTC');
});

it('days are counted over months and leap years, and read back from text', () => {
  const feb28 = { year: 2028, month: 2, day: 28 };
  expect(addDays(feb28, 2)).toEqual({ year: 2028, month: 3, day: 1 });
  expect(daysBetween(feb28, { year: 2028, month: 3, day: 1 })).toBe(2);
  expect(dayOf(dayText(feb28))).toEqual(feb28);
  expect(dayOf('2026-02-29')).toBeUndefined();
});
