// GET /v1/me/studio/export: the numbers of the studio as a file. Rule SD25.

import type { FastifyInstance, FastifyReply } from 'fastify';
import { STUDIO_VIDEOS_MAX } from '../../../studio/studio-call.ts';
import { sendText, timeText } from '../../answers.ts';
import { refusal, sendRefusal } from '../../refusal.ts';
import type { Refusal } from '../../refusal.ts';
import { csvOf } from './csv.ts';
import type { Cell } from './csv.ts';
import { overviewOf, seriesBodyOf } from './overview.ts';
import { ownVideos } from './studio-parts.ts';
import type { OwnVideos, StudioParts } from './studio-parts.ts';
import { videosBodyOf } from './videos-table.ts';

const WHATS = ['overview', 'series', 'videos', 'video'] as const;
type What = (typeof WHATS)[number];

const WHAT_FORM = refusal('invalid-request', `what is one of ${WHATS.join(', ')}.`);
const FORMAT_FORM = refusal('invalid-request', 'format is csv or json.');
const NO_VIDEO = refusal('invalid-request', 'what=video needs video=, the id of one of yours.');

type Table = Readonly<{
  kind: 'table';
  body: unknown;
  header: readonly string[];
  rows: readonly (readonly Cell[])[];
}>;

async function tableOf(parts: StudioParts, own: OwnVideos, what: What): Promise<Table | Refusal> {
  switch (what) {
    case 'overview': {
      const told = await overviewOf(parts, own);
      if (told.kind === 'refusal') return told;
      const header = ['metric', 'value', 'previous', 'state', 'asOf'];
      const rows = told.body.cards.map(({ metric, value, previous, state, asOf }) => [
        metric,
        value,
        previous,
        state,
        asOf,
      ]);
      return { kind: 'table', body: told.body, header, rows };
    }
    case 'series': {
      const told = await seriesBodyOf(parts, own);
      if (told.kind === 'refusal') return told;
      const rows = told.body.series.map(({ at, value, partial }) => [at, value, partial]);
      return { kind: 'table', body: told.body, header: ['at', 'value', 'partial'], rows };
    }
    case 'videos':
    case 'video': {
      if (what === 'video' && own.query.one('video') === undefined) return NO_VIDEO;
      const told = await videosBodyOf(parts, own, STUDIO_VIDEOS_MAX);
      if (told.kind === 'refusal') return told;
      const names = ['views', 'engagedViews', 'likes', 'comments', 'watchMs'] as const;
      const rows = told.body.items.map(({ video, title, publishedAt, metrics }) => [
        video,
        title,
        publishedAt,
        ...names.map((name) => metrics[name]),
      ]);
      const header = ['video', 'title', 'publishedAt', ...names];
      return { kind: 'table', body: told.body, header, rows };
    }
  }
}

export function addExportRoute(app: FastifyInstance, parts: StudioParts): void {
  app.get('/v1/me/studio/export', async (request, reply) => {
    const own = await ownVideos(parts, [request, reply]);
    if (own.kind === 'refusal') return sendRefusal(reply, own);
    const asked = own.query.one('what') ?? 'overview';
    const what = WHATS.find((one) => one === asked);
    if (what === undefined) return sendRefusal(reply, WHAT_FORM);
    const format = own.query.one('format') ?? 'csv';
    if (format !== 'csv' && format !== 'json') return sendRefusal(reply, FORMAT_FORM);
    const table = await tableOf(parts, own, what);
    if (table.kind === 'refusal') return sendRefusal(reply, table);
    const day = timeText(parts.nowMs()).slice(0, 10);
    const file = `holdfast-${what}-${day}.${format}`;
    reply.header('content-disposition', `attachment; filename="${file}"`);
    if (format === 'json') return sendText(reply, 200, JSON.stringify(table.body, undefined, 2));
    return sendCsv(reply, csvOf(table.header, table.rows));
  });
}

function sendCsv(reply: FastifyReply, text: string): FastifyReply {
  return reply
    .code(200)
    .header('content-type', 'text/csv; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .send(text);
}
