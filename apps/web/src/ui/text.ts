// How the pages write numbers, sizes, times and hashes. What is not known is an em dash and never a
// number: the type of every writer takes `null`, and there is no other way through it.

/** Stands for what is not known. */
export const UNKNOWN = '—';

export type Writer = Readonly<{
  count: (value: number | null | undefined) => string;
  bytes: (value: number | null | undefined) => string;
  /** A day and time with its zone; takes RFC 3339 text or milliseconds. */
  time: (value: string | number | null | undefined) => string;
  day: (value: string | number | null | undefined) => string;
}>;

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const BYTES_PER_STEP = 1_000;

/** Formatters are costly to make: make one writer and keep it. */
export function writerOf(locale: string | undefined, timeZone: string | undefined): Writer {
  const zone = timeZone === undefined ? {} : { timeZone };
  const exact = new Intl.NumberFormat(locale);
  const sizes = BYTE_UNITS.map(
    (unit) =>
      new Intl.NumberFormat(locale, {
        style: 'unit',
        unit,
        unitDisplay: unit === 'byte' ? 'long' : 'short',
        maximumFractionDigits: unit === 'byte' ? 0 : 1,
        roundingMode: 'trunc',
      }),
  );
  const days = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'medium' });
  const times = new Intl.DateTimeFormat(locale, {
    ...zone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  const written = (format: Intl.DateTimeFormat, value: string | number | null | undefined) => {
    if (value === null || value === undefined) return UNKNOWN;
    const date = new Date(value);
    return Number.isNaN(date.getTime()) ? UNKNOWN : format.format(date);
  };
  return {
    count: (value) => (value === null || value === undefined ? UNKNOWN : exact.format(value)),
    bytes: (value) => {
      if (value === null || value === undefined) return UNKNOWN;
      let step = 0;
      let scaled = value;
      while (scaled >= BYTES_PER_STEP && step < sizes.length - 1) {
        scaled /= BYTES_PER_STEP;
        step += 1;
      }
      return sizes[step]?.format(scaled) ?? UNKNOWN;
    },
    time: (value) => written(times, value),
    day: (value) => written(days, value),
  };
}

/** The writer of the pages: in the reader's own language and time zone. */
export const write: Writer = writerOf(undefined, undefined);

const HASH_ENDS_CHARS = 8;

/** The two ends of a hash or key, where the whole one is a press away. */
export function shortHash(hash: string): string {
  if (hash.length <= 2 * HASH_ENDS_CHARS) return hash;
  return `${hash.slice(0, HASH_ENDS_CHARS)}…${hash.slice(-HASH_ENDS_CHARS)}`;
}
