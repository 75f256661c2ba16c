// GET /v1/counts and /v1/videos/{id}/counts. Hot; rules A49 and A50.

import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { AFTER_WAIT_MS_MAX } from '@holdfast/protocol/limits.ts';
import type { FastifyInstance } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import type { After, Exchange } from '../../exchange/exchange.ts';
import { pathVideo, sendText, VIDEO_NOT_KNOWN } from '../answers.ts';
import { AFTER_MAX } from '../gateway-limits.ts';
import type { CellClients } from '../parts.ts';
import { queryOf, videosOf } from '../query.ts';
import type { Query } from '../query.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';

export type CountsSources = Readonly<{ exchange: Exchange; catalog: Catalog }>;
export type CountsParts = CountsSources & Readonly<{ cells: CellClients }>;

const UNKNOWN_VIDEO = '{"error":"unknown-video"}';
const AFTER_PATTERN = /^([a-z]{2,8}):(\d{1,15})$/;

const NO_VIDEO = refusal('invalid-request', 'Name at least one video: ?video=a&video=b.');
const AFTER_FORM = refusal(
  'invalid-request',
  `after must be a position such as us:123, at most ${AFTER_MAX} times.`,
);
const AFTER_CELL = refusal('unknown-jurisdiction', 'after names a cell that is not served here.');

type Positions = Readonly<{ kind: 'positions'; positions: readonly After[] }> | Refusal;

function positionsOf(query: Query, cells: CellClients): Positions {
  const texts = query.all('after');
  if (texts.length > AFTER_MAX) return AFTER_FORM;
  const positions: After[] = [];
  for (const text of texts) {
    const [, jurisdiction, seq] = AFTER_PATTERN.exec(text) ?? [];
    if (!isJurisdiction(jurisdiction)) return AFTER_FORM;
    if (!cells.has(jurisdiction)) return AFTER_CELL;
    positions.push({ jurisdiction, seq: Number(seq) as Seq });
  }
  return { kind: 'positions', positions };
}

/** `{"counts":{…}}` for videos, built by hand from what the exchange keeps as text. */
function countsText({ exchange, catalog }: CountsSources, videos: ReadonlySet<VideoId>): string {
  let text = '';
  for (const video of videos) {
    const counts = catalog.has(video) ? exchange.countsJson(video) : UNKNOWN_VIDEO;
    text += `${text === '' ? '' : ','}"${video}":${counts}`;
  }
  return `{"counts":{${text}}}`;
}

/** The counts of one video, or that it is not known, as an object that names the video. */
export function namedCounts({ exchange, catalog }: CountsSources, video: VideoId): string {
  const counts = catalog.has(video) ? exchange.countsJson(video) : UNKNOWN_VIDEO;
  return `{"video":"${video}",${counts.slice(1)}`;
}

export function addCountsRoutes(app: FastifyInstance, parts: CountsParts): void {
  const { cells, exchange, catalog } = parts;

  app.get('/v1/counts', { config: { anySite: true } }, (request, reply) => {
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const asked = videosOf(query);
    if (asked.kind === 'refusal') return sendRefusal(reply, asked);
    if (asked.videos.size === 0) return sendRefusal(reply, NO_VIDEO);
    const after = positionsOf(query, cells);
    if (after.kind === 'refusal') return sendRefusal(reply, after);
    // No promise for a reader that waits for nothing: most do not.
    if (after.positions.length === 0) {
      return sendText(reply, 200, countsText(parts, asked.videos));
    }
    return exchange
      .settled(after.positions, AFTER_WAIT_MS_MAX)
      .then(() => sendText(reply, 200, countsText(parts, asked.videos)));
  });

  app.get('/v1/videos/:id/counts', { config: { anySite: true } }, async (request, reply) => {
    const video = pathVideo(request);
    if (typeof video !== 'string') return sendRefusal(reply, video);
    if (!catalog.has(video)) return sendRefusal(reply, VIDEO_NOT_KNOWN);
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return sendRefusal(reply, query);
    const after = positionsOf(query, cells);
    if (after.kind === 'refusal') return sendRefusal(reply, after);
    if (after.positions.length > 0) await exchange.settled(after.positions, AFTER_WAIT_MS_MAX);
    return sendText(reply, 200, namedCounts(parts, video));
  });
}
