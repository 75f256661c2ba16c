// The page's own HTTP server: the site, reports of places, and subscriptions.
//
// Rules: docs/spec/status.md (ST30, ST38, ST40). It needs nothing of what it watches. Pages are made
// at most once a second, however many ask.

import { gzipSync } from 'node:zlib';
import helmet from '@fastify/helmet';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takesGzip } from '../../http/takes-gzip.ts';
import type { Board } from '../board.ts';
import { modelOf } from '../page/model.ts';
import type { PageModel } from '../page/model.ts';
import { buttonPage, wordsPage } from '../page/render-more.ts';
import { siteOf } from '../page/site.ts';
import type { Assets, SiteFile } from '../page/site.ts';
import { takeReport } from '../places/intake.ts';
import { SIGNATURE_HEADER } from '../places/place-key.ts';
import { REPORT_BYTES_MAX } from '../rules/observation.ts';
import type { StatusStore } from '../store/status-store.ts';
import type { Subscribers } from '../subscribe/subscribers.ts';

/** A page is made anew after this. */
const FRESH_MS = 1_000;
/** Less is sent as fast as it stands. */
const COMPRESSED_CHARS_MIN = 1_024;
const FORM_BYTES_MAX = 4_096;
const REQUEST_MS_MAX = 10_000;
const CONNECTIONS_MAX = 10_000;
const CLOSE_CHECK_MS = 20;

export const REPORTS_PATH = '/status/reports';

export type StatusServer = Readonly<{
  board: Board;
  store: StatusStore;
  subscribers: Subscribers;
  assets: Assets;
  clock: Readonly<{ nowMs: () => number; monotonicMs: () => number }>;
  title: string;
  url: () => string;
  onError: (error: unknown) => void;
}>;

const NONE = ["'none'"];
const SELF = ["'self'"];
const POLICY = {
  defaultSrc: NONE,
  scriptSrc: SELF,
  styleSrc: SELF,
  imgSrc: SELF,
  connectSrc: SELF,
  formAction: SELF,
  baseUri: NONE,
  frameAncestors: NONE,
};

/** Builds the server; the caller listens and closes. */
export async function openStatusServer(options: StatusServer): Promise<FastifyInstance> {
  const app = fastify({
    requestTimeout: REQUEST_MS_MAX,
    bodyLimit: REPORT_BYTES_MAX,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  closeWhatFallsIdle(app);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    // Others may show the badge and read the documents; nothing here is anybody's own.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    strictTransportSecurity: options.url().startsWith('https:'),
  });
  app.removeAllContentTypeParsers();
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    app.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, done) => {
      done(null, body);
    });
  }
  app.setErrorHandler((error, _request, reply) => {
    const status = statusOf(error);
    if (status >= 500) options.onError(error);
    return reply.code(status).type('text/plain; charset=utf-8').send(`${status}\n`);
  });
  const model = modelSource(options);
  // The first reader does not wait for the first page, which takes longest.
  app.addHook('onReady', async () => void model.site().get('/status')?.());
  addSite(app, options, model);
  addReports(app, options);
  addSubscriptions(app, options, model);
  return app;
}

function closeWhatFallsIdle(app: FastifyInstance): void {
  app.addHook('preClose', (done) => {
    const timer = setInterval(() => app.server.closeIdleConnections(), CLOSE_CHECK_MS);
    app.server.once('close', () => clearInterval(timer));
    if (!app.server.listening) clearInterval(timer);
    done();
  });
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}

/** A file of the site, and how it is sent to those who take it compressed. */
type Sendable = SiteFile & Readonly<{ gzip: () => Buffer }>;
type Site = ReadonlyMap<string, () => Sendable>;
type ModelSource = Readonly<{ model: () => PageModel; site: () => Site }>;

function modelSource(options: StatusServer): ModelSource {
  const { board, store, clock, title, url, assets } = options;
  let made: { atMs: number; model: PageModel; site: Site } | undefined;
  const current = () => {
    const steadyMs = clock.monotonicMs();
    if (made === undefined || steadyMs - made.atMs >= FRESH_MS) {
      const model = modelOf({ board, store, nowMs: clock.nowMs(), title, url: url() });
      made = { atMs: steadyMs, model, site: remembering(siteOf(model, assets)) };
    }
    return made;
  };
  return { model: () => current().model, site: () => current().site };
}

/** Makes and compresses each file once. */
function remembering(site: ReturnType<typeof siteOf>): Site {
  return new Map(
    [...site].map(([address, make]) => {
      let file: Sendable | undefined;
      return [address, () => (file ??= sendable(make()))];
    }),
  );
}

function sendable(file: SiteFile): Sendable {
  let packed: Buffer | undefined;
  return { ...file, gzip: () => (packed ??= gzipSync(file.body)) };
}

function addSite(app: FastifyInstance, { board }: StatusServer, source: ModelSource): void {
  app.get('/', (_request, reply) => reply.redirect('/status', 302));
  app.get('/healthz', () => ({ status: 'up', fault: board.fault ?? null }));
  app.get('/metrics', (request, reply) => send(request, reply, source, '/status/metrics'));
  app.get('/*', (request, reply) => {
    const [path = ''] = request.url.split('?', 1);
    return send(
      request,
      reply,
      source,
      path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path,
    );
  });
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  source: ModelSource,
  path: string,
): FastifyReply {
  const file = source.site().get(path)?.();
  if (file === undefined) {
    return words(
      reply,
      source,
      404,
      'Nothing is here',
      'This address is not part of the status page.',
    );
  }
  const isOpenToAll = path.startsWith('/api/') || path.includes('/feed.') || path.endsWith('.svg');
  if (isOpenToAll) reply.header('access-control-allow-origin', '*');
  reply.header('cache-control', 'no-cache').header('vary', 'accept-encoding').type(file.type);
  const isLarge = file.body.length >= COMPRESSED_CHARS_MIN;
  if (!isLarge || !takesGzip(request.headers['accept-encoding'])) return reply.send(file.body);
  return reply.header('content-encoding', 'gzip').send(file.gzip());
}

function words(
  reply: FastifyReply,
  { model }: ModelSource,
  status: number,
  heading: string,
  text: string,
): FastifyReply {
  const body = wordsPage(model(), heading, text);
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(body);
}

const REPORT_STATUS = {
  malformed: 400,
  'unknown-place': 403,
  'bad-signature': 403,
  future: 409,
  late: 409,
  repeated: 409,
} as const;

function addReports(app: FastifyInstance, options: StatusServer): void {
  app.post(REPORTS_PATH, (request, reply) => {
    const body = typeof request.body === 'string' ? request.body : '';
    const signature = request.headers[SIGNATURE_HEADER];
    const taken = takeReport(options, body, typeof signature === 'string' ? signature : undefined);
    if (taken.kind === 'taken') return reply.code(204).send();
    const { code, detail } = taken;
    const status = REPORT_STATUS[code];
    const problem = {
      type: 'about:blank',
      title: 'The report was not taken',
      status,
      code,
      detail,
    };
    return reply.code(status).type('application/problem+json').send(problem);
  });
}

function addSubscriptions(
  app: FastifyInstance,
  { subscribers }: StatusServer,
  source: ModelSource,
): void {
  const limits = { bodyLimit: FORM_BYTES_MAX };
  app.post('/status/subscribe', limits, async (request, reply) => {
    const fields = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    const answer = await subscribers.subscribe(fields.get('target') ?? '');
    const status = answer.kind === 'refused' ? 400 : 200;
    const heading = answer.kind === 'refused' ? 'Not subscribed' : 'Almost done';
    return words(reply, source, status, heading, answer.words);
  });
  addToken('confirm', 'Confirm', 'You will be told about incidents.', subscribers.confirm);
  addToken(
    'unsubscribe',
    'End the messages',
    'No more messages will come.',
    subscribers.unsubscribe,
  );

  /** Following a link changes nothing by itself: mail scanners follow every link. */
  function addToken(
    name: string,
    button: string,
    done: string,
    act: (token: string) => boolean,
  ): void {
    app.get(`/status/${name}`, (request, reply) => {
      const token = new URL(request.url, 'http://page').searchParams.get('token') ?? '';
      const body = buttonPage(source.model(), {
        heading: button,
        action: `/status/${name}`,
        token,
        button,
      });
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(body);
    });
    app.post(`/status/${name}`, limits, (request, reply) => {
      const fields = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
      // The button of a mail program sends the link as it stands (RFC 8058).
      const linked = new URL(request.url, 'http://page').searchParams.get('token');
      const isKnown = act(fields.get('token') ?? linked ?? '');
      const text = isKnown ? done : 'This link is not valid any more. Nothing was changed.';
      return words(reply, source, isKnown ? 200 : 404, isKnown ? 'Done' : 'Nothing was done', text);
    });
  }
}
