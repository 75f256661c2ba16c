// Where the axis of time has its labels: at local midnights, hours and months, however long the
// days between them are (SP4). Pure.

import { addDays, DAY_MS, HOUR_MS, MINUTE_MS } from '../zone.ts';
import type { CalendarDay, Zone } from '../zone.ts';

export type TimeTick = Readonly<{ atMs: number; label: 'hour' | 'day' | 'month' }>;

/** Zones are whole quarter-hours away from UTC, so these fall on the same minutes everywhere. */
const MINUTE_STEPS_MS: readonly number[] = [15 * MINUTE_MS, 30 * MINUTE_MS];
const MINUTES_TO_MS: number = 2 * HOUR_MS;
const HOUR_STEPS = [1, 3, 6, 12] as const;
const DAY_STEPS = [1, 2, 7, 14, 28] as const;
const MONTH_STEPS = [1, 2, 3, 6, 12] as const;
const MONTH_DAYS = 30.5;
/** From here on months say more than days. */
const MONTHS_FROM_MS: number = 100 * DAY_MS;
const TICKS_MAX = 60;

/** Ticks between two instants, at most `wanted` of them, the oldest first. */
export function timeTicks(
  fromMs: number,
  toMs: number,
  zone: Zone,
  wanted: number,
): readonly TimeTick[] {
  const spanMs = toMs - fromMs;
  if (spanMs <= 0) return [];
  if (spanMs > MONTHS_FROM_MS) return monthTicks(fromMs, toMs, zone, wanted);
  const minutesMs = MINUTE_STEPS_MS.find((stepMs) => spanMs / stepMs <= wanted);
  if (spanMs <= MINUTES_TO_MS && minutesMs !== undefined) {
    return minuteTicks(fromMs, toMs, minutesMs);
  }
  const hours = HOUR_STEPS.find((step) => spanMs / (step * HOUR_MS) <= wanted);
  return hours === undefined
    ? dayTicks(fromMs, toMs, zone, wanted)
    : hourTicks(fromMs, toMs, zone, hours);
}

function minuteTicks(fromMs: number, toMs: number, stepMs: number): readonly TimeTick[] {
  const first = Math.ceil(fromMs / stepMs);
  const count = Math.floor(toMs / stepMs) - first + 1;
  return Array.from({ length: count }, (_, index) => ({
    atMs: (first + index) * stepMs,
    label: 'hour' as const,
  }));
}

function hourTicks(fromMs: number, toMs: number, zone: Zone, step: number): readonly TimeTick[] {
  const ticks: TimeTick[] = [];
  for (let day = dayAt(fromMs, zone); ; day = addDays(day, 1)) {
    for (let hour = 0; hour < 24; hour += step) {
      const atMs = zone.instantOf({ ...day, hour });
      if (atMs > toMs || ticks.length >= TICKS_MAX) return ticks;
      // An hour that the clock skips falls on the next one, which has a tick already.
      if (atMs < fromMs || ticks.at(-1)?.atMs === atMs) continue;
      ticks.push({ atMs, label: hour === 0 ? 'day' : 'hour' });
    }
  }
}

function dayTicks(fromMs: number, toMs: number, zone: Zone, wanted: number): readonly TimeTick[] {
  const days = (toMs - fromMs) / DAY_MS;
  const step = DAY_STEPS.find((each) => days / each <= wanted) ?? 28;
  const ticks: TimeTick[] = [];
  for (let day = dayAt(fromMs, zone); ticks.length < TICKS_MAX;) {
    const atMs = zone.instantOf(day);
    if (atMs > toMs) break;
    if (atMs >= fromMs) ticks.push({ atMs, label: 'day' });
    day = addDays(day, atMs >= fromMs ? step : 1);
  }
  return ticks;
}

function monthTicks(fromMs: number, toMs: number, zone: Zone, wanted: number): readonly TimeTick[] {
  const months = (toMs - fromMs) / (MONTH_DAYS * DAY_MS);
  const step = MONTH_STEPS.find((each) => months / each <= wanted) ?? 12;
  const first = dayAt(fromMs, zone);
  const ticks: TimeTick[] = [];
  for (let index = first.month - 1; ticks.length < TICKS_MAX; index += 1) {
    const year = first.year + Math.floor(index / 12);
    const month = index % 12;
    const atMs = zone.instantOf({ year, month: month + 1, day: 1 });
    if (atMs > toMs) break;
    if (atMs >= fromMs && month % step === 0) ticks.push({ atMs, label: 'month' });
  }
  return ticks;
}

function dayAt(ms: number, zone: Zone): CalendarDay {
  const { year, month, day } = zone.localTime(ms);
  return { year, month, day };
}
