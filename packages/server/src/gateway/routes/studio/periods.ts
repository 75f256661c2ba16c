// Periods of the studio: days of the creator's zone, and the same number of days before them.
// Rules SD7, SD8, SD17, SD18.

import { GRAINS } from '@holdfast/protocol/counts.ts';
import type { Grain } from '@holdfast/protocol/counts.ts';
import { SERIES_BUCKETS_MAX } from '../../gateway-limits.ts';
import type { Query } from '../../query.ts';
import { refusal } from '../../refusal.ts';
import type { Refusal } from '../../refusal.ts';
import { stretchesOf } from '../../series.ts';
import type { Stretch } from '../../series.ts';
import { QUARTER_MS, zoneOf } from '../../zone.ts';
import type { Zone } from '../../zone.ts';
import { timeOf } from '../analytics.ts';
import { DAY_MS, RANGE_FORM } from './studio-range.ts';
import { BY_UTC_DAY, isTotal } from './studio-series.ts';
import type { StudioMetric } from './studio-series.ts';

const HOUR_MS = 3_600_000;
/** Days of a period that names no `from`, today among them. */
const DAYS_DEFAULT = 28;
/** Days of a period; as many before it are read too. */
const DAYS_MAX = 400;

const ZONE_FORM = refusal('invalid-request', 'tz must be a zone such as America/New_York or UTC.');
const GRAIN_FORM = refusal('invalid-request', `grain is one of ${GRAINS.join(', ')}.`);
const DAYS_ONLY = refusal(
  'invalid-request',
  'Engaged views and unique viewers are kept by UTC day: ask with grain=day.',
);
const NO_MINUTES = refusal(
  'invalid-request',
  'Comments and followers are kept by quarter-hour: ask with grain=quarter, hour or day.',
);
const TOO_LONG = refusal(
  'invalid-request',
  `The range holds more than ${SERIES_BUCKETS_MAX} buckets. Ask for a coarser grain or less time.`,
);

const PERIOD_TOO_LONG = refusal(
  'invalid-request',
  `A period over several videos has at most ${DAYS_MAX} days. Ask for less time, or for one video.`,
);

export type TimeZone = Readonly<{ name: string; zone: Zone }>;

function timeZoneOf(query: Query): TimeZone | Refusal {
  const name = query.one('tz') ?? 'UTC';
  const zone = zoneOf(name);
  return zone === undefined ? ZONE_FORM : { name, zone };
}

function isRefusal(value: object): value is Refusal {
  return 'kind' in value && value.kind === 'refusal';
}

export type Period = Readonly<{
  kind: 'period';
  zone: TimeZone;
  /** Beginnings of days of the zone. */
  fromMs: number;
  previousFromMs: number;
  toMs: number;
}>;

/** Whole days of the creator's zone up to `to`, and as many before them (SD17). */
export function periodOf(query: Query, nowMs: number): Period | Refusal {
  const zone = timeZoneOf(query);
  if (isRefusal(zone)) return zone;
  const toMs = timeOf(query.one('to'), nowMs);
  if (toMs === undefined) return RANGE_FORM;
  const dayStart = (ms: number): number =>
    zone.zone.dayStart(Math.floor(ms / QUARTER_MS) * QUARTER_MS);
  const defaultMs = dayStart(toMs - (DAYS_DEFAULT - 1) * DAY_MS);
  const askedMs = timeOf(query.one('from'), defaultMs);
  if (askedMs === undefined || askedMs > toMs || askedMs < 0) return RANGE_FORM;
  const fromMs = dayStart(askedMs);
  const days = Math.max(1, Math.ceil((toMs - fromMs) / DAY_MS));
  if (days > DAYS_MAX) return PERIOD_TOO_LONG;
  // Days are up to two hours longer or shorter where clocks change.
  const previousFromMs = Math.max(0, dayStart(fromMs - days * DAY_MS + 2 * HOUR_MS));
  return { kind: 'period', zone, fromMs, previousFromMs, toMs };
}

/** The days of a range for a metric: of the zone, or of UTC where there are no others (SD18). */
export function dayStretches(
  metric: StudioMetric,
  { name, zone }: TimeZone,
  range: Readonly<{ fromMs: number; toMs: number }>,
  nowMs: number,
): readonly Stretch[] {
  const utc = name === 'UTC' || BY_UTC_DAY.has(metric);
  const bucketsMax = 2 * DAYS_MAX + 2;
  const stretches = stretchesOf({ grain: 'day', ...range, zone, utc, nowMs, bucketsMax });
  return stretches === 'too-many' ? [] : stretches;
}

export type SeriesAsk = Readonly<{
  kind: 'series-ask';
  grain: Grain;
  zoneName: string;
  fromMs: number;
  toMs: number;
  stretches: readonly Stretch[];
}>;

const SPAN_MS: Readonly<Record<Grain, number>> = {
  minute: 2 * DAY_MS,
  quarter: 7 * DAY_MS,
  hour: 7 * DAY_MS,
  day: (DAYS_DEFAULT - 1) * DAY_MS,
};

/** What a series is asked for, in the words of A56 to A62. */
export function seriesAskOf(
  query: Query,
  metric: StudioMetric,
  videos: number,
  nowMs: number,
): SeriesAsk | Refusal {
  const text = query.one('grain') ?? 'day';
  const grain = GRAINS.find((one) => one === text);
  if (grain === undefined) return GRAIN_FORM;
  if (BY_UTC_DAY.has(metric) && grain !== 'day') return DAYS_ONLY;
  if (isTotal(metric) && grain === 'minute') return NO_MINUTES;
  const named = timeZoneOf(query);
  if (isRefusal(named)) return named;
  const { name, zone } = named;
  const toMs = timeOf(query.one('to'), nowMs);
  const fromMs = timeOf(query.one('from'), (toMs ?? nowMs) - SPAN_MS[grain]);
  if (fromMs === undefined || toMs === undefined || fromMs > toMs || fromMs < 0) return RANGE_FORM;
  if (videos > 1 && toMs - fromMs > DAYS_MAX * DAY_MS) return PERIOD_TOO_LONG;
  const utc = name === 'UTC' || BY_UTC_DAY.has(metric);
  const bucketsMax = SERIES_BUCKETS_MAX;
  const stretches = stretchesOf({ grain, fromMs, toMs, zone, utc, nowMs, bucketsMax });
  if (stretches === 'too-many') return TOO_LONG;
  return { kind: 'series-ask', grain, zoneName: utc ? 'UTC' : name, fromMs, toMs, stretches };
}
