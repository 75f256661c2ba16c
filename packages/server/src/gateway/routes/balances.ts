// GET /v1/videos/{id}/balances: what a video had at each hand-over, signed by both sides. Rules BL8
// to BL10.

import type { FastifyInstance } from 'fastify';
import { balanceDocument, HANDOVERS_MAX } from '../../balances/read-balances.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { askAll } from '../all-cells.ts';
import { pathVideo, sendJson, VIDEO_NOT_KNOWN } from '../answers.ts';
import type { CellClients } from '../parts.ts';
import { sendRefusal, unavailable } from '../refusal.ts';

export type BalanceParts = Readonly<{ cells: CellClients; catalog: Catalog }>;

export function addBalanceRoutes(app: FastifyInstance, { cells, catalog }: BalanceParts): void {
  app.get('/v1/videos/:id/balances', { config: { anySite: true } }, async (request, reply) => {
    const video = pathVideo(request);
    if (typeof video !== 'string') return sendRefusal(reply, video);
    if (!catalog.has(video)) return sendRefusal(reply, VIDEO_NOT_KNOWN);
    const answered = await askAll(cells, 'balances', { video });
    if (answered.kind === 'unavailable') return sendRefusal(reply, unavailable(answered));
    const items = [...answered.replies.values()].flatMap((one) =>
      one.kind === 'balances' ? one.items : [],
    );
    const newest = items.toSorted((a, b) => b.atMs - a.atMs).slice(0, HANDOVERS_MAX);
    return sendJson(reply, 200, { video, balances: balanceDocument(newest) });
  });
}
