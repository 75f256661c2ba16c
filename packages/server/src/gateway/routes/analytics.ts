// GET /v1/videos/{id}/analytics: a video's numbers over time, for its creator. Rules A55 to A62.

import { DETAIL } from '@holdfast/engine/counting/day-detail.ts';
import { ANALYTICS_METRICS, GRAINS } from '@holdfast/protocol/counts.ts';
import type { Grain } from '@holdfast/protocol/counts.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Catalog, Video } from '../../catalog/catalog.ts';
import { tenantRealm } from '../../catalog/creator-key.ts';
import { askAll } from '../all-cells.ts';
import { pathVideo, sendJson, timeText, VIDEO_NOT_KNOWN } from '../answers.ts';
import type { Authorizer } from '../authorizer.ts';
import type { CellUnavailable } from '../../cell/cell-client.ts';
import { SERIES_BUCKETS_MAX } from '../gateway-limits.ts';
import type { CellClients } from '../parts.ts';
import { queryOf } from '../query.ts';
import type { Query } from '../query.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import { stretchesOf, sumSeries } from '../series.ts';
import type { SeriesAsk, SeriesPoint, Stretch } from '../series.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';
import { zoneOf } from '../zone.ts';

export type AnalyticsParts = Readonly<{
  cells: CellClients;
  catalog: Catalog;
  authorizer: Authorizer;
  whoIs: WhoIsSignedIn;
  nowMs: () => number;
}>;

const DAY_MS = 86_400_000;
/** How far back a series goes that names no `from`. */
const SPAN_MS: Readonly<Record<Grain, number>> = {
  minute: 2 * DAY_MS,
  quarter: 7 * DAY_MS,
  hour: 7 * DAY_MS,
  day: 28 * DAY_MS,
};
const TIME_PATTERN = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

const SIGN_IN = refusal('sign-in-required', 'Sign in as the creator, or send a service key.');
const NOT_YOURS = refusal('forbidden', 'Only the creator of a video sees its analytics.');
/** What cells keep buckets of, and what they know by day. */
export const SERIES_METRICS = [...ANALYTICS_METRICS, 'engagedViews'] as const;
type SeriesMetric = (typeof SERIES_METRICS)[number];

const METRIC_FORM = refusal('invalid-request', `metric is one of ${SERIES_METRICS.join(', ')}.`);
const GRAIN_FORM = refusal('invalid-request', `grain is one of ${GRAINS.join(', ')}.`);
const TIME_FORM = refusal(
  'invalid-request',
  'from and to must be times such as 2026-11-22T14:00:00Z, from before to.',
);
const ZONE_FORM = refusal('invalid-request', 'tz must be a zone such as America/New_York or UTC.');
const UNIQUES = refusal(
  'invalid-request',
  'Unique viewers and engaged views are kept by UTC day: ask with grain=day and without tz.',
);
const TOO_LONG = refusal(
  'invalid-request',
  `The range holds more than ${SERIES_BUCKETS_MAX} buckets. Ask for a coarser grain or less time.`,
);

/** Why somebody may not see the analytics of a video; `undefined` when they may. */
export async function accessRefusal(
  { authorizer, whoIs }: Pick<AnalyticsParts, 'authorizer' | 'whoIs'>,
  [request, reply]: readonly [FastifyRequest, FastifyReply],
  { realm, creator }: Video,
): Promise<Refusal | undefined> {
  if (request.headers.authorization !== undefined) {
    const key = authorizer.key(request, 'service');
    if (key.kind === 'refusal') return key;
    return realm === tenantRealm(key.tenant) ? undefined : NOT_YOURS;
  }
  const signedIn = await whoIs(request, reply);
  if (signedIn.kind === 'unavailable') return unavailable(signedIn);
  if (signedIn.kind !== 'account') return SIGN_IN;
  return realm === 'account' && creator === signedIn.account ? undefined : NOT_YOURS;
}

type Ask = Readonly<{ kind: 'ask'; metric: SeriesMetric; series: SeriesAsk }>;

function askOf(query: Query, nowMs: number): Ask | Refusal {
  const metric = query.one('metric') ?? 'views';
  if (!isOneOf(SERIES_METRICS, metric)) return METRIC_FORM;
  const grain = query.one('grain') ?? 'hour';
  if (!isOneOf(GRAINS, grain)) return GRAIN_FORM;
  const tz = query.one('tz') ?? 'UTC';
  const zone = zoneOf(tz);
  if (zone === undefined) return ZONE_FORM;
  const utc = tz === 'UTC';
  const isByDay = metric === 'uniqueViewers' || metric === 'engagedViews';
  if (isByDay && (grain !== 'day' || !utc)) return UNIQUES;
  const toMs = timeOf(query.one('to'), nowMs);
  const fromMs = timeOf(query.one('from'), (toMs ?? nowMs) - SPAN_MS[grain]);
  if (fromMs === undefined || toMs === undefined || fromMs > toMs) return TIME_FORM;
  const bucketsMax = SERIES_BUCKETS_MAX;
  return { kind: 'ask', metric, series: { grain, fromMs, toMs, zone, utc, nowMs, bucketsMax } };
}

function isOneOf<Word extends string>(words: readonly Word[], text: string): text is Word {
  return words.some((word) => word === text);
}

/** The time that a query names, `otherwiseMs` when it names none; `undefined` when it is no time. */
export function timeOf(text: string | undefined, otherwiseMs: number): number | undefined {
  if (text === undefined) return otherwiseMs;
  const [, day] = TIME_PATTERN.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Whether a calendar has the day: `Date.parse` reads 30 February as 2 March. */
function isDay(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

type Summed = Readonly<{ kind: 'summed'; points: readonly SeriesPoint[]; asOfMs: number }>;

async function sumOf(
  { cells }: AnalyticsParts,
  { video, metric }: Readonly<{ video: VideoId; metric: SeriesMetric }>,
  stretch: Stretch,
): Promise<Summed | CellUnavailable> {
  if (metric === 'engagedViews') return engagedOf(cells, video, stretch);
  const { edges, cellGrain: grain } = stretch;
  const range = { fromMs: edges[0] ?? 0, toMs: edges.at(-1) ?? 0 };
  const answered = await askAll(cells, 'analytics', { video, metric, grain, ...range });
  if (answered.kind === 'unavailable') return answered;
  const replies = [...answered.replies.values()];
  const asOfMs = Math.min(...replies.map((reply) => reply.asOfMs));
  const buckets = replies.map((reply) => reply.buckets);
  return { kind: 'summed', points: sumSeries(stretch, buckets, asOfMs), asOfMs };
}

/** SD26: days of which a cell does not know how many views were engaged are left out. */
async function engagedOf(
  cells: CellClients,
  video: VideoId,
  stretch: Stretch,
): Promise<Summed | CellUnavailable> {
  const range = { fromMs: stretch.edges[0] ?? 0, toMs: stretch.edges.at(-1) ?? 0 };
  const ask = { videos: [video], parts: ['days'], grain: 'day', ...range } as const;
  const answered = await askAll(cells, 'studio', ask);
  if (answered.kind === 'unavailable') return answered;
  const replies = [...answered.replies.values()];
  const asOfMs = Math.min(...replies.map((reply) => reply.asOfMs));
  const days = replies.flatMap((reply) => reply.days);
  const unknown = new Set(
    days.filter(({ detail }) => detail === undefined).map(({ atMs }) => timeText(atMs)),
  );
  const buckets = days.map(({ atMs, detail }) => ({
    atMs,
    value: detail?.[DETAIL.engagedViews] ?? 0,
  }));
  const points = sumSeries(stretch, [buckets], asOfMs).filter(({ at }) => !unknown.has(at));
  return { kind: 'summed', points, asOfMs };
}

export function addAnalyticsRoute(app: FastifyInstance, parts: AnalyticsParts): void {
  app.get('/v1/videos/:id/analytics', async (request, reply) => {
    const video = pathVideo(request);
    if (typeof video !== 'string') return sendRefusal(reply, video);
    const entry = parts.catalog.entry(video);
    if (entry === undefined) return sendRefusal(reply, VIDEO_NOT_KNOWN);
    const refused = await accessRefusal(parts, [request, reply], entry);
    if (refused !== undefined) return sendRefusal(reply, refused);
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const nowMs = parts.nowMs();
    const ask = askOf(query, nowMs);
    if (ask.kind === 'refusal') return sendRefusal(reply, ask);
    const stretches = stretchesOf(ask.series);
    if (stretches === 'too-many') return sendRefusal(reply, TOO_LONG);
    const { metric } = ask;
    const series: SeriesPoint[] = [];
    let asOfMs = nowMs;
    for (const stretch of stretches) {
      const summed = await sumOf(parts, { video, metric }, stretch);
      if (summed.kind === 'unavailable') return sendRefusal(reply, unavailable(summed));
      series.push(...summed.points);
      asOfMs = Math.min(asOfMs, summed.asOfMs);
    }
    return sendJson(reply, 200, { series, asOf: timeText(asOfMs) });
  });
}
