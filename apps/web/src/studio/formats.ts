// How the studio writes values and times: every digit, in the creator's zone. What is not known is
// an em dash; no writer makes a number of `null`.

import type { TimeTick } from './charts/time-ticks.ts';
import type { Grain } from './period.ts';
import { HOUR_MS, MINUTE_MS } from './zone.ts';

/** Stands for what is not known. */
export const UNKNOWN = '—';

export type Unit = 'count' | 'duration';

export type Formats = Readonly<{
  value: (value: number | null, unit: Unit) => string;
  /** How much a correction changed a number, always with its sign. */
  delta: (value: number) => string;
  /** The label of a value axis, where its steps are whole units. */
  axis: (value: number, unit: Unit) => string;
  /** A part of a whole; truncated, so that 99.99 % is not "all". */
  percent: (part: number | null) => string;
  /** Per hundred, such as likes per 100 views. */
  rate: (value: number | null) => string;
  /** A bucket of time in full, as the cursor and the tables say it. */
  bucket: (atMs: number, grain: Grain | 'minute') => string;
  tick: (tick: TimeTick) => string;
  day: (ms: number) => string;
  /** A day without its weekday, for narrow places. */
  date: (ms: number) => string;
  time: (ms: number) => string;
  clock: (ms: number) => string;
  /** Names one after the other, as a sentence has them. */
  list: (names: readonly string[]) => string;
  /** A place in a video. */
  position: (ms: number) => string;
}>;

const SECOND_MS = 1_000;

/** Formatters are costly to make: make one for a language and zone, and keep it. */
export function formatsOf(language: string, timeZone: string): Formats {
  const exact = new Intl.NumberFormat(language);
  const signed = new Intl.NumberFormat(language, { signDisplay: 'exceptZero' });
  const truncated = { maximumFractionDigits: 1, roundingMode: 'trunc' } as const;
  const percent = new Intl.NumberFormat(language, { style: 'percent', ...truncated });
  const rate = new Intl.NumberFormat(language, { ...truncated, maximumFractionDigits: 2 });
  const dates = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(language, { timeZone, calendar: 'gregory', ...options });
  const clockForm = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const dayForm = { weekday: 'short', day: 'numeric', month: 'short' } as const;
  const [clock, dayTick] = [dates(clockForm), dates({ day: 'numeric', month: 'short' })];
  const month = dates({ month: 'short', year: '2-digit' });
  const day = dates({ ...dayForm, year: 'numeric' });
  const date = dates({ day: 'numeric', month: 'short', year: 'numeric' });
  const time = dates({ ...dayForm, ...clockForm, year: 'numeric', timeZoneName: 'short' });
  const hour = dates({ ...dayForm, ...clockForm, timeZoneName: 'short' });
  const durations = durationWriter(language);
  const names = new Intl.ListFormat(language, { style: 'long', type: 'conjunction' });
  return {
    value: (value, unit) => {
      if (value === null) return UNKNOWN;
      return unit === 'count' ? exact.format(value) : durations(value);
    },
    delta: (value) => signed.format(value),
    axis: (value, unit) => (unit === 'count' ? exact.format(value) : durations(value)),
    percent: (part) => (part === null ? UNKNOWN : percent.format(part)),
    rate: (value) => (value === null ? UNKNOWN : rate.format(value)),
    bucket: (atMs, grain) => (grain === 'day' ? day : hour).format(atMs),
    tick: ({ atMs, label }) => ({ hour: clock, day: dayTick, month })[label].format(atMs),
    day: (ms) => day.format(ms),
    date: (ms) => date.format(ms),
    time: (ms) => time.format(ms),
    clock: (ms) => clock.format(ms),
    list: (list) => names.format(list),
    position: (ms) => {
      const seconds = Math.floor(ms / SECOND_MS);
      const two = new Intl.NumberFormat(language, { minimumIntegerDigits: 2 });
      return `${exact.format(Math.floor(seconds / 60))}:${two.format(seconds % 60)}`;
    },
  };
}

/** Hours, minutes and seconds; under a minute with a tenth, truncated. */
function durationWriter(language: string): (ms: number) => string {
  const unit = (name: string): Intl.NumberFormat =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'narrow',
      maximumFractionDigits: name === 'second' ? 1 : 0,
      roundingMode: 'trunc',
    });
  const [hours, minutes, seconds] = [unit('hour'), unit('minute'), unit('second')];
  return (ms) => {
    const h = Math.floor(ms / HOUR_MS);
    const m = Math.floor((ms % HOUR_MS) / MINUTE_MS);
    const s = (ms % MINUTE_MS) / SECOND_MS;
    const parts = [
      ...(h > 0 ? [hours.format(h)] : []),
      ...(m > 0 ? [minutes.format(m)] : []),
      ...(s > 0 || ms === 0 ? [seconds.format(ms >= MINUTE_MS ? Math.floor(s) : s)] : []),
    ];
    return parts.join(' ');
  };
}
