// GET /v1/videos/{id}/realtime and /v1/me/studio/realtime: the last minutes, the last hour by minute
// and the last two days by hour. Rules SD21, SD29.

import type { CountState } from '@holdfast/protocol/counts.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance } from 'fastify';
import { sendJson, timeText } from '../../answers.ts';
import { sendRefusal } from '../../refusal.ts';
import { stretchesOf } from '../../series.ts';
import { zoneOf } from '../../zone.ts';
import { ownVideo } from './studio-parts.ts';
import type { OwnVideos, StudioParts } from './studio-parts.ts';
import { seriesOf, worse } from './studio-series.ts';
import type { StudioPoint } from './studio-series.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MINUTES = 60;
const HOURS = 48;
/** Minutes that are "just now", the one that is not over among them. */
const NOW_MINUTES = 5;

/** What was reported in the last minutes; nothing of it is known while a cell is silent. */
export type JustNow = Readonly<{
  from: string;
  to: string;
  views: number | null;
  starts: number | null;
  watchMs: number | null;
  /** Watch time by time: how many were watching at once, in tenths, truncated. */
  watching: number | null;
}>;

export type RealtimeBody = Readonly<{
  justNow: JustNow;
  minutes: readonly StudioPoint[];
  hours: readonly StudioPoint[];
  state: CountState;
  asOf: string;
}>;

export function addRealtimeRoute(app: FastifyInstance, parts: StudioParts): void {
  app.get('/v1/videos/:id/realtime', async (request, reply) => {
    const own = await ownVideo(parts, [request, reply]);
    if (own.kind === 'refusal') return sendRefusal(reply, own);
    const body = await realtimeOf(parts, [own.video]);
    return sendJson(reply, 200, { video: own.video, ...body });
  });
}

/** Of all videos of the caller, or the one that is named. */
export async function realtimeBodyOf(
  parts: StudioParts,
  { entries, isCut }: OwnVideos,
): Promise<Readonly<{ kind: 'body'; body: RealtimeBody & Readonly<{ isCut: boolean }> }>> {
  const videos = entries.map(({ video }) => video);
  return { kind: 'body', body: { ...(await realtimeOf(parts, videos)), isCut } };
}

async function realtimeOf(parts: StudioParts, videos: readonly VideoId[]): Promise<RealtimeBody> {
  const zone = zoneOf('UTC');
  if (zone === undefined) throw new Error('UTC is a zone');
  const nowMs = parts.nowMs();
  const lastOf = (unitMs: number, units: number) => {
    const toMs = Math.floor(nowMs / unitMs) * unitMs + unitMs;
    return { fromMs: toMs - units * unitMs, toMs };
  };
  const series = async (grain: 'minute' | 'hour', unitMs: number, units: number) => {
    const range = lastOf(unitMs, units);
    const stretches = stretchesOf({ grain, ...range, zone, utc: true, nowMs, bucketsMax: units });
    if (stretches === 'too-many') throw new Error('a fixed range has as many buckets as it has');
    return seriesOf(parts.ask, videos, 'views', stretches, { nowMs, outages: [] });
  };
  const minutes = await series('minute', MINUTE_MS, MINUTES);
  const hours = await series('hour', HOUR_MS, HOURS);
  return {
    justNow: await justNowOf(parts, videos, lastOf(MINUTE_MS, MINUTES)),
    minutes: minutes.points,
    hours: hours.points,
    state: worse(minutes.state, hours.state),
    asOf: timeText(Math.min(minutes.asOfMs, hours.asOfMs)),
  };
}

/** The same question as that of the last hour, so cells are not asked once more. */
async function justNowOf(
  { ask }: StudioParts,
  videos: readonly VideoId[],
  range: Readonly<{ fromMs: number; toMs: number }>,
): Promise<JustNow> {
  const from = await ask({ videos, parts: ['buckets'], grain: 'minute', ...range });
  const beginMs = range.toMs - NOW_MINUTES * MINUTE_MS;
  const about = { from: timeText(beginMs), to: timeText(from.asOfMs) };
  const lengthMs = from.asOfMs - beginMs;
  if (from.state !== 'live' || lengthMs <= 0) {
    return { ...about, views: null, starts: null, watchMs: null, watching: null };
  }
  let [views, starts, watchMs] = [0, 0, 0];
  for (const { reply } of from.cells) {
    for (const bucket of reply.buckets) {
      if (bucket.atMs < beginMs) continue;
      views += bucket.views;
      starts += bucket.starts;
      watchMs += bucket.watchMs;
    }
  }
  return { ...about, views, starts, watchMs, watching: Math.floor((watchMs * 10) / lengthMs) / 10 };
}
