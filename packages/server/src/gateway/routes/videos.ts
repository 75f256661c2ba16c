// PUT and GET /v1/videos/{id}, GET /v1/videos: the catalog. Rules A43 to A47, A70.

import { isCanary } from '@holdfast/protocol/canary.ts';
import { isId } from '@holdfast/protocol/ids.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { DURATION_MS_MAX, TITLE_CHARS_MAX } from '@holdfast/protocol/limits.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { REGISTERED_PAGE_MAX } from '../../catalog/catalog.ts';
import type { Catalog, NewVideo, PutVideo, VideoPage } from '../../catalog/catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import { tenantRealm } from '../../catalog/creator-key.ts';
import { objectBody, pathVideo, sendJson, VIDEO_NOT_KNOWN } from '../answers.ts';
import type { Body } from '../answers.ts';
import type { Authorizer } from '../authorizer.ts';
import { isShown } from '../public-video.ts';
import type { ShownOr, ShowVideo } from '../public-video.ts';
import { hiddenRefusal } from '../comments/commented-video.ts';
import { itemsOf, queryOf } from '../query.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import { charsIn } from '../words.ts';

const PUT_REFUSALS = {
  conflict: refusal(
    'video-conflict',
    'The video is registered with another durationMs or creator, which never change. Nothing was ' +
      'changed. Register a new video under another id.',
  ),
  foreign: refusal('forbidden', 'The video was registered by somebody else. Nothing was changed.'),
  'catalog-full': refusal(
    'catalog-full',
    'The catalog holds as many videos as it may. The video was not registered.',
  ),
  overloaded: unavailable({ kind: 'unavailable', code: 'overloaded', retryAfterMs: 1_000 }),
} as const satisfies Record<Exclude<PutVideo['kind'], 'registered'>, Refusal>;

export const BAD_CURSOR = refusal(
  'invalid-request',
  'cursor must be a "next" that this list gave.',
);

type NewVideoOrRefusal = Readonly<{ kind: 'video'; video: NewVideo }> | Refusal;

function newVideoOf(video: VideoId, tenant: string, body: Body): NewVideoOrRefusal {
  const { durationMs, creator, title } = body;
  if (typeof durationMs !== 'number' || !Number.isInteger(durationMs) || durationMs < 1) {
    return refusal(
      'invalid-request',
      'durationMs must be a whole number of milliseconds, 1 or more.',
    );
  }
  if (durationMs > DURATION_MS_MAX) {
    return refusal('invalid-request', `durationMs must be at most ${DURATION_MS_MAX} (one day).`);
  }
  if (!isId(creator)) {
    return refusal('invalid-request', 'creator must be 1 to 64 characters of A-Z a-z 0-9 _ -.');
  }
  if (title !== undefined && !isTitle(title)) {
    return refusal(
      'invalid-request',
      `title must be text of at most ${TITLE_CHARS_MAX} characters.`,
    );
  }
  const known = { video, durationMs, creator, realm: tenantRealm(tenant), title } as const;
  const rest = { caption: '', tags: [], mediaUrl: undefined, posterUrl: undefined };
  return { kind: 'video', video: { ...known, ...rest } };
}

function isTitle(title: unknown): title is string {
  if (typeof title !== 'string' || !title.isWellFormed()) return false;
  return charsIn(title) <= TITLE_CHARS_MAX;
}

const GONE = {
  removed: refusal(
    'video-removed',
    'Its creator removed this video. What was counted on it stays in the books.',
  ),
  private: VIDEO_NOT_KNOWN,
} as const satisfies Record<Exclude<ShownOr, object | 'moderated'>, Refusal>;

export type VideoParts = Readonly<{
  catalog: Catalog;
  publicCatalog: PublicCatalog;
  authorizer: Authorizer;
  show: ShowVideo;
}>;

export function addVideoRoutes(
  app: FastifyInstance,
  { catalog, publicCatalog, authorizer, show }: VideoParts,
): void {
  app.put('/v1/videos/:id', async (request, reply) => {
    const key = authorizer.key(request, 'service');
    if (key.kind === 'refusal') return sendRefusal(reply, key);
    const id = pathVideo(request);
    if (typeof id !== 'string') return sendRefusal(reply, id);
    const body = objectBody(request);
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    const wanted = newVideoOf(id, key.tenant, body.value);
    if (wanted.kind === 'refusal') return sendRefusal(reply, wanted);
    const put = await catalog.put(wanted.video);
    if (put.kind !== 'registered') return sendRefusal(reply, PUT_REFUSALS[put.kind]);
    return sendJson(reply, put.created ? 201 : 200, show(put.entry));
  });

  app.get('/v1/videos/:id', { config: { anySite: true } }, (request, reply) => {
    const id = pathVideo(request);
    if (typeof id !== 'string') return sendRefusal(reply, id);
    const entry = catalog.entry(id);
    if (entry === undefined) return sendRefusal(reply, VIDEO_NOT_KNOWN);
    const shown = show(entry);
    if (isShown(shown)) return sendJson(reply, 200, shown);
    if (shown !== 'moderated') return sendRefusal(reply, GONE[shown]);
    const hidden = hiddenRefusal(publicCatalog, id, entry.creator);
    return sendRefusal(reply, hidden ?? VIDEO_NOT_KNOWN);
  });

  app.get('/v1/videos', (request, reply) => {
    const key = authorizer.key(request, 'service');
    if (key.kind === 'refusal') return sendRefusal(reply, key);
    const page = { items: REGISTERED_PAGE_MAX, itemsMax: REGISTERED_PAGE_MAX };
    return sendPage(request, reply, { ...page, show }, (cursor, items) =>
      catalog.registered(tenantRealm(key.tenant), cursor, items),
    );
  });
}

/** Answers with the page of a list that the query asks for. */
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { items, itemsMax, show }: Readonly<{ items: number; itemsMax: number; show: ShowVideo }>,
  read: (cursor: string | undefined, items: number) => VideoPage | 'bad-cursor',
): FastifyReply {
  const query = queryOf(request.url);
  if (query.kind === 'refusal') return sendRefusal(reply, query);
  const asked = itemsOf(query.one('limit'), items, itemsMax);
  if (typeof asked !== 'number') return sendRefusal(reply, asked);
  const page = read(query.one('cursor'), asked);
  if (page === 'bad-cursor') return sendRefusal(reply, BAD_CURSOR);
  const { next } = page;
  // ST32: canaries are in no listing; a page that held some is shorter.
  const listed = page.items
    .filter(({ video }) => !isCanary(video))
    .map(show)
    .filter(isShown);
  return sendJson(reply, 200, { items: listed, ...(next && { next }) });
}
