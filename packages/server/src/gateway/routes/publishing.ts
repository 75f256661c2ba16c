// Publishing a draft, changing and removing a video, and the files of videos.
//
// Rules: docs/spec/uploads.md (UP5 to UP9, UP34 to UP36).

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PublicVideo } from '../../border/public-records.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Known } from '../../catalog/public-catalog.ts';
import { MEDIA_PATH } from '../../media/media-address.ts';
import type { DraftBody } from '../../people/draft.ts';
import { objectBody, pathPart, sendJson, VIDEO_NOT_KNOWN } from '../answers.ts';
import { changeDraft, DRAFT_CLOSED, draftOf, draftOfVideo } from '../drafts/draft-file.ts';
import type { Draft } from '../drafts/draft-file.ts';
import { saidIn } from '../drafts/draft-form.ts';
import { shownDraft } from '../drafts/draft-view.ts';
import { NOT_FOUND } from '../http-errors.ts';
import { sendMedia } from '../media-file.ts';
import type { MediaCache } from '../media-file.ts';
import { readerOf, writerOf, writingAbout } from '../person.ts';
import { isShown } from '../public-video.ts';
import type { ShowVideo } from '../public-video.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account } from '../signed-in.ts';
import { filesOf } from './drafts.ts';
import type { DraftParts } from './drafts.ts';

export type PublishingParts = DraftParts & Readonly<{ catalog: Catalog; show: ShowVideo }>;

const NOT_YOURS = refusal(
  'forbidden',
  'Only who published a video changes it. Nothing was changed.',
);

export function addPublishingRoutes(app: FastifyInstance, parts: PublishingParts): void {
  app.post('/v1/me/drafts/:id/publish', (request, reply) => publish(parts, request, reply));
  app.patch('/v1/videos/:id', (request, reply) => patchVideo(parts, request, reply));
  app.delete('/v1/videos/:id', (request, reply) => removeVideo(parts, request, reply));
  app.get(`${MEDIA_PATH}:video/:file`, (request, reply) => sendFile(parts, request, reply));
}

async function publish(
  parts: PublishingParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const asked = objectBody(request, {});
  if (asked.kind === 'refusal') return sendRefusal(reply, asked);
  const nowMs = parts.nowMs();
  const said = saidIn(asked.value, nowMs);
  if ('kind' in said) return sendRefusal(reply, said);
  const profile = await writingAbout(me, 'profile', '');
  if (profile.kind === 'refusal') return sendRefusal(reply, profile);
  const hasProfile = profile.writing !== undefined;
  const done = await changeDraft(
    me,
    parts.known,
    () => draftOf(me, pathPart(request, 'id')),
    (draft) => {
      const body = { ...draft.body, ...said };
      if (body.state === 'published' || body.state === 'removed') return DRAFT_CLOSED;
      const missing = missingOf(body, hasProfile);
      if (missing.length > 0) return incomplete(missing);
      const { scheduledAtMs } = body;
      if (scheduledAtMs !== null && scheduledAtMs > nowMs) {
        const put = { kind: 'schedule', target: draft.id, body: { atMs: scheduledAtMs } } as const;
        return { body: { ...body, state: 'scheduled' }, puts: [put] };
      }
      return { body: { ...body, state: 'published', publishedAtMs: nowMs } };
    },
  );
  if (done.kind === 'refusal') return sendRefusal(reply, done);
  if (done.body.state === 'scheduled') return sendJson(reply, 200, shownDraft(done, 0));
  return sendVideo(parts, reply, 201, done);
}

function missingOf(
  { title, media, upload, visibility }: DraftBody,
  hasProfile: boolean,
): readonly string[] {
  const missing: string[] = [];
  if (title === '') missing.push('title');
  if (media === null || upload.state !== 'ready') missing.push('upload');
  if (!hasProfile && visibility !== 'private') missing.push('profile');
  return missing;
}

function incomplete(missing: readonly string[]): Refusal {
  const detail =
    `Before it can be published it needs: ${missing.join(', ')}. It is kept as a draft, with all ` +
    'that it has.';
  return refusal('draft-incomplete', detail, { missing });
}

/** The video as everybody sees it; one that only its owner sees as its draft. */
function sendVideo(
  { catalog, show }: PublishingParts,
  reply: FastifyReply,
  status: number,
  draft: Draft,
): FastifyReply {
  const entry = catalog.entry(draft.body.video as VideoId);
  const shown = entry === undefined ? 'private' : show(entry);
  return sendJson(reply, status, isShown(shown) ? shown : shownDraft(draft, 0));
}

/** Somebody's own video; whoever did not publish it is told so. */
async function ownVideo(parts: PublishingParts, me: Account, video: string) {
  const draft = await draftOfVideo(me, video);
  if (draft.kind !== 'refusal' || draft.code !== 'not-found') return draft;
  return parts.catalog.has(video as VideoId) ? NOT_YOURS : VIDEO_NOT_KNOWN;
}

async function patchVideo(
  parts: PublishingParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const asked = objectBody(request);
  if (asked.kind === 'refusal') return sendRefusal(reply, asked);
  const said = saidIn(asked.value, parts.nowMs());
  if ('kind' in said) return sendRefusal(reply, said);
  const done = await changeDraft(
    me,
    parts.known,
    () => ownVideo(parts, me, pathPart(request, 'id')),
    ({ body }) => {
      if (body.state !== 'published') return VIDEO_NOT_KNOWN;
      const { scheduledAtMs } = body;
      const next = { ...body, ...said, scheduledAtMs };
      return next.title === ''
        ? refusal('invalid-request', 'A published video needs a title. Nothing was changed.')
        : { body: next };
    },
  );
  if (done.kind === 'refusal') return sendRefusal(reply, done);
  return sendVideo(parts, reply, 200, done);
}

async function removeVideo(
  parts: PublishingParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const done = await changeDraft(
    me,
    parts.known,
    () => ownVideo(parts, me, pathPart(request, 'id')),
    ({ body }) => {
      if (body.state !== 'published') return VIDEO_NOT_KNOWN;
      const words = { title: '', caption: '', tags: [], captions: [], pinned: null };
      return { body: { ...body, ...words, state: 'removed', media: null, poster: null } };
    },
  );
  if (done.kind === 'refusal') return sendRefusal(reply, done);
  await parts.media.remove(me.jurisdiction, { of: 'video', id: done.body.video });
  return await reply.code(204).send();
}

async function sendFile(
  parts: PublishingParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const video = pathPart(request, 'video');
  const file = pathPart(request, 'file');
  const place = publicPlace(parts, video, file) ?? (await ownPlace(parts, request, reply));
  if (place === undefined) return sendRefusal(reply, NOT_FOUND);
  const found = await parts.media.find(place.jurisdiction, { of: 'video', id: video }, file);
  if (found === undefined) return sendRefusal(reply, NOT_FOUND);
  return sendMedia(request, reply, { file, found, cache: place.cache });
}

type Place = Readonly<{ jurisdiction: Known<PublicVideo>['jurisdiction']; cache: MediaCache }>;

/** Where a file is that everybody may see. */
function publicPlace({ known }: DraftParts, video: string, file: string): Place | undefined {
  const { jurisdiction, record } = known.video(video) ?? {};
  if (jurisdiction === undefined || record?.state !== 'published') return undefined;
  const isTakenDown =
    known.moderationOf('video', video) !== undefined ||
    known.moderationOf('person', record.account) !== undefined;
  const files = [record.media.file, record.poster, ...record.captions.map((one) => one.file)];
  if (isTakenDown || !files.includes(file)) return undefined;
  return { jurisdiction, cache: record.visibility === 'public' ? 'public' : 'unlisted' };
}

/** Where a file is that only whoever asks may see. */
async function ownPlace(
  { whoIs }: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Place | undefined> {
  const me = await readerOf(whoIs, request, reply);
  if (me.kind === 'refusal') return undefined;
  const draft = await draftOfVideo(me, pathPart(request, 'video'));
  if (draft.kind === 'refusal') return undefined;
  const isOwn = filesOf(draft.body).includes(pathPart(request, 'file'));
  return isOwn ? { jurisdiction: me.jurisdiction, cache: 'private' } : undefined;
}
