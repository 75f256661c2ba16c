// Reading the charter over HTTP: public, since every entry proves itself. Rules R16 to R18.

import type { ServerResponse } from 'node:http';
import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { SignedHead } from './charter-head.ts';
import type { CharterView } from './charter.ts';
import { PROBLEM_TYPE, registrarProblem } from './registrar-problem.ts';
import type { RegistrarProblemCode } from './registrar-problem.ts';
import type { Registrar } from './registrar.ts';

/** Entries in one answer. */
export const CHARTER_PAGE_ENTRIES_MAX = 1_000;
export const CHARTER_STREAMS_MAX = 1_000;
export const CHARTER_HEARTBEAT_MS = 1_000;

export const CHARTER_PATH = '/v1/charter';
export const CHARTER_STREAM_PATH = '/v1/charter/stream';

export type CharterRoutes = Readonly<{
  /** The charter itself, or a checked copy of it. */
  registrar: Pick<Registrar, 'charter' | 'watch'>;
  /** Key of the registrar; `undefined` while a copy has no entry by which to know it. */
  publicKey: () => string | undefined;
  /** The newest head that the registrar signed, as far as it is known here (R24). */
  head: () => SignedHead | undefined;
  /** How this server refuses. */
  refuse?: (reply: FastifyReply, code: CharterRefusalCode, detail: string) => FastifyReply;
  heartbeatMs?: number;
}>;

export type CharterRefusalCode = Extract<
  RegistrarProblemCode,
  'charter-query-invalid' | 'charter-cell-unknown' | 'charter-streams-full'
>;

/** Pages of any site may read it, where the server lets them. */
const ANY_SITE = { config: { anySite: true } } as const;

export function addCharterRoutes(app: FastifyInstance, options: CharterRoutes): void {
  const { registrar, publicKey, head, refuse = refuseAsRegistrar } = options;
  const { charter } = registrar;
  app.get(CHARTER_PATH, ANY_SITE, (request, reply) => {
    const after = afterIn(request.url);
    if (after === undefined) return refuse(reply, 'charter-query-invalid', BAD_AFTER);
    const entries = charter.after(after, CHARTER_PAGE_ENTRIES_MAX);
    const by = { registrar: { publicKey: publicKey() ?? null }, head: head() ?? null };
    return answer(reply, { ...by, ...headOf(charter), entries });
  });
  app.get<{ Params: { cell: string } }>(
    `${CHARTER_PATH}/cells/:cell`,
    ANY_SITE,
    (request, reply) => {
      const { cell } = request.params;
      const entry = isJurisdiction(cell) ? charter.newest(cell) : undefined;
      if (entry !== undefined) return answer(reply, entry);
      return refuse(reply, 'charter-cell-unknown', 'The charter has no cell of this name.');
    },
  );
  addStream(app, options);
}

const BAD_AFTER = '`after` must be the number of an entry, or 0. Nothing was read.';

type Head = Readonly<{ newest: number; newestHash: string }>;

function headOf(charter: CharterView): Head {
  return { newest: charter.size(), newestHash: charter.newestHash() };
}

function addStream(app: FastifyInstance, options: CharterRoutes): void {
  const { refuse = refuseAsRegistrar } = options;
  const responses = new Set<ServerResponse>();
  app.get(CHARTER_STREAM_PATH, { ...ANY_SITE, exposeHeadRoute: false }, (request, reply) => {
    const after = afterIn(request.url);
    if (after === undefined) return refuse(reply, 'charter-query-invalid', BAD_AFTER);
    if (responses.size >= CHARTER_STREAMS_MAX) {
      return refuse(reply, 'charter-streams-full', 'Too many readers follow. Try again later.');
    }
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      ...otherHeaders(reply),
    });
    responses.add(response);
    const end = runStream(options, after, response);
    response.on('close', () => {
      end();
      responses.delete(response);
    });
    return reply;
  });
  app.addHook('preClose', (done) => {
    for (const response of responses) response.end();
    done();
  });
}

/** Sends what comes after an entry; to a reader that is slow, no more than it takes. */
function runStream(
  { registrar, heartbeatMs, head }: CharterRoutes,
  after: number,
  response: ServerResponse,
): () => void {
  const { charter, watch } = registrar;
  let sent = after;
  let draining = false;

  const send = (): void => {
    while (!draining && !response.writableEnded) {
      const entries = charter.after(sent, CHARTER_PAGE_ENTRIES_MAX);
      if (entries.length === 0) return;
      const events = entries.map((entry) => `event: entry\ndata: ${JSON.stringify(entry)}\n\n`);
      sent += entries.length;
      draining = !response.write(events.join(''));
    }
  };
  const heartbeat = (): void => {
    send();
    // A server that closes has ended it, and its connection may take a moment to go.
    if (draining || response.writableEnded) return;
    const beat = JSON.stringify({ ...headOf(charter), head: head() ?? null });
    draining = !response.write(`event: heartbeat\ndata: ${beat}\n\n`);
  };

  response.on('drain', () => {
    draining = false;
    send();
  });
  heartbeat();
  const unwatch = watch(send);
  const timer = setInterval(heartbeat, heartbeatMs ?? CHARTER_HEARTBEAT_MS);
  return () => {
    clearInterval(timer);
    unwatch();
  };
}

/** The entry that a reader has already; `undefined` when the query names none. */
function afterIn(url: string): number | undefined {
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  const text = query.get('after') ?? '0';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** What hooks have set before the reply was taken out of the framework's hands. */
function otherHeaders(reply: FastifyReply): Record<string, string> {
  const set = Object.entries(reply.getHeaders());
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}

function answer(reply: FastifyReply, document: unknown): FastifyReply {
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(document));
}

function refuseAsRegistrar(
  reply: FastifyReply,
  code: RegistrarProblemCode,
  detail: string,
): FastifyReply {
  const { status, body } = registrarProblem(code, detail);
  return reply.code(status).header('content-type', PROBLEM_TYPE).send(body);
}
