// /status and /api/v2: hands on what the status page's own process answers, for convenience. ST45.
//
// The page does not live here: when its process gives no answer, that is said, and nothing is green.

import { request as ask } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const ANSWER_MS_MAX = 5_000;
const BODY_BYTES_MAX = 4_096;

const KEPT_HEADERS = [
  'content-type',
  'content-encoding',
  'vary',
  'content-security-policy',
  'cache-control',
  'access-control-allow-origin',
  'cross-origin-resource-policy',
  'location',
  'referrer-policy',
  'x-content-type-options',
  'x-frame-options',
  'date',
];

const DEAD = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Status unknown</title>
<h1>We cannot tell how things are</h1>
<p>The status page does not answer. Count everything as unknown until it does.</p></html>
`;
const DEAD_DOCUMENT = JSON.stringify({
  type: 'about:blank',
  title: 'The status page does not answer',
  status: 503,
  detail: 'Count everything as unknown until it does.',
  code: 'status-unknown',
  retryable: true,
});

/** Adds the routes; `origin` is where the page's process listens now. */
export function addStatusPage(app: FastifyInstance, origin: () => string | undefined): void {
  app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: BODY_BYTES_MAX },
      (_request, body, done) => done(null, body),
    );
    const pass = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      passOn(request, reply, origin());
    for (const url of ['/status', '/status/*', '/api/v2/*']) scope.get(url, pass);
    for (const name of ['subscribe', 'confirm', 'unsubscribe']) scope.post(`/status/${name}`, pass);
  });
}

function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  origin: string | undefined,
): Promise<FastifyReply> {
  return new Promise((resolve) => {
    const dead = (): void => resolve(sendDead(request, reply));
    if (origin === undefined) return dead();
    const { 'content-type': type, 'accept-encoding': encoding } = request.headers;
    const sent = ask(
      new URL(request.url, origin),
      {
        method: request.method,
        timeout: ANSWER_MS_MAX,
        headers: {
          ...(type !== undefined && { 'content-type': type }),
          ...(encoding !== undefined && { 'accept-encoding': encoding }),
        },
      },
      (answer) => resolve(sendOn(reply, answer)),
    );
    sent.once('timeout', () => sent.destroy(new Error('timeout')));
    sent.once('error', dead);
    sent.end(typeof request.body === 'string' ? request.body : undefined);
  });
}

function sendOn(reply: FastifyReply, answer: IncomingMessage): FastifyReply {
  reply.code(answer.statusCode ?? 502);
  for (const name of KEPT_HEADERS) {
    const value = answer.headers[name];
    if (value !== undefined) reply.header(name, value);
  }
  return reply.send(answer);
}

function sendDead(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.code(503).header('retry-after', '10').header('cache-control', 'no-store');
  if (request.url.startsWith('/api/')) {
    return reply.type('application/problem+json').send(DEAD_DOCUMENT);
  }
  return reply.type('text/html; charset=utf-8').send(DEAD);
}
