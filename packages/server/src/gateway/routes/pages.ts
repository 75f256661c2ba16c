// The pages and the clips: static files, under a policy that allows this origin alone. A68.

import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takesGzip } from '../../http/takes-gzip.ts';
import { NOT_FOUND } from '../http-errors.ts';
import { sendRefusal } from '../refusal.ts';

/** A file that is held in memory; `etag` with its quotes. */
export type PageFile = Readonly<{
  type: string;
  body: Buffer;
  etag: string;
  /** The body compressed, for browsers that take it. */
  gzip?: Buffer;
  /** Its address changes with its content. */
  immutable?: true;
  /** Other than 200: it stands for pages that are missing. */
  status?: 503;
}>;

export type Pages = Readonly<{
  /** The web app by address: `/`, its document, and what is under `/assets/`. */
  page: ReadonlyMap<string, PageFile>;
  /** Folder of the clips, served under /media/clips/. */
  clipsFolder: string | undefined;
  /** Whether the outside reaches this server over HTTPS. */
  https: boolean;
}>;

/** The page changes with a release; its files are asked for again, and mostly not sent again. */
const PAGE_CACHE = 'no-cache';
const IMMUTABLE_CACHE = 'public, max-age=31536000, immutable';
/** The name of a clip stands for the same clip for at least a day. */
const CLIP_CACHE = 'public, max-age=86400';

/** Where the document of the pages is among them. */
const DOCUMENT = '/';
/** Addresses of pages, each with all that is below it. A handle stands right behind its mark. */
export const DOCUMENT_ADDRESSES: readonly string[] = [
  ...['/v', '/search', '/upload', '/studio', '/settings', '/likes', '/sign-in', '/sign-up'],
  ...['/moderation', '/reports', '/trust', '/@'],
];

const SELF = ["'self'"];
const NONE = ["'none'"];
const POLICY = {
  defaultSrc: NONE,
  scriptSrc: SELF,
  styleSrc: SELF,
  // `blob:` is a file that the person chose, before it is sent: it is shown and comes from nowhere.
  imgSrc: [...SELF, 'data:', 'blob:'],
  mediaSrc: [...SELF, 'blob:'],
  fontSrc: SELF,
  connectSrc: SELF,
  manifestSrc: SELF,
  baseUri: NONE,
  formAction: SELF,
  frameAncestors: NONE,
};

/** Serves the files in a scope of its own, so that the API does not pay for these headers. */
export async function addPages(app: FastifyInstance, pages: Pages): Promise<void> {
  addSdk(app, pages.page);
  await inPageScope(app, pages.https, async (scope) => {
    addFileRoutes(scope, pages.page, ['/', '/worker.js', '/assets/*']);
    for (const address of DOCUMENT_ADDRESSES) addDocumentRoutes(scope, pages.page, address);
    if (pages.clipsFolder !== undefined) await addClips(scope, pages.clipsFolder);
  });
}

/** Serves the SDK to pages of any site, which the policy of our own pages would not let. A84. */
function addSdk(app: FastifyInstance, page: ReadonlyMap<string, PageFile>): void {
  app.get('/sdk/*', { config: { anySite: true } }, (request, reply) => {
    const [path = ''] = request.url.split('?', 1);
    reply.header('cross-origin-resource-policy', 'cross-origin');
    reply.header('x-content-type-options', 'nosniff');
    return sendPage(request, reply, page.get(path));
  });
}

/** Adds routes that answer under the policy of pages. */
export async function inPageScope(
  app: FastifyInstance,
  https: boolean,
  add: (scope: FastifyInstance) => Promise<void> | void,
): Promise<void> {
  await app.register(async (scope) => {
    await scope.register(helmet, {
      contentSecurityPolicy: { useDefaults: false, directives: POLICY },
      strictTransportSecurity: https,
    });
    await add(scope);
  });
}

/** Serves each file at its own address, under these patterns. */
export function addFileRoutes(
  app: FastifyInstance,
  page: ReadonlyMap<string, PageFile>,
  patterns: readonly string[],
): void {
  for (const pattern of patterns) {
    app.get(pattern, (request, reply) => {
      const [path = ''] = request.url.split('?', 1);
      return sendPage(request, reply, page.get(path));
    });
  }
}

/** Serves the document for an address and all below it; the page in it reads the address. */
export function addDocumentRoutes(
  app: FastifyInstance,
  page: ReadonlyMap<string, PageFile>,
  address: string,
): void {
  const patterns = address === '/@' ? ['/@*'] : [address, `${address}/*`];
  for (const pattern of patterns) {
    app.get(pattern, (request, reply) => sendPage(request, reply, page.get(DOCUMENT)));
  }
}

/**
 * Answers every address that nothing else has: somebody who opens it in a browser reads so on a
 * page, whoever else asks gets a problem document (A11). To be added after all other routes.
 */
export async function addMissingPage(app: FastifyInstance, { page, https }: Pages): Promise<void> {
  await inPageScope(app, https, (scope) => {
    scope.get('/*', (request, reply) => {
      const file = page.get(DOCUMENT);
      const opensPage = request.headers.accept?.includes('text/html') === true;
      if (file === undefined || !opensPage) return sendRefusal(reply, NOT_FOUND);
      return reply.code(404).header('cache-control', PAGE_CACHE).type(file.type).send(file.body);
    });
  });
}

function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  file: PageFile | undefined,
): FastifyReply {
  if (file === undefined) return sendRefusal(reply, NOT_FOUND);
  reply.header('cache-control', file.immutable === true ? IMMUTABLE_CACHE : PAGE_CACHE);
  const packed = takesGzip(request.headers['accept-encoding']) ? file.gzip : undefined;
  // Another spelling of the same content is another entity.
  const etag = packed === undefined ? file.etag : file.etag.replace(/"$/, '-gzip"');
  reply.header('etag', etag);
  if (file.gzip !== undefined) reply.header('vary', 'accept-encoding');
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim());
  if (known?.includes(etag) === true) return reply.code(304).send();
  reply.code(file.status ?? 200).header('content-type', file.type);
  if (packed === undefined) return reply.send(file.body);
  return reply.header('content-encoding', 'gzip').send(packed);
}

async function addClips(app: FastifyInstance, root: string): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    prefix: '/media/clips/',
    index: false,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply) => {
      reply.header('cache-control', CLIP_CACHE);
    },
  });
}
