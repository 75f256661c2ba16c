// GET /v1/videos/{id}/balances at a cell itself, at either side of a hand-over. Rules BL8 to BL10.

import type { FastifyInstance, FastifyReply } from 'fastify';
import type { RowView } from '@holdfast/engine/engine/row-view.ts';
import { isVideoId } from '@holdfast/protocol/ids.ts';
import { balanceDocument } from './read-balances.ts';
import type { ReadBalances } from './read-balances.ts';

const RETRY_AFTER_SECONDS = 1;

/** Adds the route; `view` gives the rows while there are any. */
export function addBalanceRoute(
  app: FastifyInstance,
  read: ReadBalances,
  view: () => Pick<RowView, 'findVideos'> | undefined,
): void {
  app.get<{ Params: { video: string } }>('/v1/videos/:video/balances', async (request, reply) => {
    const { video } = request.params;
    if (!isVideoId(video)) return refuse(reply, 404, 'video-unknown', 'This is no id of a video.');
    const balances = await read(video);
    if (balances === 'busy') {
      reply.header('retry-after', RETRY_AFTER_SECONDS);
      return refuse(reply, 503, 'overloaded', 'Too many ask for balances. Ask again in a second.');
    }
    // A party whose rows are gone still has its files.
    const isSeen = balances.some(({ closing, opening }) => closing !== null || opening !== null);
    if (!isSeen && !(await isKnown(video, view()))) {
      return refuse(reply, 404, 'video-unknown', 'This party does not know the video.');
    }
    reply.header('cache-control', 'no-store');
    return reply.send({ video, balances: balanceDocument(balances) });
  });
}

async function isKnown(
  video: Parameters<ReadBalances>[0],
  view: Pick<RowView, 'findVideos'> | undefined,
): Promise<boolean> {
  return view !== undefined && (await view.findVideos([video])).has(video);
}

function refuse(reply: FastifyReply, status: number, code: string, detail: string): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify({ status, code, detail }));
}
