// The period that the studio shows, as the address has it and as instants. Pure.

import { addDays, DAY_MS, dayOf, daysBetween, dayText, HOUR_MS } from './zone.ts';
import type { CalendarDay, Zone } from './zone.ts';

export const PERIODS = ['48h', '7d', '28d', '90d', '365d', 'custom'] as const;
export type PeriodName = (typeof PERIODS)[number];
export const COMPARES = ['none', 'previous', 'year'] as const;
export type Compare = (typeof COMPARES)[number];
export type Grain = 'hour' | 'day';

/** What the address says; every part of it has been checked. */
export type PeriodChoice = Readonly<{
  period: PeriodName;
  /** First and last day of a period of one's own; of no other. */
  from?: string;
  to?: string;
  compare: Compare;
  tz?: string;
}>;

export type Range = Readonly<{ fromMs: number; toMs: number }>;

export type Period = Range & Readonly<{ grain: Grain; grainMs: number }>;

export type Comparison = Range & Readonly<{ shiftMs: number }>;

export const DEFAULT_CHOICE: PeriodChoice = { period: '28d', compare: 'none' };

const PERIOD_DAYS = { '7d': 7, '28d': 28, '90d': 90, '365d': 365 } as const;
const HOURS = 48;
/** Up to so many days of one's own, hours say more than days. */
const HOURLY_DAYS_MAX = 2;
export const CUSTOM_DAYS_MAX = 731;
const WEEK_DAYS = 7;
/** A year that keeps the days of the week. */
const YEAR_DAYS = 364;
const ZONE_CHARS_MAX = 64;

/** Reads the search part of an address; what it does not say comes from `fallback`. */
export function choiceOf(
  search: Readonly<Record<string, unknown>>,
  fallback: PeriodChoice,
): PeriodChoice {
  const compare = COMPARES.find((name) => name === search['compare']) ?? fallback.compare;
  const zone = search['tz'];
  const tz = typeof zone === 'string' && zone.length <= ZONE_CHARS_MAX ? zone : fallback.tz;
  const rest = { compare, ...(tz !== undefined && { tz }) };
  const said = PERIODS.find((name) => name === search['period']);
  const days = said === undefined ? customDays({ ...fallback }) : customDays(search);
  const period = said ?? fallback.period;
  if (period !== 'custom') return { period, ...rest };
  return days === undefined
    ? { ...rest, period: DEFAULT_CHOICE.period }
    : { period, ...days, ...rest };
}

function customDays(
  search: Readonly<Record<string, unknown>>,
): Readonly<{ from: string; to: string }> | undefined {
  const { from, to } = search as Readonly<{ from?: unknown; to?: unknown }>;
  if (typeof from !== 'string' || typeof to !== 'string') return undefined;
  const [first, last] = [dayOf(from), dayOf(to)];
  if (first === undefined || last === undefined) return undefined;
  const days = daysBetween(first, last) + 1;
  return days >= 1 && days <= CUSTOM_DAYS_MAX ? { from, to } : undefined;
}

/** The instants of a choice. Days are whole local days, the last of them today, which is not over. */
export function periodOf(choice: PeriodChoice, zone: Zone, nowMs: number): Period {
  if (choice.period === '48h') {
    const toMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS + HOUR_MS;
    return { fromMs: toMs - HOURS * HOUR_MS, toMs, grain: 'hour', grainMs: HOUR_MS };
  }
  const [first, last] = daysOf(choice, zone, nowMs);
  const days = daysBetween(first, last) + 1;
  const grain = days <= HOURLY_DAYS_MAX ? 'hour' : 'day';
  return {
    fromMs: zone.instantOf(first),
    toMs: zone.instantOf(addDays(last, 1)),
    grain,
    grainMs: grain === 'hour' ? HOUR_MS : DAY_MS,
  };
}

function daysOf(
  choice: PeriodChoice,
  zone: Zone,
  nowMs: number,
): readonly [CalendarDay, CalendarDay] {
  const today = todayIn(zone, nowMs);
  if (choice.period === 'custom') {
    const first = dayOf(choice.from ?? '') ?? today;
    return [first, dayOf(choice.to ?? '') ?? first];
  }
  const days = choice.period === '48h' ? HOURLY_DAYS_MAX : PERIOD_DAYS[choice.period];
  return [addDays(today, 1 - days), today];
}

export function todayIn(zone: Zone, nowMs: number): CalendarDay {
  const { year, month, day } = zone.localTime(nowMs);
  return { year, month, day };
}

/** The days of a period as text, for the fields of a period of one's own. */
export function dayTextsOf(
  { fromMs, toMs }: Range,
  zone: Zone,
): Readonly<{ from: string; to: string }> {
  return { from: dayText(zone.localTime(fromMs)), to: dayText(zone.localTime(toMs - 1)) };
}

/**
 * The time that a period is compared with: so many whole weeks before it that the two do not
 * overlap, or 52 weeks, so that a Tuesday is compared with a Tuesday (SP5). Hours are compared with
 * those so many hours before, whatever a clock change makes of their names.
 */
export function comparisonOf(
  period: Period,
  compare: Exclude<Compare, 'none'>,
  zone: Zone,
): Comparison {
  const days = Math.max(1, Math.round((period.toMs - period.fromMs) / DAY_MS));
  const before = days <= HOURLY_DAYS_MAX ? days : Math.ceil(days / WEEK_DAYS) * WEEK_DAYS;
  const shiftDays = compare === 'year' ? YEAR_DAYS : before;
  const moved = (ms: number): number => {
    if (period.grain === 'hour') return ms - shiftDays * DAY_MS;
    const local = zone.localTime(ms);
    return zone.instantOf({ ...addDays(local, -shiftDays), hour: local.hour });
  };
  return { fromMs: moved(period.fromMs), toMs: moved(period.toMs), shiftMs: shiftDays * DAY_MS };
}
