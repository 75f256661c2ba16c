// What the console shows: how the hand-over stands, the last ten minutes, and the audit.

import type { FastifyInstance } from 'fastify';
import { APPROVALS_NEEDED, CONSOLE_API } from '@holdfast/protocol/console.ts';
import type { ConsoleApprovals, ConsoleLive, ConsoleStatus } from '@holdfast/protocol/console.ts';
import type { HandoverStatus } from '../replication/handover-status.ts';
import { sendAnswer, whoAsks } from './console-http.ts';
import type { Audit } from './audit-file.ts';
import type { ConsoleParts } from './console-parts.ts';
import { sessionOf } from './door-routes.ts';
import type { LiveHistory } from './live-history.ts';

/** Where a reader of the history is, as the query says it. */
const AFTER = /^([0-9a-f]{1,16})\.(\d{1,9})$/;

type LookParts = ConsoleParts & Readonly<{ history: LiveHistory; entries: Audit['newest'] }>;

export function addLookRoutes(scope: FastifyInstance, parts: LookParts): void {
  scope.get<{ Querystring: { after?: unknown } }>(`${CONSOLE_API}/live`, (request, reply) => {
    const who = whoAsks(parts, request);
    if ('kind' in who) return sendAnswer(reply, who);
    const { history } = parts;
    const { after } = request.query;
    const [, id = '', n = '0'] = (typeof after === 'string' && AFTER.exec(after)) || [];
    const status = parts.controller.status();
    const live: ConsoleLive = {
      session: sessionOf(parts, who),
      nowMs: parts.nowMs(),
      status: status === undefined ? null : shown(status),
      approvals: approvalsOf(parts, status),
      history: { id: history.id, samples: history.after(id, Number(n)) },
    };
    return sendAnswer(reply, { kind: 'ok', body: live });
  });
  scope.get(`${CONSOLE_API}/audit`, (request, reply) => {
    const who = whoAsks(parts, request);
    if ('kind' in who) return sendAnswer(reply, who);
    return sendAnswer(reply, { kind: 'ok', body: { entries: parts.entries() } });
  });
}

/** The type is the contract with the page: a status that no longer fits it does not compile. */
function shown(status: HandoverStatus): ConsoleStatus {
  return status;
}

function approvalsOf(
  { approvals, controller }: ConsoleParts,
  status: HandoverStatus | undefined,
): ConsoleApprovals {
  const newest = controller.newest();
  const none = { needed: APPROVALS_NEEDED, persons: [], byOperatorKey: false };
  if (newest === undefined || status === undefined) return none;
  const given =
    newest.ended === null
      ? approvals.standing(newest.id, status.epoch)
      : approvals.ofHandover(newest.id);
  return {
    needed: APPROVALS_NEEDED,
    persons: given.map(({ name, atMs }) => ({ name, atMs })),
    byOperatorKey: newest.isApproved,
  };
}
