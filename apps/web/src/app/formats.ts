// Times, sizes and plain numbers in the reader's language. Counts of people's doing are not written
// here but in `numbers/`, which also knows their age and state.

import { locale } from './i18n.ts';

const made = new Map<string, unknown>();

/** Formatters are costly to build: each is made once for a language. */
function cached<T>(name: string, build: (language: string) => T): T {
  const language = locale();
  const key = `${language}:${name}`;
  const found = made.get(key) ?? build(language);
  made.set(key, found);
  return found as T;
}

/** A plain number with all its digits. */
export function writeNumber(value: number): string {
  return cached('number', (language) => new Intl.NumberFormat(language)).format(value);
}

/** A part of a whole, such as 0.25. */
export function writePercent(part: number): string {
  const options = { style: 'percent', maximumFractionDigits: 1, roundingMode: 'trunc' } as const;
  return cached('percent', (language) => new Intl.NumberFormat(language, options)).format(part);
}

/** A day, such as "Nov 23, 2026". */
export function writeDay(at: string | number): string {
  const options = { dateStyle: 'medium' } as const;
  return cached('day', (language) => new Intl.DateTimeFormat(language, options)).format(
    new Date(at),
  );
}

/** A day with its time. */
export function writeTime(at: string | number): string {
  const options = { dateStyle: 'medium', timeStyle: 'short' } as const;
  return cached('time', (language) => new Intl.DateTimeFormat(language, options)).format(
    new Date(at),
  );
}

const STEPS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 7],
  ['week', 4.35],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
] as const;

/** How long ago, such as "3 hours ago". */
export function writeAgo(at: string | number, nowMs: number): string {
  // Clocks differ: what has happened is never told as yet to come.
  let amount = Math.min(0, new Date(at).getTime() - nowMs) / 1_000;
  const format = cached(
    'ago',
    (language) => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }),
  );
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return format.format(Math.trunc(amount), unit);
    amount /= size;
  }
  return writeDay(at);
}

/** Minutes and seconds of a clip, such as "1:05"; with hours where there are some. */
export function writeDuration(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1_000);
  const two = (value: number): string => String(value % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes)}:${two(seconds)}`;
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A size in bytes, such as "12.4 MB"; truncated. */
export function writeBytes(bytes: number): string {
  let size = bytes;
  let step = 0;
  while (size >= 1_000 && step < UNITS.length - 1) {
    size /= 1_000;
    step += 1;
  }
  const unit = UNITS[step] ?? 'byte';
  const options = { style: 'unit', unit, maximumFractionDigits: 1, roundingMode: 'trunc' } as const;
  return cached(unit, (language) => new Intl.NumberFormat(language, options)).format(size);
}
