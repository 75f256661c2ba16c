// How a count is written: the one place where a count becomes text.
//
//   NU1  An unknown count is an em dash with a reason. There is no way to draw it as a number.
//   NU2  Compact digits are truncated, never rounded up: 1,999 is "1.9K".
//   NU3  The exact value, its age and its state are always within reach (title, accessible name).
//
// NU1 holds by type: `<Count>` takes a `CountText`, only this file makes one, and the digits of an
// unknown count have the type '—'.

import type { Words } from '../app/i18n.ts';
import { exactValue } from './count.ts';
import type { Count } from './count.ts';
import type { en } from './messages.en.ts';

export type CountMetric = 'likes' | 'views' | 'comments' | 'replies' | 'followers' | 'videos';
export type CountWords = Words<keyof typeof en>;

declare const madeHere: unique symbol;

type Text<State extends Count['state'], Digits extends string> = Readonly<{
  state: State;
  /** What is drawn. */
  digits: Digits;
  /** The age of a stale count, such as "as of 14:02"; empty otherwise. */
  note: string;
  /** The whole truth in a sentence: exact value, age and state, or the reason for the dash. */
  label: string;
  [madeHere]: true;
}>;
export type CountText = Text<'unknown', '—'> | Text<'live' | 'stale', string>;

/** Where and when it is read: Intl's language and time zone, and the time. */
export type Reading = Readonly<{
  language: string;
  timeZone: string | undefined;
  nowMs: number;
  t: CountWords;
}>;

/** Writes a count. `exact` draws every digit, as in the studio; otherwise digits are compact. */
export function writeCount(
  count: Count,
  metric: CountMetric,
  reading: Reading,
  exact = false,
): CountText {
  const { t, language } = reading;
  if (count.state === 'unknown') {
    const label = t(`unknown.${metric}`, { why: t(`why.${count.reason}`) });
    return made({ state: 'unknown', digits: '—', note: '', label });
  }
  const { numbers } = formatsOf(language, reading.timeZone);
  const value = exactValue(count);
  const digits = (exact ? numbers.exact : numbers.compact).format(value);
  const parts = { count: t(metric, { n: value }), age: ageOf(count.asOf, reading) };
  return count.state === 'live'
    ? made({ state: 'live', digits, note: '', label: t('live', parts) })
    : made({
        state: 'stale',
        digits,
        note: shortAgeOf(count.asOf, reading),
        label: t('stale', parts),
      });
}

/** "as of 14:02", with the day when that is not today. */
export function ageOf(asOf: string, reading: Reading): string {
  const { times } = formatsOf(reading.language, reading.timeZone);
  const time = times.format(new Date(asOf));
  const day = dayUnlessToday(asOf, reading);
  return reading.t('asOf', { time: day === undefined ? time : `${day}, ${time}` });
}

/** The same for narrow places: the time of today, or the day alone. */
function shortAgeOf(asOf: string, reading: Reading): string {
  const { times } = formatsOf(reading.language, reading.timeZone);
  const time = dayUnlessToday(asOf, reading) ?? times.format(new Date(asOf));
  return reading.t('asOf', { time });
}

function dayUnlessToday(asOf: string, { language, timeZone, nowMs }: Reading): string | undefined {
  const { days } = formatsOf(language, timeZone);
  const day = days.format(new Date(asOf));
  return day === days.format(nowMs) ? undefined : day;
}

type Formats = Readonly<{
  numbers: Readonly<{ exact: Intl.NumberFormat; compact: Intl.NumberFormat }>;
  times: Intl.DateTimeFormat;
  days: Intl.DateTimeFormat;
}>;

/** Formatters are costly to build: each is made once. */
const formatsMade = new Map<string, Formats>();

function formatsOf(language: string, timeZone: string | undefined): Formats {
  const key = `${language} ${timeZone ?? ''}`;
  const found = formatsMade.get(key);
  if (found !== undefined) return found;
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const formats: Formats = {
    numbers: {
      exact: new Intl.NumberFormat(language),
      compact: new Intl.NumberFormat(language, {
        notation: 'compact',
        maximumFractionDigits: 1,
        roundingMode: 'trunc',
      }),
    },
    times: new Intl.DateTimeFormat(language, { ...zone, ...clock }),
    days: new Intl.DateTimeFormat(language, { ...zone, month: 'short', day: 'numeric' }),
  };
  formatsMade.set(key, formats);
  return formats;
}

/** The one cast of this file: it is what makes a text "made here". */
function made<T extends Omit<CountText, typeof madeHere>>(text: T): T & { [madeHere]: true } {
  return text as T & { [madeHere]: true };
}
