// GET /v1/videos/{id}/recount: a video's counts from its rows, beside what readers are shown. ST44.
//
// The buckets of a video add up to its raw count (C20), and a count is that plus its corrections.
// Nothing of the exchange is in it, so whoever compares the two finds a number that went wrong on
// its way to the readers. The like rows of the cell, counted anew, go with it (ST47): a row that was
// lost shows in no bucket.

import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import type { Metric } from '@holdfast/protocol/counts.ts';
import type { FastifyInstance } from 'fastify';
import type { Catalog } from '../../catalog/catalog.ts';
import type { CellUnavailable, LikesRecounted } from '../../cell/cell-client.ts';
import { askAll } from '../all-cells.ts';
import { pathVideo, sendJson, VIDEO_NOT_KNOWN } from '../answers.ts';
import type { Authorizer } from '../authorizer.ts';
import type { CellClients } from '../parts.ts';
import { sendRefusal, unavailable } from '../refusal.ts';

/** The minute that is under way is recounted too. */
const AHEAD_MS = 60_000;

type RecountParts = Readonly<{
  cells: CellClients;
  catalog: Catalog;
  authorizer: Authorizer;
  nowMs: () => number;
}>;

export function addRecountRoute(app: FastifyInstance, parts: RecountParts): void {
  app.get('/v1/videos/:id/recount', async (request, reply) => {
    const key = parts.authorizer.key(request, 'service');
    if (key.kind === 'refusal') return sendRefusal(reply, key);
    const video = pathVideo(request);
    if (typeof video !== 'string') return sendRefusal(reply, video);
    if (!parts.catalog.has(video)) return sendRefusal(reply, VIDEO_NOT_KNOWN);
    const likes = await recount(parts, video, 'likes');
    if (!(likes instanceof Map)) return sendRefusal(reply, unavailable(likes));
    const views = await recount(parts, video, 'views');
    if (!(views instanceof Map)) return sendRefusal(reply, unavailable(views));
    const rows = await askAll(parts.cells, 'recountLikes', {});
    if (rows.kind === 'unavailable') return sendRefusal(reply, unavailable(rows));
    const cells = Object.fromEntries(
      [...likes].map(([cell, count]) => [
        cell,
        {
          likes: count,
          views: views.get(cell) ?? 0,
          likeRows: rowsBody(rows.replies.get(cell)?.recount),
        },
      ]),
    );
    return sendJson(reply, 200, { video, cells });
  });
}

function rowsBody(made: LikesRecounted | null | undefined) {
  if (made === null || made === undefined) return null;
  const { madeAtMs, ...rest } = made;
  return { ...rest, madeAt: new Date(madeAtMs).toISOString() };
}

/** One metric of a video in each cell, added up from rows. */
async function recount(
  { cells, nowMs }: RecountParts,
  video: VideoId,
  metric: Metric,
): Promise<Map<Jurisdiction, number> | CellUnavailable> {
  const range = { fromMs: 0, toMs: nowMs() + AHEAD_MS };
  const series = await askAll(cells, 'analytics', { video, metric, grain: 'day', ...range });
  if (series.kind === 'unavailable') return series;
  const listed = await askAll(cells, 'corrections', { video });
  if (listed.kind === 'unavailable') return listed;
  const counts = new Map<Jurisdiction, number>();
  for (const [cell, { buckets }] of series.replies) {
    const items = listed.replies.get(cell)?.items ?? [];
    const corrected = items
      .filter((item) => item.metric === metric)
      .reduce((sum, { delta }) => sum + delta, 0);
    counts.set(
      cell,
      buckets.reduce((sum, { value }) => sum + value, corrected),
    );
  }
  return counts;
}
