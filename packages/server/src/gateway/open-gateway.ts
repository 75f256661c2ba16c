// The front door: one Fastify server, built from its ports, with one file of routes a resource.
//
// Rules: docs/spec/api.md.

import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { JSON_BODY_BYTES_MAX } from '@holdfast/protocol/limits.ts';
import { fastify, LogController } from 'fastify';
import type { FastifyInstance, HTTPMethods, RouteOptions } from 'fastify';
import type { Logger } from 'pino';
import type { Catalog } from '../catalog/catalog.ts';
import type { PublicCatalog } from '../catalog/public-catalog.ts';
import type { CellClient } from '../cell/cell-client.ts';
import { openCandidates } from '../discovery/candidates.ts';
import type { Candidates } from '../discovery/candidates.ts';
import { openSearchIndex } from '../discovery/search-index.ts';
import { openSearch } from '../discovery/search.ts';
import type { Search } from '../discovery/search.ts';
import { openStartsBook } from '../discovery/starts-book.ts';
import { uploadChecker } from '../media/check-upload.ts';
import type { CheckUpload } from '../media/check-upload.ts';
import { openUploads } from '../media/uploads.ts';
import type { MediaStore } from '../media/media-store.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { openAuthorizer } from './authorizer.ts';
import type { Authorizer } from './authorizer.ts';
import { cookies as openCookies } from './cookies.ts';
import { GATEWAY_LIMITS, HEADER_BYTES_MAX } from './gateway-limits.ts';
import type { GatewayLimits } from './gateway-limits.ts';
import { homeOf as openHomeOf } from './home.ts';
import { openCommentPaces } from './comments/comment-parts.ts';
import {
  answerClientError,
  NOT_FOUND,
  refuseUnreadable,
  RequestTimeout,
  sendError,
} from './http-errors.ts';
import { openMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { opSender } from './op-sender.ts';
import { allowAnySite, preflightHeaders } from './other-sites.ts';
import type { Charter, KeyFinder, Residency, Retirements } from './parts.ts';
import { refusal, sendRefusal } from './refusal.ts';
import { addAccountRoutes } from './routes/accounts.ts';
import { addAnalyticsRoute } from './routes/analytics.ts';
import { addCellRoutes } from './routes/cells.ts';
import { addBalanceRoutes } from './routes/balances.ts';
import { addCommentRoutes } from './routes/comments.ts';
import { addCorrectionRoutes } from './routes/corrections.ts';
import { addCountsRoutes } from './routes/counts.ts';
import { addStreamRoute } from './routes/counts-stream.ts';
import { addExportRoute } from './routes/export.ts';
import { addFeedRoute } from './routes/feed.ts';
import { addFollowRoutes } from './routes/follows.ts';
import { addHeldCommentRoutes } from './routes/held-comments.ts';
import { addMeRoutes } from './routes/me.ts';
import { uploadChecks } from './drafts/upload-checks.ts';
import { addDraftRoutes } from './routes/drafts.ts';
import { addPublishingRoutes } from './routes/publishing.ts';
import type { PublishingParts } from './routes/publishing.ts';
import { addUploadRoutes } from './routes/uploads.ts';
import { addModerationRoutes } from './routes/moderation.ts';
import { addMyProfileRoutes } from './routes/my-profile.ts';
import { addPeopleRoutes } from './routes/people.ts';
import { addPersonLikesRoute } from './routes/person-likes.ts';
import { videoShower } from './public-video.ts';
import type { ShowVideo } from './public-video.ts';
import { addMeLikesRoute } from './routes/me-likes.ts';
import { addOneOpRoutes } from './routes/one-op.ts';
import { addOpsRoute } from './routes/ops.ts';
import { addBulkRoute } from './routes/ops-bulk.ts';
import { addOwnAccountRoutes } from './routes/own-account.ts';
import { addConsoleNotice } from './routes/console-notice.ts';
import { addMissingPage, addPages } from './routes/pages.ts';
import type { PageFile, Pages } from './routes/pages.ts';
import { addPasskeyRoutes } from './routes/passkeys.ts';
import { addRecountRoute } from './routes/recount.ts';
import { addReportRoutes } from './routes/reports.ts';
import { addRunningRoutes } from './routes/running.ts';
import { addSearchRoute } from './routes/search.ts';
import { addSessionRoute } from './routes/sessions.ts';
import { addStatusPage } from './routes/status-page.ts';
import { addStudioRoutes } from './routes/studio/studio-routes.ts';
import { addSubjectRoute } from './routes/subjects.ts';
import { addTrustRoutes } from './routes/trust.ts';
import type { TrustParts } from './routes/trust.ts';
import { addVideoRoutes } from './routes/videos.ts';
import { whoIsSignedIn } from './signed-in.ts';
import { tokenBuckets } from './token-buckets.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Pages of any site may read the answers (A14). */
    anySite?: boolean;
    /** What is said of a body that is larger than the path takes, where more can be said. */
    tooLarge?: string;
    /** Its body may take as long as an upload does (A9). */
    slowBody?: boolean;
  }
}

export type OpenGateway = Readonly<{
  cells: ReadonlyMap<Jurisdiction, CellClient>;
  exchange: Exchange;
  catalog: Catalog;
  publicCatalog: PublicCatalog;
  media: MediaStore;
  /** Looks at uploaded files; in threads, unless a test brings its own. */
  checkUpload?: CheckUpload;
  keys: KeyFinder;
  charter: Charter;
  /** Absent, none is known. */
  certificates?: TrustParts['certificates'];
  retirements?: Retirements;
  inventories?: TrustParts['inventories'];
  residency: Residency;
  nowMs: () => number;
  /** Where search keeps what it looks through; made anew with every start. */
  searchFile: string;
  /** Unpredictable bytes, as from `crypto.randomBytes`. */
  randomBytes: (bytes: number) => Uint8Array;
  logger: Logger;
  limits?: Partial<GatewayLimits>;
  /** The web app by address; see `routes/pages.ts`. */
  page?: ReadonlyMap<string, PageFile>;
  clipsFolder?: string;
  /** Where the process of the status page listens, if one is run beside this. */
  statusPage?: () => string | undefined;
  /** Believes `X-Forwarded-For` and `-Host`; only behind a proxy that sets them. */
  trustProxy?: boolean;
  /** The outside reaches this server over HTTPS, so cookies are for HTTPS alone. */
  secureCookies?: boolean;
}>;

const NO_CERTIFICATES: TrustParts['certificates'] = { has: () => false, text: () => undefined };

/** How often a closing server looks for connections that have become idle. */
const CLOSE_CHECK_MS = 20;

/**
 * Builds the server; the caller listens and closes. `close` takes no new connection, lets begun
 * requests finish and ends streams; the ports stay open, for the caller to close after it.
 */
export async function openGateway(options: OpenGateway): Promise<FastifyInstance> {
  const limits: GatewayLimits = { ...GATEWAY_LIMITS, ...options.limits };
  const metrics = openMetrics(options);
  const authorizer = openAuthorizer({ ...options, limits });
  const app = openServer(options, limits);
  const paths = new Map<string, PathMethods>();
  app.addHook('onRoute', (route) => watchRoute(route, paths, metrics));
  addOpRoutes(app, options, metrics, authorizer);
  addRoutes(app, options, limits, metrics, authorizer);
  await addBulkRoute(app, { ...options, metrics, authorizer });
  const pages: Pages = {
    page: options.page ?? new Map(),
    clipsFolder: options.clipsFolder,
    https: options.secureCookies === true,
  };
  await addPages(app, pages);
  await addConsoleNotice(app, options.secureCookies === true);
  addOtherMethods(app, new Map(paths));
  // After the rest: its paths are another server's, which answers for its own methods.
  if (options.statusPage !== undefined) addStatusPage(app, options.statusPage);
  await addMissingPage(app, pages);
  return app;
}

function openServer({ logger, trustProxy }: OpenGateway, limits: GatewayLimits): FastifyInstance {
  const app = fastify({
    // Requests are counted, not logged: a log line a request would cost more than the request.
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    http: {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.uploadTimeoutMs,
      connectionsCheckingInterval: limits.timeoutCheckMs,
      maxHeaderSize: HEADER_BYTES_MAX,
      // Node's own refusal is no problem document; see `refuseUnreadable`.
      requireHostHeader: false,
    },
    requestTimeout: limits.uploadTimeoutMs,
    connectionTimeout: limits.connectionIdleMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    bodyLimit: JSON_BODY_BYTES_MAX,
    trustProxy: trustProxy === true,
    // During close, requests that still arrive on open connections are answered and not dropped.
    return503OnClosing: false,
    routerOptions: {
      // Ids are checked by the routes, which say more than a router can.
      maxParamLength: HEADER_BYTES_MAX,
      // Routes parse the queries that they have; see `query.ts`.
      querystringParser: () => ({}),
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) => {
      sendError(error, reply, logger);
    },
  });
  app.server.maxConnections = limits.connectionsMax;
  app.addHook('onRequest', refuseUnreadable);
  // What somebody expects that nobody here knows of is left undone, as HTTP allows.
  app.server.on('checkExpectation', (request, response) => {
    app.server.emit('request', request, response);
  });
  closeWhatFallsIdle(app);
  endSlowBodies(app, limits);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    // What is no UTF-8 is no JSON (A8): decoded all the same, it would be other words than were sent.
    done(null, Buffer.isBuffer(body) && isUtf8(body) ? body.toString() : null);
  });
  app.setErrorHandler((error, _request, reply) => sendError(error, reply, logger));
  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, NOT_FOUND));
  return app;
}

/** A9: what is no upload has less time to arrive than Node gives to all. */
function endSlowBodies(app: FastifyInstance, { requestTimeoutMs }: GatewayLimits): void {
  app.addHook('onRequest', ({ raw, routeOptions }, reply, done) => {
    const { 'content-length': length, 'transfer-encoding': coding } = raw.headers;
    const hasBody = coding !== undefined || (length !== undefined && length !== '0');
    if (hasBody && routeOptions.config.slowBody !== true) {
      const timer = setTimeout(() => {
        if (!raw.complete && !reply.sent) answerClientError(new RequestTimeout(), raw.socket);
      }, requestTimeoutMs);
      const stop = (): void => clearTimeout(timer);
      raw.once('end', stop).once('close', stop);
    }
    done();
  });
}

/** A13: Node closes connections that are idle when it is told to close, not those that become so. */
function closeWhatFallsIdle(app: FastifyInstance): void {
  app.addHook('preClose', (done) => {
    const timer = setInterval(() => app.server.closeIdleConnections(), CLOSE_CHECK_MS);
    app.server.once('close', () => clearInterval(timer));
    // Without a listening socket there is no 'close' to come.
    if (!app.server.listening) clearInterval(timer);
    done();
  });
}

function addOpRoutes(
  app: FastifyInstance,
  options: OpenGateway,
  metrics: Metrics,
  authorizer: Authorizer,
): void {
  const send = opSender({ ...options, metrics });
  addOpsRoute(app, authorizer, send);
  addOneOpRoutes(app, authorizer, send);
}

function addRoutes(
  app: FastifyInstance,
  options: OpenGateway,
  limits: GatewayLimits,
  metrics: Metrics,
  authorizer: Authorizer,
): void {
  const { cells, catalog, publicCatalog: known, media, exchange, nowMs, residency } = options;
  const cookies = openCookies(options.secureCookies === true, nowMs);
  const whoIs = whoIsSignedIn(cells, cookies);
  const homeOf = openHomeOf(cells, residency);
  const rate = { burst: limits.sessionsBurst, perSecond: limits.sessionsPerSecond };
  const buckets = tokenBuckets(rate, limits.remotesMax);

  addSessionRoute(app, { authorizer, homeOf, whoIs, cookies, buckets, nowMs });
  const show = videoShower(known);
  addFeedRoute(app, { ...options, known, whoIs, show, candidates: candidatesOf(app, options) });
  addVideoRoutes(app, { catalog, publicCatalog: known, authorizer, show });
  addSearchRoute(app, { catalog, known, show, nowMs, search: searchOf(app, options, show) });
  addCountsRoutes(app, { cells, exchange, catalog });
  addStreamRoute(app, { exchange, catalog, limits, streams: metrics.streams });
  addAccountRoutes(app, { cells, homeOf, cookies, known });
  addMeRoutes(app, { whoIs, cookies, media });
  addMyProfileRoutes(app, { whoIs, known, media });
  addOwnVideoRoutes(app, options, { whoIs, show });
  addPeopleRoutes(app, { catalog, known, exchange, show, whoIs, nowMs });
  addPersonLikesRoute(app, { cells, catalog, known, show, whoIs });
  addExportRoute(app, { whoIs, nowMs });
  addOwnAccountRoutes(app, { whoIs, cookies });
  const isSecure = options.secureCookies === true;
  addPasskeyRoutes(app, { ...options, whoIs, cookies, isSecure });
  addMeLikesRoute(app, { cells, authorizer, whoIs });
  addAnalyticsRoute(app, { cells, catalog, authorizer, whoIs, nowMs });
  addStudioRoutes(app, { ...options, authorizer, whoIs });
  addCellRoutes(app, options);
  addTrustRoutes(app, {
    certificates: NO_CERTIFICATES,
    inventories: NO_CERTIFICATES,
    retirements: () => [],
    ...options,
  });
  addRecountRoute(app, { cells, catalog, authorizer, nowMs });
  addCorrectionRoutes(app, { cells, catalog, authorizer, homeOf });
  addBalanceRoutes(app, { cells, catalog });
  addSubjectRoute(app, { cells, authorizer, homeOf });
  const paces = openCommentPaces(limits.remotesMax, nowMs);
  const commentParts = { ...options, whoIs, paces };
  addCommentRoutes(app, commentParts);
  addHeldCommentRoutes(app, commentParts);
  addFollowRoutes(app, commentParts);
  addReportRoutes(app, { ...commentParts, remotesMax: limits.remotesMax });
  addModerationRoutes(app, commentParts);
  addRunningRoutes(app, cells, metrics);
}

function searchOf(app: FastifyInstance, options: OpenGateway, show: ShowVideo): Search {
  const { catalog, publicCatalog: known, nowMs, logger } = options;
  const index = openSearchIndex(options.searchFile);
  const onFailed = (cause: unknown): void => {
    logger.error({ err: cause }, 'search was not brought up to date');
  };
  const search = openSearch({ index, catalog, known, show, nowMs, onFailed });
  app.addHook('onClose', async () => search.close());
  return search;
}

function candidatesOf(app: FastifyInstance, options: OpenGateway): Candidates {
  const starts = openStartsBook(options);
  app.addHook('onClose', async () => starts.close());
  return openCandidates({ ...options, starts });
}

function addOwnVideoRoutes(
  app: FastifyInstance,
  options: OpenGateway,
  { whoIs, show }: Pick<PublishingParts, 'whoIs' | 'show'>,
): void {
  const { cells, catalog, publicCatalog: known, media, nowMs, logger } = options;
  const onFailed = (cause: unknown): void =>
    logger.error({ err: cause }, 'an upload was not brought to its end; it is tried again');
  const uploads = openUploads([...cells.keys()], media, onFailed);
  const checkUpload = options.checkUpload ?? uploadChecker();
  const files = { known, media, uploads, checkUpload, onFailed };
  const checks = uploadChecks(files);
  app.addHook('onClose', async () => {
    await uploads.close();
    await checks.idle();
  });
  const parts = { ...files, whoIs, checks, nowMs, randomBytes };
  addDraftRoutes(app, parts);
  addUploadRoutes(app, parts);
  addPublishingRoutes(app, { ...parts, catalog, show });
}

/** What a path answers to, to tell a wrong method from a wrong path. */
type PathMethods = { methods: Set<string>; anySite: Set<string> };

/** Notes a route, counts its answers, and lets other sites in where they may. */
function watchRoute(route: RouteOptions, paths: Map<string, PathMethods>, metrics: Metrics): void {
  const methods = [route.method].flat();
  const known = paths.get(route.url) ?? { methods: new Set(), anySite: new Set() };
  paths.set(route.url, known);
  const anySite = route.config?.anySite === true;
  for (const method of methods) {
    known.methods.add(method);
    if (anySite) known.anySite.add(method);
  }
  if (anySite) route.onRequest = [allowAnySite, ...[route.onRequest ?? []].flat()];
  const counts = metrics.route(methods.join(','), route.url);
  route.onResponse = [
    ...[route.onResponse ?? []].flat(),
    (_request, reply, done) => {
      counts.set(reply.statusCode, (counts.get(reply.statusCode) ?? 0) + 1);
      done();
    },
  ];
}

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'];

/** Answers `OPTIONS` and the methods that a path does not have (A11), before any body is read. */
function addOtherMethods(app: FastifyInstance, paths: ReadonlyMap<string, PathMethods>): void {
  for (const [url, { methods, anySite }] of paths) {
    const allow = [...METHODS.filter((method) => methods.has(method)), 'OPTIONS'].join(', ');
    const preflight = anySite.size === 0 ? {} : preflightHeaders([...anySite].join(', '));
    const wrong = refusal('method-not-allowed', `This path takes ${allow}. Nothing was done.`);
    app.route({
      method: METHODS.filter((method) => !methods.has(method)),
      url,
      onRequest: (_request, reply) => {
        reply.header('allow', allow);
        sendRefusal(reply, wrong);
      },
      handler: () => undefined,
    });
    if (methods.has('OPTIONS')) continue;
    app.route({
      method: 'OPTIONS',
      url,
      onRequest: (_request, reply) => {
        reply.code(204).headers(preflight).header('allow', allow).send();
      },
      handler: () => undefined,
    });
  }
}
