import fc from 'fast-check';
import { expect, it } from 'vitest';
import { instantOf, localOf } from './zoned-time.ts';

const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Africa/Cairo',
];

it('UF9: a time typed in a zone means the instant at which its clocks show it', () => {
  expect(instantOf('2026-07-01T12:00', 'America/New_York')).toBe(
    Date.parse('2026-07-01T16:00:00Z'),
  );
  expect(instantOf('2026-12-01T12:00', 'America/New_York')).toBe(
    Date.parse('2026-12-01T17:00:00Z'),
  );
  expect(instantOf('2026-12-01T12:00', 'Asia/Kolkata')).toBe(Date.parse('2026-12-01T06:30:00Z'));
});

it('UF9: an hour that the clocks leave out means the one after it, and one that comes twice the first', () => {
  expect(instantOf('2026-03-08T02:30', 'America/New_York')).toBe(
    Date.parse('2026-03-08T07:30:00Z'),
  );
  expect(instantOf('2026-11-01T01:30', 'America/New_York')).toBe(
    Date.parse('2026-11-01T05:30:00Z'),
  );
});

it('UF9: what is no time is none', () => {
  for (const typed of ['', '2026-13-01T12:00', 'tomorrow', '2026-12-01']) {
    expect(instantOf(typed, 'UTC')).toBe(null);
  }
});

it('UF9: a minute shown in a zone and typed again shows the same minute', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2040-01-01') }),
      (zone, ms) => {
        const shown = localOf(ms, zone);
        expect(localOf(instantOf(shown, zone) ?? Number.NaN, zone)).toBe(shown);
      },
    ),
  );
});
