import type { Count } from '@holdfast/protocol/counts.ts';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { CountWriter } from './count-text.ts';
import type { CountText, KnownCount, UnknownReason } from './count-text.ts';

const AS_OF = '2026-11-22T14:02:11.120Z';
const NOW_MS = Date.parse('2026-11-22T14:05:00Z');
const writer = new CountWriter('en', 'UTC');
const REASONS: UnknownReason[] = ['reading', 'no-answer', 'cell-unknown', 'unknown-video'];

function live(value: number): KnownCount {
  return { value, state: 'live', asOf: AS_OF };
}

function digits(value: number): string {
  return writer.writeKnown(live(value), 'views', NOW_MS).digits;
}

describe('a known count', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1K'],
    [1_950, '1.9K'],
    [1_999, '1.9K'],
    [999_999, '999.9K'],
    [1_500_000_000, '1.5B'],
  ])('%i is written as %s', (value, expected) => {
    expect(digits(value)).toBe(expected);
  });

  test('N2: compact digits never say more than there is, and never fall as the count grows', () => {
    const value = fc.integer({ min: 0, max: 2_000_000_000 });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        expect(numberOf(digits(less))).toBeLessThanOrEqual(less);
        expect(numberOf(digits(less))).toBeLessThanOrEqual(numberOf(digits(more)));
      }),
    );
  });

  test('N3: its label has every digit, the state and the age', () => {
    const text = writer.writeKnown(live(1_234), 'views', NOW_MS);
    expect(text.label).toBe('1,234 views, live, as of 14:02');
    expect(text.note).toBe('');
  });

  test('N3: a stale one shows its age beside the digits', () => {
    const text = writer.writeKnown({ ...live(7), state: 'stale' }, 'likes', NOW_MS);
    expect(text).toMatchObject({ state: 'stale', digits: '7', note: 'as of 14:02' });
    expect(text.label).toContain('7 likes as of 14:02');
  });

  test('the age has its day when that is not today', () => {
    const text = writer.writeKnown({ ...live(7), state: 'stale' }, 'likes', NOW_MS + 86_400_000);
    expect(text.note).toBe('as of Nov 22');
    expect(text.label).toContain('as of Nov 22, 14:02');
  });

  test('one is not plural', () => {
    expect(writer.writeKnown(live(1), 'likes', NOW_MS).label).toContain('1 like,');
  });

  test('the writing follows the locale', () => {
    const german = new CountWriter('de', 'UTC');
    expect(german.writeKnown(live(1_290_000), 'views', NOW_MS).digits).toBe('1,2\u00A0Mio.');
  });
});

describe('an unknown count', () => {
  const unknown: Count = { value: null, state: 'unknown', asOf: null };

  test.each(REASONS)('N1: is a dash with a reason, and no digit anywhere (%s)', (reason) => {
    const text = writer.write(unknown, 'views', reason, NOW_MS);
    expect(text.digits).toBe('—');
    expect(`${text.digits}${text.note}${text.label}`).not.toMatch(/\d/);
    expect(text.label).toMatch(/not known: .{10,}/);
  });

  test('N1: cannot be drawn as a number, by type', () => {
    expectTypeOf(writer.writeUnknown('likes', 'reading').digits).toEqualTypeOf<'—'>();
    expectTypeOf<KnownCount>().not.toExtend<{ value: null }>();

    // @ts-expect-error A count that may be unknown has no digits.
    const asKnown: KnownCount = unknown as Count;
    // @ts-expect-error A text for the page is made by the writer, never by hand.
    const byHand: CountText = { state: 'unknown', digits: '—', note: '', label: '' };
    // @ts-expect-error An unknown count has no other digits than the dash.
    const zero: Extract<CountText, { state: 'unknown' }>['digits'] = '0';
    expect([asKnown.value, byHand.digits, zero]).toHaveLength(3);
  });
});

const UNITS: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9 };

/** Reads compact English digits back, in tenths so that no rounding of ours gets in between. */
function numberOf(text: string): number {
  const unit = UNITS[text.at(-1) ?? ''] ?? 1;
  const tenths = Math.round(Number.parseFloat(text) * 10);
  return (tenths * unit) / 10;
}
