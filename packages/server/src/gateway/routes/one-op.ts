// PUT and DELETE /v1/videos/{id}/like, POST /v1/videos/{id}/views: one op each. Rule A36.

import { parseOp } from '@holdfast/protocol/ops.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { objectBody, pathVideo } from '../answers.ts';
import type { Body } from '../answers.ts';
import type { Authorizer } from '../authorizer.ts';
import type { OpSender } from '../op-sender.ts';
import { refusal, sendRefusal } from '../refusal.ts';

const OP_NUMBER_PATTERN = /^\d{1,16}$/;

function opNumberOf(request: FastifyRequest): number | undefined {
  const text = request.headers['op-number'];
  return typeof text === 'string' && OP_NUMBER_PATTERN.test(text) ? Number(text) : undefined;
}

/** Sends the op that `fields` make of the video in the path. */
function sendOne(
  authorizer: Authorizer,
  send: OpSender,
  fields: Body,
  [request, reply]: readonly [FastifyRequest, FastifyReply],
): void {
  const opened = authorizer.grantForOps(request);
  if (opened.kind === 'refusal') {
    sendRefusal(reply, opened);
    return;
  }
  const video = pathVideo(request);
  if (typeof video !== 'string') {
    sendRefusal(reply, video);
    return;
  }
  const op = parseOp({ ...fields, n: opNumberOf(request), video });
  if (op.kind === 'fault') {
    // The parser speaks of `n`, which is a header here.
    const detail = op.detail.replace(/^n /, 'the header Op-Number ');
    sendRefusal(reply, refusal('invalid-op', `${detail}. Nothing was recorded.`));
    return;
  }
  send(opened.grant, [op], reply);
}

export function addOneOpRoutes(app: FastifyInstance, authorizer: Authorizer, send: OpSender): void {
  const anySite = { config: { anySite: true } } as const;

  app.put('/v1/videos/:id/like', anySite, (request, reply) => {
    sendOne(authorizer, send, { kind: 'like' }, [request, reply]);
  });

  app.delete('/v1/videos/:id/like', anySite, (request, reply) => {
    sendOne(authorizer, send, { kind: 'unlike' }, [request, reply]);
  });

  app.post('/v1/videos/:id/views', anySite, (request, reply) => {
    const body = objectBody(request);
    if (body.kind === 'refusal') {
      sendRefusal(reply, body);
      return;
    }
    const { watchedMs, source } = body.value;
    const fields = { kind: 'view', watchedMs, source };
    sendOne(authorizer, send, fields, [request, reply]);
  });
}
