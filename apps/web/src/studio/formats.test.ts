import { expect, it } from 'vitest';
import { formatsOf, UNKNOWN } from './formats.ts';

const formats = formatsOf('en-US', 'America/New_York');

it('SP1: what is not known is a dash in every form', () => {
  expect(formats.value(null, 'count')).toBe(UNKNOWN);
  expect(formats.value(null, 'duration')).toBe(UNKNOWN);
  expect([formats.percent(null), formats.rate(null)]).toEqual([UNKNOWN, UNKNOWN]);
});

it('writes every digit of a count, and no percentage that is rounded up', () => {
  expect(formats.value(1_204_331, 'count')).toBe('1,204,331');
  expect(formats.percent(0.99999)).toBe('99.9%');
});

it('writes watch time in hours, minutes and seconds', () => {
  expect(formats.value(0, 'duration')).toBe('0s');
  expect(formats.value(12_390, 'duration')).toBe('12.3s');
  expect(formats.value(3_725_999, 'duration')).toBe('1h 2m 5s');
  expect(formats.value(7_200_000, 'duration')).toBe('2h');
});

it('SP4: writes the hour that comes twice with the name of its zone', () => {
  const first = Date.parse('2026-11-01T05:00:00Z');
  expect(formats.bucket(first, 'hour')).toBe('Sun, Nov 1, 01:00 EDT');
  expect(formats.bucket(first + 3_600_000, 'hour')).toBe('Sun, Nov 1, 01:00 EST');
});

it('writes days in the words of the language', () => {
  expect(formatsOf('ar', 'UTC').day(Date.parse('2026-11-22T12:00:00Z'))).toContain('نوفمبر');
});
