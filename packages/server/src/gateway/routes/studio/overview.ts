// GET /v1/me/studio/overview and /series: a creator's numbers over all their videos. Rules SD3, SD17
// to SD20, SD22.

import type { Count } from '@holdfast/protocol/counts.ts';
import type { Video } from '../../../catalog/catalog.ts';
import { timeText } from '../../answers.ts';
import { refusal } from '../../refusal.ts';
import type { Refusal } from '../../refusal.ts';
import { DEFINITION_CODES, DEFINITIONS } from './definitions.ts';
import { marksOf } from './marks.ts';
import type { Mark } from './marks.ts';
import { dayStretches, periodOf, seriesAskOf } from './periods.ts';
import type { Period } from './periods.ts';
import type { OwnVideos, StudioParts } from './studio-parts.ts';
import { isTotal, seriesOf, STUDIO_METRICS } from './studio-series.ts';
import { totalSeriesOf } from './totals.ts';
import type { TotalMetric } from './totals.ts';
import type { Span, StudioMetric, StudioPoint, StudioSeries } from './studio-series.ts';

const METRIC_FORM = refusal('invalid-request', `metric is one of ${STUDIO_METRICS.join(', ')}.`);

export type Card = Readonly<{
  metric: StudioMetric;
  value: number | null;
  previous: number | null;
  state: Count['state'];
  asOf: string | null;
  spark: readonly StudioPoint[];
  /** Of totals: what came and went in the period; `null` where not all of it is known. */
  gained?: number | null;
  lost?: number | null;
}>;

export type Overview = Readonly<{
  from: string;
  to: string;
  previous: Readonly<{ from: string; to: string }>;
  timeZone: string;
  videos: number;
  /** There are more videos than are in the numbers (SD3). */
  isCut: boolean;
  cards: readonly Card[];
  definitions: Readonly<Record<StudioMetric, string>>;
  /** Which definition each is, for whoever says it in another language. */
  definitionCodes: Readonly<Record<StudioMetric, string>>;
}>;

type Answered<Body> = Readonly<{ kind: 'body'; body: Body }> | Refusal;

/** When people could not use the platform, as its own status page says. */
async function outagesIn({ incidents }: StudioParts): Promise<readonly Span[]> {
  const known = (await incidents()) ?? [];
  return known
    .filter(({ isOutage }) => isOutage)
    .map(({ atMs, untilMs }) => ({ fromMs: atMs, toMs: untilMs }));
}

export async function overviewOf(
  parts: StudioParts,
  { entries, isCut, query, account }: OwnVideos,
): Promise<Answered<Overview>> {
  const nowMs = parts.nowMs();
  const period = periodOf(query, nowMs);
  if (period.kind === 'refusal') return period;
  const context = { nowMs, outages: await outagesIn(parts) };
  const cards: Card[] = [];
  // One after the other: most need the same answer of cells, and only the first then asks for it.
  for (const metric of STUDIO_METRICS) {
    if (isTotal(metric)) {
      const now = totalCard(parts, metric, entries, account);
      cards.push(await withHistory(parts, now, { metric, entries, account, period, nowMs }));
    } else cards.push(await cardOf(parts, metric, entries, { period, context }));
  }
  const { fromMs, toMs, previousFromMs, zone } = period;
  const from = timeText(fromMs);
  const body: Overview = {
    from,
    to: timeText(toMs),
    previous: { from: timeText(previousFromMs), to: from },
    timeZone: zone.name,
    videos: entries.length,
    isCut,
    cards,
    definitions: DEFINITIONS,
    definitionCodes: DEFINITION_CODES,
  };
  return { kind: 'body', body };
}

type CardContext = Readonly<{
  period: Period;
  context: Readonly<{ nowMs: number; outages: readonly Span[] }>;
}>;

async function cardOf(
  parts: StudioParts,
  metric: StudioMetric,
  entries: readonly Video[],
  { period, context }: CardContext,
): Promise<Card> {
  const videos = entries.map(({ video }) => video);
  const { previousFromMs: fromMs, toMs, zone } = period;
  const stretches = dayStretches(metric, zone, { fromMs, toMs }, context.nowMs);
  const series = await seriesOf(parts.ask, videos, metric, stretches, context);
  const beginsAt = metric === 'uniqueViewers' || metric === 'engagedViews' ? utcDay : same;
  const from = timeText(beginsAt(period.fromMs));
  const spark = series.points.filter(({ at }) => at >= from);
  const before = series.points.filter(({ at }) => at < from);
  const isPeople = metric === 'uniqueViewers';
  const people = isPeople ? await peopleOf(parts, videos, period, context.nowMs) : undefined;
  const isKnown = series.state !== 'unknown';
  return {
    metric,
    value: people === undefined ? sumOf(spark, series, metric) : people.now,
    previous: people === undefined ? sumOf(before, series, metric) : people.before,
    state: series.state,
    asOf: isKnown ? timeText(series.asOfMs) : null,
    spark,
  };
}

const same = (ms: number): number => ms;
const utcDay = (ms: number): number => Math.floor(ms / 86_400_000) * 86_400_000;

/**
 * What points add up to. A day of which nobody knows how many views were engaged makes the sum
 * unknown; a gap in time makes it no smaller than what was counted, and the state says how old it is.
 */
function sumOf(
  points: readonly StudioPoint[],
  { state, asOfMs }: StudioSeries,
  metric: StudioMetric,
): number | null {
  if (state === 'unknown') return null;
  const asOf = timeText(asOfMs);
  const isLost = points.some(({ at, value }) => value === null && at < asOf);
  if (metric === 'engagedViews' && isLost) return null;
  return points.reduce((sum, { value }) => sum + (value === null ? 0 : value), 0);
}

/** Viewers of a period are no sum over its days, so they are asked for by themselves. */
async function peopleOf(
  { ask }: StudioParts,
  videos: readonly Video['video'][],
  { fromMs, toMs, previousFromMs }: Period,
  nowMs: number,
): Promise<Readonly<{ now: number | null; before: number | null }>> {
  const count = async (beginMs: number, endMs: number): Promise<number | null> => {
    const days = { fromMs: utcDay(beginMs), toMs: utcDay(endMs + 86_399_999) };
    const from = await ask({ videos, parts: ['viewers'], grain: 'day', ...days });
    if (from.state === 'unknown') return null;
    return from.cells.reduce((sum, { reply }) => sum + reply.viewers, 0);
  };
  return {
    now: await count(fromMs, Math.min(toMs, nowMs)),
    before: await count(previousFromMs, utcDay(fromMs)),
  };
}

function tallyNames(
  metric: StudioMetric,
  entries: readonly Video[],
  account: string | undefined,
): readonly string[] {
  if (metric === 'comments') return entries.map(({ video }) => `comments/${video}`);
  return account === undefined ? [] : [`followers/${account}`];
}

/** The sum of the public totals, with their age. */
function totalCard(
  parts: StudioParts,
  metric: StudioMetric,
  entries: readonly Video[],
  account: string | undefined,
): Card {
  const names = tallyNames(metric, entries, account);
  const asOfNow = timeText(parts.nowMs());
  const none: Card = {
    metric,
    value: null,
    previous: null,
    state: 'unknown',
    asOf: null,
    spark: [],
  };
  // Who has no videos has no comments; whose followers are asked for is not known of every creator.
  if (names.length === 0 && metric !== 'comments') return none;
  let sum = 0;
  let isStale = false;
  let asOf: string | undefined;
  for (const name of names) {
    const tally = parts.publicCatalog.tally(name);
    if (tally.value === null) return none;
    sum += tally.value;
    isStale ||= tally.state === 'stale';
    asOf = asOf === undefined || tally.asOf < asOf ? tally.asOf : asOf;
  }
  return { ...none, value: sum, state: isStale ? 'stale' : 'live', asOf: asOf ?? asOfNow };
}

type TotalAsk = Readonly<{
  metric: TotalMetric;
  entries: readonly Video[];
  account: string | undefined;
  period: Period;
  nowMs: number;
}>;

/** How a total came about: its line, what it was when the period began, and what changed since. */
async function withHistory(
  { ask }: StudioParts,
  card: Card,
  { metric, entries, account, period, nowMs }: TotalAsk,
): Promise<Card> {
  const { fromMs, toMs, previousFromMs, zone } = period;
  const stretches = dayStretches(metric, zone, { fromMs: previousFromMs, toMs }, nowMs);
  const whose = { videos: entries.map(({ video }) => video), account };
  const series = await totalSeriesOf(ask, whose, metric, stretches, nowMs);
  const from = timeText(fromMs);
  const before = series.points.findLast(({ at }) => at < from);
  const isWhole = series.state !== 'unknown' && series.sinceMs <= fromMs;
  const sum = (way: 'gained' | 'lost'): number =>
    series.changes.reduce((all, one) => all + (one.atMs >= fromMs ? one[way] : 0), 0);
  return {
    ...card,
    previous: before?.value ?? null,
    spark: series.points.filter(({ at }) => at >= from),
    gained: isWhole ? sum('gained') : null,
    lost: isWhole ? sum('lost') : null,
  };
}

export type SeriesBody = Readonly<{
  metric: StudioMetric;
  grain: string;
  timeZone: string;
  series: readonly StudioPoint[];
  state: Count['state'];
  asOf: string | null;
  marks: readonly Mark[];
  /** Whether the status page could say which incidents there were. */
  incidentsKnown: boolean;
  isCut: boolean;
}>;

export async function seriesBodyOf(
  parts: StudioParts,
  { entries, isCut, query, account }: OwnVideos,
): Promise<Answered<SeriesBody>> {
  const nowMs = parts.nowMs();
  const text = query.one('metric') ?? 'views';
  const metric = STUDIO_METRICS.find((one) => one === text);
  if (metric === undefined) return METRIC_FORM;
  const asked = seriesAskOf(query, metric, entries.length, nowMs);
  if (asked.kind === 'refusal') return asked;
  const context = { nowMs, outages: await outagesIn(parts) };
  const videos = entries.map(({ video }) => video);
  const series = isTotal(metric)
    ? await totalSeriesOf(parts.ask, { videos, account }, metric, asked.stretches, nowMs)
    : await seriesOf(parts.ask, videos, metric, asked.stretches, context);
  const incidents = await parts.incidents();
  const { grain, zoneName: timeZone, fromMs, toMs } = asked;
  const marks = await marksOf(parts, { entries, metric, fromMs, toMs, incidents });
  const body: SeriesBody = {
    metric,
    grain,
    timeZone,
    series: series.points,
    state: series.state,
    asOf: series.state === 'unknown' ? null : timeText(series.asOfMs),
    marks: [...marks, ...definitionMarks(series, metric)],
    incidentsKnown: incidents !== undefined,
    isCut,
  };
  return { kind: 'body', body };
}

const KEPT_FROM = {
  engagedViews: 'Engaged views are kept from here on.',
  comments: 'How many comments there were is kept from here on.',
  followers: 'How many followers there were is kept from here on.',
} as const;

/** Where a metric begins to be kept: behind the last day of which it is not known. */
function definitionMarks({ points, asOfMs }: StudioSeries, metric: StudioMetric): readonly Mark[] {
  if (metric !== 'engagedViews' && !isTotal(metric)) return [];
  const asOf = timeText(asOfMs);
  const last = points.findLastIndex(({ value, at }) => value === null && at < asOf);
  const first = last === -1 ? undefined : points[last + 1];
  if (first === undefined) return [];
  const code = `${metric}-kept`;
  return [{ at: first.at, kind: 'definition', text: KEPT_FROM[metric], code }];
}
