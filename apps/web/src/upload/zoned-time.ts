// Times as a person in some zone writes them, and the instants they mean.

const MINUTE_MS = 60_000;

/** The wall clock of a zone at an instant, as if it were UTC. */
function wallMs(instantMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US-u-nu-latn-ca-iso8601', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(instantMs));
  const of = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value);
  const seconds = of('second');
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), seconds);
}

/** `2026-11-23T18:30`, the form of a `datetime-local` field. */
export function localOf(instantMs: number, timeZone: string): string {
  return new Date(wallMs(instantMs, timeZone)).toISOString().slice(0, 16);
}

/**
 * The instant that a wall clock's time means in a zone; `null` when it is no time. A time that a
 * change of clocks leaves out means the one as long after the change; one that comes twice, the first.
 */
export function instantOf(local: string, timeZone: string): number | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(local);
  if (found === null) return null;
  const wall = Date.parse(`${found[0]}Z`);
  if (Number.isNaN(wall)) return null;
  const offsets = [-1, 1].map((day) => {
    const near = wall + day * 24 * 60 * MINUTE_MS;
    return wallMs(near, timeZone) - near;
  });
  const before = wall - (offsets[0] ?? 0);
  const after = wall - (offsets[1] ?? 0);
  if (wallMs(before, timeZone) === wall) return before;
  return wallMs(after, timeZone) === wall ? after : before;
}

/** The zone's name and distance, for people: `GMT+1`. */
export function zoneName(timeZone: string, instantMs: number, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' }).formatToParts(
    new Date(instantMs),
  );
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
}
