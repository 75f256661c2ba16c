import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { written } from '../app/i18n.ts';
import type { Message } from '../app/i18n.ts';
import { countOf } from './count.ts';
import type { Count, UnknownReason } from './count.ts';
import { ar } from './messages.ar.ts';
import { en } from './messages.en.ts';
import { writeCount } from './write-count.ts';
import type { CountText, Reading } from './write-count.ts';

const AS_OF = '2026-11-22T14:02:11.120Z';
const NOW_MS = Date.parse('2026-11-22T14:05:00Z');
const DAY_MS = 86_400_000;

function reading(language: string, messages: Readonly<Record<keyof typeof en, Message>>): Reading {
  return {
    language,
    timeZone: 'UTC',
    nowMs: NOW_MS,
    t: (key, params = {}) => written(messages[key], params, language),
  };
}

const english = reading('en', en);
const live = (value: number): Count => countOf({ value, state: 'live', asOf: AS_OF });
const stale = (value: number): Count => countOf({ value, state: 'stale', asOf: AS_OF });
const digits = (value: number): string => writeCount(live(value), 'views', english).digits;
const numberOf = (text: string): number => {
  const [, amount = '', unit = ''] = /^([\d.]+)([KMBT]?)$/.exec(text) ?? [];
  return Math.round(Number(amount) * 1_000 ** ' KMBT'.indexOf(unit || ' ') * 10) / 10;
};

describe('a known count', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1K'],
    [1_950, '1.9K'],
    [1_999, '1.9K'],
    [999_999, '999.9K'],
    [1_500_000_000, '1.5B'],
  ])('NU2: %i is written as %s', (value, expected) => {
    expect(digits(value)).toBe(expected);
  });

  test('NU2: compact digits never say more than there is, and never fall as the count grows', () => {
    const value = fc.integer({ min: 0, max: 2_000_000_000 });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        expect(numberOf(digits(less))).toBeLessThanOrEqual(less);
        expect(numberOf(digits(less))).toBeLessThanOrEqual(numberOf(digits(more)));
      }),
    );
  });

  test('NU2: where every digit counts they are all there', () => {
    expect(writeCount(live(1_234_567), 'views', english, true).digits).toBe('1,234,567');
  });

  test('NU3: its label has every digit, the state and the age', () => {
    const text = writeCount(live(1_234), 'views', english);
    expect(text.label).toBe('1,234 views, live, as of 14:02');
    expect(text.note).toBe('');
    expect(writeCount(live(1), 'likes', english).label).toContain('1 like,');
  });

  test('NU4: a stale one shows of when it is', () => {
    const text = writeCount(stale(7), 'likes', english);
    expect(text).toMatchObject({ state: 'stale', digits: '7', note: 'as of 14:02' });
    expect(text.label).toContain('7 likes as of 14:02');
    const later = writeCount(stale(7), 'likes', { ...english, nowMs: NOW_MS + DAY_MS });
    expect(later.note).toBe('as of Nov 22');
    expect(later.label).toContain('as of Nov 22, 14:02');
  });

  test('NU3: is written in the reader’s language, with its plurals', () => {
    const arabic = reading('ar', ar);
    expect(writeCount(live(2), 'likes', arabic).label).toContain('إعجابان');
    expect(writeCount(live(3), 'likes', arabic).label).toContain('إعجابات');
    expect(writeCount(live(1_250), 'views', reading('de', en)).digits).toBe('1250');
  });
});

describe('an unknown count', () => {
  test('NU1: is a dash by type, whatever the reason, and says why', () => {
    expectTypeOf<Extract<CountText, { state: 'unknown' }>['digits']>().toEqualTypeOf<'—'>();
    const reasons: readonly UnknownReason[] = [
      'reading',
      'no-answer',
      'cell-unknown',
      'unknown-video',
    ];
    for (const reason of reasons) {
      const text = writeCount({ state: 'unknown', reason }, 'likes', english);
      expect(text).toMatchObject({ state: 'unknown', digits: '—', note: '' });
      expect(text.label).toContain(en[`why.${reason}`]);
      expect(text.label).not.toMatch(/\d/);
    }
  });
});
