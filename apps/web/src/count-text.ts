// How a count is written. The one place where a number becomes text.
//
//   N1  An unknown count is an em dash with a reason. There is no way to draw it as a number.
//   N2  Compact digits are truncated, never rounded up: 1,999 is "1.9K".
//   N3  The exact value, its age and its state are always within reach (title, accessible name).
//
// N1 holds by type: `drawCount` takes a `CountText`, only this file can make one, and the digits
// of an unknown count have the type '—'.

import type { Count, Metric } from '@holdfast/protocol/counts.ts';

/** A count that has a value; the only kind that can be written as digits. */
export type KnownCount = Extract<Count, { value: number }>;

/** Why there is no value, as far as this page can tell. */
export type UnknownReason = 'reading' | 'no-answer' | 'cell-unknown' | 'unknown-video';

declare const madeHere: unique symbol;

type Text<State extends Count['state'], Digits extends string> = Readonly<{
  state: State;
  /** What stands in the rail. */
  digits: Digits;
  /** A short note under the digits; empty while the count is live. */
  note: string;
  /** The whole truth in a sentence: exact value, age and state, or the reason for the dash. */
  label: string;
  [madeHere]: true;
}>;

export type UnknownText = Text<'unknown', '—'>;
export type KnownText = Text<'live' | 'stale', string>;
export type CountText = UnknownText | KnownText;

const REASONS: Readonly<Record<UnknownReason, string>> = {
  reading: 'the first answer is still on its way',
  'no-answer': 'the counter did not answer; this page keeps asking',
  'cell-unknown': 'a country that counts this clip has not reported yet',
  'unknown-video': 'the counter does not know this clip',
};

/** Writes counts in one locale and time zone. Formatters are costly to build: make one, keep it. */
export class CountWriter {
  readonly #compact: Intl.NumberFormat;
  readonly #exact: Intl.NumberFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #date: Intl.DateTimeFormat;

  /** `undefined` takes the reader's own locale or time zone. */
  constructor(locale: string | undefined, timeZone: string | undefined) {
    this.#compact = new Intl.NumberFormat(locale, {
      notation: 'compact',
      maximumFractionDigits: 1,
      roundingMode: 'trunc',
    });
    this.#exact = new Intl.NumberFormat(locale);
    const zone = timeZone === undefined ? {} : { timeZone };
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    this.#time = new Intl.DateTimeFormat(locale, { ...zone, ...time });
    this.#date = new Intl.DateTimeFormat(locale, { ...zone, month: 'short', day: 'numeric' });
  }

  /** Writes a count of either kind; `reason` is used when it has no value. */
  write(count: Count, metric: Metric, reason: UnknownReason, nowMs: number): CountText {
    return count.state === 'unknown'
      ? this.writeUnknown(metric, reason)
      : this.writeKnown(count, metric, nowMs);
  }

  writeKnown(count: KnownCount, metric: Metric, nowMs: number): KnownText {
    const exact = `${this.#exact.format(count.value)} ${noun(metric, count.value)}`;
    const age = this.age(count.asOf, nowMs);
    const text =
      count.state === 'live'
        ? { note: '', label: `${exact}, live, ${age}` }
        : {
            note: this.#shortAge(count.asOf, nowMs),
            label: `${exact} ${age}; newer ones may be missing`,
          };
    return made({ state: count.state, digits: this.#compact.format(count.value), ...text });
  }

  writeUnknown(metric: Metric, reason: UnknownReason): UnknownText {
    return made({
      state: 'unknown',
      digits: '—',
      note: '',
      label: `Number of ${metric} not known: ${REASONS[reason]}`,
    });
  }

  /** Every digit of a value, for tables. */
  exact(value: number): string {
    return this.#exact.format(value);
  }

  /** "as of 14:02", with the day when that is not today. */
  age(asOf: string, nowMs: number): string {
    const time = this.#time.format(new Date(asOf));
    const day = this.#dayUnlessToday(asOf, nowMs);
    return day === undefined ? `as of ${time}` : `as of ${day}, ${time}`;
  }

  /** The same for narrow places: the time of today, or the day alone. */
  #shortAge(asOf: string, nowMs: number): string {
    return `as of ${this.#dayUnlessToday(asOf, nowMs) ?? this.#time.format(new Date(asOf))}`;
  }

  #dayUnlessToday(asOf: string, nowMs: number): string | undefined {
    const day = this.#date.format(new Date(asOf));
    return day === this.#date.format(nowMs) ? undefined : day;
  }
}

function noun(metric: Metric, value: number): string {
  return value === 1 ? metric.slice(0, -1) : metric;
}

/** The one cast in this file: it is what makes a text "made here". */
function made<T extends Omit<CountText, typeof madeHere>>(text: T): T & { [madeHere]: true } {
  return text as T & { [madeHere]: true };
}
