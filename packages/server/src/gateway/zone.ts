// A creator's time zone: where local hours and days begin. Rule A57.

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Zones change at multiples of a quarter-hour, and so do our buckets. */
export const QUARTER_MS = 900_000;
/** No local day is longer than this. */
const LOCAL_DAY_MS_MAX: number = 27 * HOUR_MS;
/** Longest name of a zone that is looked at. */
const ZONE_CHARS_MAX = 64;

export type Zone = Readonly<{
  /** The beginning of the local hour that holds an instant on a quarter-hour. */
  hourStart: (ms: number) => number;
  dayStart: (ms: number) => number;
  /** The beginning of the next local hour. */
  nextHour: (ms: number) => number;
  nextDay: (ms: number) => number;
}>;

const UTC = 'UTC';

/** The zone of an IANA name, or `undefined` when there is none of that name. */
export function zoneOf(name: string): Zone | undefined {
  if (name.length > ZONE_CHARS_MAX) return undefined;
  const offsetAt = name === UTC ? () => 0 : offsetsOf(name);
  if (offsetAt === undefined) return undefined;
  const dayOf = (ms: number): number => Math.floor((ms + offsetAt(ms)) / DAY_MS);
  // The offset is in the label of an hour: when a clock is set back, one hour comes twice.
  const hourOf = (ms: number): string => {
    const offsetMs = offsetAt(ms);
    return `${Math.floor((ms + offsetMs) / HOUR_MS)}/${offsetMs}`;
  };
  return {
    hourStart: (ms) => edgeBefore(ms, hourOf),
    nextHour: (ms) => edgeAfter(ms, hourOf),
    dayStart: (ms) => {
      const day = dayOf(ms);
      return firstQuarter(ms - LOCAL_DAY_MS_MAX, ms, (at) => dayOf(at) >= day);
    },
    nextDay: (ms) => {
      const day = dayOf(ms);
      return firstQuarter(ms + QUARTER_MS, ms + LOCAL_DAY_MS_MAX, (at) => dayOf(at) > day);
    },
  };
}

function edgeBefore<Label>(ms: number, labelOf: (at: number) => Label): number {
  const label = labelOf(ms);
  let start = ms;
  while (labelOf(start - QUARTER_MS) === label) start -= QUARTER_MS;
  return start;
}

function edgeAfter<Label>(ms: number, labelOf: (at: number) => Label): number {
  const label = labelOf(ms);
  let end = ms + QUARTER_MS;
  while (labelOf(end) === label) end += QUARTER_MS;
  return end;
}

/** The first quarter-hour in a range from which on something holds; it holds at the end. */
function firstQuarter(fromMs: number, toMs: number, holds: (ms: number) => boolean): number {
  let low = Math.ceil(fromMs / QUARTER_MS);
  let high = Math.floor(toMs / QUARTER_MS);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle * QUARTER_MS)) high = middle;
    else low = middle + 1;
  }
  return low * QUARTER_MS;
}

/** Milliseconds that local time is ahead of UTC, by instant; remembered by day where it is the same. */
function offsetsOf(name: string): ((ms: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
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
  const exact = (ms: number): number => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const month = part('month') - 1;
    return Date.UTC(part('year'), month, part('day'), part('hour'), part('minute')) - ms;
  };
  const byDay = new Map<number, number | 'changes'>();
  return (ms) => {
    const day = Math.floor(ms / DAY_MS);
    let known = byDay.get(day);
    if (known === undefined) {
      const offsetMs = exact(day * DAY_MS);
      known = offsetMs === exact((day + 1) * DAY_MS) ? offsetMs : 'changes';
      byDay.set(day, known);
    }
    return known === 'changes' ? exact(ms) : known;
  };
}

/** Whether a name is one of a time zone. */
export function isZone(name: string): boolean {
  return zoneOf(name) !== undefined;
}
