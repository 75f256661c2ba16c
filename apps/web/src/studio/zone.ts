// Days and hours of a creator's time zone, across clock changes. Pure.

/** A day on a calendar, in no zone. */
export type CalendarDay = Readonly<{ year: number; month: number; day: number }>;

export type LocalTime = CalendarDay & Readonly<{ hour: number; minute: number }>;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export type Zone = Readonly<{
  name: string;
  localTime: (ms: number) => LocalTime;
  /** The instant at which a clock there shows this; where it is skipped, the first one after. */
  instantOf: (time: CalendarDay & Readonly<{ hour?: number }>) => number;
}>;

/** The zone of an IANA name; UTC when this browser has none of that name. */
export function zoneOf(name: string): Zone {
  const format = formatOf(name) ?? formatOf('UTC');
  if (format === undefined) throw new Error('every browser knows UTC');
  const localTime = (ms: number): LocalTime => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return {
      year: part('year'),
      month: part('month'),
      day: part('day'),
      hour: part('hour'),
      minute: part('minute'),
    };
  };
  const offsetAt = (ms: number): number => {
    const { year, month, day, hour, minute } = localTime(ms);
    return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(ms / MINUTE_MS) * MINUTE_MS;
  };
  return {
    name: format.resolvedOptions().timeZone,
    localTime,
    instantOf: ({ year, month, day, hour = 0 }) => {
      const asUtc = Date.UTC(year, month - 1, day, hour);
      // A zone changes its clock by some hours at most: before and after lie a day apart.
      const candidates = [offsetAt(asUtc - DAY_MS), offsetAt(asUtc + DAY_MS)]
        .map((offsetMs) => asUtc - offsetMs)
        .sort((a, b) => a - b);
      const exact = candidates.find((ms) => ms + offsetAt(ms) === asUtc);
      if (exact !== undefined) return exact;
      return firstShowing(candidates[0] ?? asUtc, (ms) => ms + offsetAt(ms) >= asUtc);
    },
  };
}

/** The first minute from `fromMs` on, within a day, at which something holds. */
function firstShowing(fromMs: number, holds: (ms: number) => boolean): number {
  let low = 0;
  let high = DAY_MS / MINUTE_MS;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(fromMs + middle * MINUTE_MS)) high = middle;
    else low = middle + 1;
  }
  return fromMs + low * MINUTE_MS;
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  } catch {
    return undefined;
  }
}

/** The calendar's day so many days later; earlier when negative. */
export function addDays({ year, month, day }: CalendarDay, days: number): CalendarDay {
  const at = new Date(Date.UTC(year, month - 1, day + days));
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

/** Days from one day of the calendar to another. */
export function daysBetween(from: CalendarDay, to: CalendarDay): number {
  const dayNumber = ({ year, month, day }: CalendarDay): number =>
    Date.UTC(year, month - 1, day) / DAY_MS;
  return dayNumber(to) - dayNumber(from);
}

const DAY_TEXT = /^(\d{4})-(\d{2})-(\d{2})$/;

/** A day out of `2026-11-23`; `undefined` when it is none. */
export function dayOf(text: string): CalendarDay | undefined {
  const found = DAY_TEXT.exec(text);
  if (found === null) return undefined;
  const day = { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) };
  // The 31st of a month of 30 days comes back as another day.
  return dayText(addDays(day, 0)) === text ? day : undefined;
}

export function dayText({ year, month, day }: CalendarDay): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}
