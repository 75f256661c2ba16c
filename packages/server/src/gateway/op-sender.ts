// Sends the ops of one grant to their cell and answers the request. Rules A32 to A37.

import type { Op } from '@holdfast/protocol/ops.ts';
import type { FastifyReply } from 'fastify';
import type { Catalog } from '../catalog/catalog.ts';
import type { CellClient, OpGroup, SubmitReply } from '../cell/cell-client.ts';
import type { SessionGrant } from '../grants/grant-verifier.ts';
import { sendText } from './answers.ts';
import type { Metrics } from './metrics.ts';
import { opsAnswer } from './ops-answer.ts';
import type { CellClients } from './parts.ts';
import { refusal, sendRefusal, unavailable } from './refusal.ts';
import type { Refusal } from './refusal.ts';

export type OpSender = (grant: SessionGrant, ops: readonly Op[], reply: FastifyReply) => void;

const NOT_SERVED = refusal(
  'grant-invalid',
  'The cell of this grant is not served here. POST /v1/sessions gives a new one.',
);

const AWAY = unavailable({ kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 1_000 });
/** A37: ops on a video wait until the cell has it, because an op that ended cannot be taken back. */
export const NOT_DELIVERED: Refusal = AWAY;

/** Whether a cell has yet to take one of the videos. */
export function undelivered(
  catalog: Catalog,
  { jurisdiction }: CellClient,
  groups: readonly OpGroup[],
): boolean {
  if (catalog.undelivered(jurisdiction) === 0) return false;
  return groups.some(({ ops }) =>
    ops.some(({ video }) => catalog.awaitsDelivery(jurisdiction, video)),
  );
}

/** The refusal of ops that a cell did not record. */
export function submitRefusal(reply: Exclude<SubmitReply, { kind: 'durable' }>): Refusal {
  if (reply.kind === 'unavailable') return unavailable(reply);
  // A cell that changes hands is one that cannot acknowledge now; who owns it is no client's matter.
  if (reply.kind !== 'op-window') return AWAY;
  const { n, highest } = reply;
  return refusal(
    'op-window',
    'An op number is more than 64 above the highest that the cell has seen of this session. ' +
      'Nothing of this request was recorded. Send the missing ops first.',
    { n, highest },
  );
}

export type OpSenderParts = Readonly<{ cells: CellClients; catalog: Catalog; metrics: Metrics }>;

export function opSender({ cells, catalog, metrics }: OpSenderParts): OpSender {
  return (grant, ops, reply) => {
    const cell = cells.get(grant.jurisdiction);
    if (cell === undefined) {
      sendRefusal(reply, NOT_SERVED);
      return;
    }
    const { sessionKey, who, startedAtMs } = grant;
    const groups: readonly OpGroup[] = [{ sessionKey, who, startedAtMs, ops }];
    if (undelivered(catalog, cell, groups)) {
      sendRefusal(reply, NOT_DELIVERED);
      return;
    }
    cell.submit(groups, (result) => {
      if (result.kind === 'durable') {
        metrics.countOutcomes(cell.jurisdiction, result.outcomes);
        sendText(reply, 200, opsAnswer(cell.jurisdiction, result, ops));
        return;
      }
      metrics.countRefusal(cell.jurisdiction, result);
      sendRefusal(reply, submitRefusal(result));
    });
  };
}
