// The page at / and the clips: static files, under a policy that allows this origin alone. A68.

import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { NOT_FOUND } from '../http-errors.ts';
import { sendRefusal } from '../refusal.ts';

/** A file that is held in memory; `etag` with its quotes. */
export type PageFile = Readonly<{ type: string; body: Buffer; etag: string }>;

export type Pages = Readonly<{
  /** The web app by address: `/` and what is under `/app/`. */
  page: ReadonlyMap<string, PageFile>;
  /** Folder of the clips, served under /media/clips/. */
  clipsFolder: string | undefined;
  /** Whether the outside reaches this server over HTTPS. */
  https: boolean;
}>;

/** The page changes with a release; its files are asked for again, and mostly not sent again. */
const PAGE_CACHE = 'no-cache';
/** The name of a clip stands for the same clip for at least a day. */
const CLIP_CACHE = 'public, max-age=86400';

const SELF = ["'self'"];
const NONE = ["'none'"];
const POLICY = {
  defaultSrc: NONE,
  scriptSrc: SELF,
  styleSrc: SELF,
  imgSrc: [...SELF, 'data:'],
  mediaSrc: SELF,
  fontSrc: SELF,
  connectSrc: SELF,
  manifestSrc: SELF,
  baseUri: NONE,
  formAction: SELF,
  frameAncestors: NONE,
};

/** Serves the files in a scope of its own, so that the API does not pay for these headers. */
export async function addPages(app: FastifyInstance, pages: Pages): Promise<void> {
  await app.register(async (scope) => {
    await scope.register(helmet, {
      contentSecurityPolicy: { useDefaults: false, directives: POLICY },
      strictTransportSecurity: pages.https,
    });
    addPageRoutes(scope, pages.page);
    if (pages.clipsFolder !== undefined) await addClips(scope, pages.clipsFolder);
  });
}

function addPageRoutes(app: FastifyInstance, page: ReadonlyMap<string, PageFile>): void {
  for (const url of ['/', '/app/*']) {
    app.get(url, (request, reply) => {
      const [path = ''] = request.url.split('?', 1);
      const file = page.get(path);
      if (file === undefined) return sendRefusal(reply, NOT_FOUND);
      reply.header('etag', file.etag).header('cache-control', PAGE_CACHE);
      const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim());
      if (known?.includes(file.etag) === true) return reply.code(304).send();
      return reply.header('content-type', file.type).send(file.body);
    });
  }
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
