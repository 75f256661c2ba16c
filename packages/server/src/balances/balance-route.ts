// What a cell process answers of balances to everybody. Rules BL8 to BL10, BL12.

import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { RowView } from '@holdfast/engine/engine/row-view.ts';
import { isId, isVideoId } from '@holdfast/protocol/ids.ts';
import type { BalanceBook } from './balance-book.ts';
import type { KeptBalances } from './balance-store.ts';
import { balanceDocument } from './read-balances.ts';
import type { ReadBalances } from './read-balances.ts';

export const KEPT_PATH = '/v1/handovers/:handover/balances';
export const KEPT_FILE_PATH = '/v1/handovers/:handover/balances/file';
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

/**
 * BL12: what this party keeps of a hand-over, for parties that came later. Numbers that are public
 * anyway, and whoever takes them hashes them anew.
 */
export function addKeptRoutes(
  app: FastifyInstance,
  book: Pick<BalanceBook, 'kept' | 'fileOf'>,
): void {
  type Named = { Params: { handover: string } };
  const keptOf = (handover: string): KeptBalances | undefined =>
    isId(handover) ? book.kept(handover) : undefined;
  const none = (reply: FastifyReply): FastifyReply =>
    refuse(
      reply,
      404,
      'balances-unknown',
      'There are no balances of a hand-over by this name here.',
    );
  app.get<Named>(KEPT_PATH, (request, reply) => {
    const kept = keptOf(request.params.handover);
    return kept === undefined ? none(reply) : reply.send(kept);
  });
  app.get<Named>(KEPT_FILE_PATH, (request, reply) => {
    const kept = keptOf(request.params.handover);
    if (kept === undefined) return none(reply);
    reply.header('content-type', 'application/octet-stream');
    return reply.send(createReadStream(book.fileOf(kept.handover)));
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
