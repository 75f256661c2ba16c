// POST /v1/ops: the ops of one session. The hottest route; rules A30 to A35.

import { OPS_BODY_BYTES_MAX, OPS_PER_REQUEST_MAX } from '@holdfast/protocol/limits.ts';
import { parseOpsBody } from '@holdfast/protocol/ops.ts';
import type { FastifyInstance } from 'fastify';
import { jsonBody } from '../answers.ts';
import type { Authorizer } from '../authorizer.ts';
import type { OpSender } from '../op-sender.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';

/** Whether a body holds more ops than one request may; the parser tells no faults apart. */
function holdsTooMany(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('ops' in body)) return false;
  return Array.isArray(body.ops) && body.ops.length > OPS_PER_REQUEST_MAX;
}

/** The refusal of ops that do not fit the contract; `detail` names the field, never its content. */
function opsRefusal(body: unknown, detail: string): Refusal {
  const code = holdsTooMany(body) ? 'too-many-ops' : 'invalid-op';
  return refusal(code, `${detail}. Nothing of this request was recorded.`);
}

export function addOpsRoute(app: FastifyInstance, authorizer: Authorizer, send: OpSender): void {
  app.post(
    '/v1/ops',
    { bodyLimit: OPS_BODY_BYTES_MAX, config: { anySite: true } },
    (request, reply) => {
      const opened = authorizer.grantForOps(request);
      if (opened.kind === 'refusal') {
        sendRefusal(reply, opened);
        return;
      }
      const body = jsonBody(request);
      if (body.kind === 'refusal') {
        sendRefusal(reply, body);
        return;
      }
      const parsed = parseOpsBody(body.value);
      if (parsed.kind === 'fault') {
        sendRefusal(reply, opsRefusal(body.value, parsed.detail));
        return;
      }
      send(opened.grant, parsed.value, reply);
    },
  );
}
