// GET /v1/videos/{id}/realtime: the last hour by minute and the last two days by hour. Rule SD21.

import type { FastifyInstance } from 'fastify';
import { sendJson, timeText } from '../../answers.ts';
import { sendRefusal } from '../../refusal.ts';
import { stretchesOf } from '../../series.ts';
import { zoneOf } from '../../zone.ts';
import { ownVideo } from './studio-parts.ts';
import type { StudioParts } from './studio-parts.ts';
import { seriesOf, worse } from './studio-series.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MINUTES = 60;
const HOURS = 48;

export function addRealtimeRoute(app: FastifyInstance, parts: StudioParts): void {
  const zone = zoneOf('UTC');
  if (zone === undefined) throw new Error('UTC is a zone');
  app.get('/v1/videos/:id/realtime', async (request, reply) => {
    const own = await ownVideo(parts, [request, reply]);
    if (own.kind === 'refusal') return sendRefusal(reply, own);
    const nowMs = parts.nowMs();
    const series = async (grain: 'minute' | 'hour', unitMs: number, units: number) => {
      const toMs = Math.floor(nowMs / unitMs) * unitMs + unitMs;
      const range = { fromMs: toMs - units * unitMs, toMs };
      const stretches = stretchesOf({ grain, ...range, zone, utc: true, nowMs, bucketsMax: units });
      if (stretches === 'too-many') throw new Error('a fixed range has as many buckets as it has');
      return seriesOf(parts.ask, [own.video], 'views', stretches, { nowMs, outages: [] });
    };
    const minutes = await series('minute', MINUTE_MS, MINUTES);
    const hours = await series('hour', HOUR_MS, HOURS);
    return sendJson(reply, 200, {
      video: own.video,
      minutes: minutes.points,
      hours: hours.points,
      state: worse(minutes.state, hours.state),
      asOf: timeText(Math.min(minutes.asOfMs, hours.asOfMs)),
    });
  });
}
