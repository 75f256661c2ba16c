// /v1/me/drafts and /v1/me/videos: a person's videos before and after they are published.
//
// Rules: docs/spec/uploads.md (UP1 to UP9, UP34, UP40).

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CAPTIONS_MAX } from '../../border/public-records.ts';
import { IMAGE_TYPES, imageTypeOf } from '../../media/image.ts';
import { CAPTIONS_BYTES_MAX, readCaptions } from '../../media/web-vtt.ts';
import { emptyDraft } from '../../people/draft.ts';
import type { DraftBody } from '../../people/draft.ts';
import { WRITINGS_PAGE_MAX } from '../../people/writings.ts';
import { objectBody, pathPart, sendJson } from '../answers.ts';
import { changeDraft, DRAFT_CLOSED, draftOf } from '../drafts/draft-file.ts';
import type { Draft, DraftChange } from '../drafts/draft-file.ts';
import { labelOf, langOf, saidIn, TOO_MANY_CAPTIONS } from '../drafts/draft-form.ts';
import { shownDraft } from '../drafts/draft-view.ts';
import type { UploadChecks, UploadParts } from '../drafts/upload-checks.ts';
import { readerOf, writeAs, writerOf, writingsOf } from '../person.ts';
import { itemsOf, queryOf } from '../query.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account, WhoIsSignedIn } from '../signed-in.ts';

export type DraftParts = UploadParts &
  Readonly<{
    whoIs: WhoIsSignedIn;
    checks: UploadChecks;
    nowMs: () => number;
    randomBytes: (bytes: number) => Uint8Array;
  }>;

export const POSTER_BYTES_MAX: number = 1024 * 1024;
const DRAFTS_PAGE_ITEMS = 50;
const VIDEO_ID_BYTES = 16;

const NOT_A_PICTURE = refusal(
  'image-refused',
  'The body is no JPEG, PNG or WebP picture, so the poster before was kept. Choose another one.',
);
const BAD_LANG = refusal('invalid-request', 'The language must be a code such as en or pt-BR.');
const BAD_LABEL = refusal('invalid-request', 'label must be at most 50 characters in one line.');

export function addDraftRoutes(app: FastifyInstance, parts: DraftParts): void {
  app.post('/v1/me/drafts', (request, reply) => makeDraft(parts, request, reply));
  app.get('/v1/me/drafts', (request, reply) => listDrafts(parts, request, reply, 'all'));
  app.get('/v1/me/videos', (request, reply) => listDrafts(parts, request, reply, 'videos'));
  app.get('/v1/me/drafts/:id', async (request, reply) => {
    const me = await readerOf(parts.whoIs, request, reply);
    if (me.kind === 'refusal') return sendRefusal(reply, me);
    const draft = await draftOf(me, pathPart(request, 'id'));
    if (draft.kind === 'refusal') return sendRefusal(reply, draft);
    return sendJson(reply, 200, await settled(parts, me, draft));
  });
  app.patch('/v1/me/drafts/:id', (request, reply) => patchDraft(parts, request, reply));
  app.delete('/v1/me/drafts/:id', (request, reply) => deleteDraft(parts, request, reply));
  app.delete('/v1/me/drafts/:id/captions/:lang', (request, reply) =>
    change(parts, request, reply, ({ body }) => {
      const lang = pathPart(request, 'lang');
      return { body: { ...body, captions: body.captions.filter((one) => one.lang !== lang) } };
    }),
  );
  void app.register(async (scope) => addFileRoutes(scope, parts));
}

/** Files that come as they are, in a scope that takes their types. */
function addFileRoutes(scope: FastifyInstance, parts: DraftParts): void {
  const taken = (types: readonly string[], bodyLimit: number): void => {
    const options = { parseAs: 'buffer', bodyLimit } as const;
    scope.addContentTypeParser([...types], options, (_request, body, done) => done(null, body));
  };
  taken(IMAGE_TYPES, POSTER_BYTES_MAX);
  taken(['text/vtt'], CAPTIONS_BYTES_MAX);
  scope.put('/v1/me/drafts/:id/poster', (request, reply) => putPoster(parts, request, reply));
  scope.put('/v1/me/drafts/:id/captions/:lang', (request, reply) =>
    putCaptions(parts, request, reply),
  );
}

async function makeDraft(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const body = objectBody(request, {});
  if (body.kind === 'refusal') return sendRefusal(reply, body);
  const said = saidIn(body.value, parts.nowMs());
  if ('kind' in said) return sendRefusal(reply, said);
  const random = Buffer.from(parts.randomBytes(VIDEO_ID_BYTES)).toString('base64url');
  const video = `v_${random}`;
  const written = await writeAs(me, parts.known, {
    puts: [{ kind: 'draft', target: video, body: { ...emptyDraft(video), ...said } }],
  });
  if (written.kind === 'refusal') return sendRefusal(reply, written);
  const [draft] = written.items;
  if (draft?.kind !== 'draft') throw new Error('a draft was written and is not there');
  return sendJson(reply, 201, shownDraft(draft, 0));
}

async function settled({ checks }: DraftParts, me: Account, found: Draft) {
  const { draft, received } = await checks.settle(me, found);
  return shownDraft(draft, received);
}

async function listDrafts(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
  which: 'all' | 'videos',
): Promise<FastifyReply> {
  const me = await readerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const query = queryOf(request.url);
  if (query.kind === 'refusal') return sendRefusal(reply, query);
  const itemsMax = itemsOf(query.one('limit'), DRAFTS_PAGE_ITEMS, WRITINGS_PAGE_MAX);
  if (typeof itemsMax !== 'number') return sendRefusal(reply, itemsMax);
  const before = query.one('cursor');
  const page = await writingsOf(me, { by: 'kind', of: 'draft', before, itemsMax });
  if (page.kind === 'refusal') return sendRefusal(reply, page);
  const drafts = page.items.flatMap((item) => {
    if (item.kind !== 'draft' || item.body.state === 'removed') return [];
    return which === 'all' || item.body.state !== 'draft' ? item : [];
  });
  const items = await Promise.all(drafts.map((draft) => settled(parts, me, draft)));
  return sendJson(reply, 200, { items, ...(page.next !== undefined && { next: page.next }) });
}

type Changes = (
  draft: Draft,
  me: Account,
) => Promise<DraftChange | Refusal> | DraftChange | Refusal;

/** Changes the draft in the path and answers with it; removes files that nothing names any more. */
async function change(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
  how: Changes,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const id = pathPart(request, 'id');
  let before: DraftBody | undefined;
  let wanted: DraftBody | undefined;
  const done = await changeDraft(
    me,
    parts.known,
    () => draftOf(me, id),
    async (draft) => {
      if (draft.body.state === 'removed') return DRAFT_CLOSED;
      const changed = await how(draft, me);
      if ('body' in changed) [before, wanted] = [draft.body, changed.body];
      return changed;
    },
  );
  const [kept, other] = done.kind === 'refusal' ? [before, wanted] : [wanted, before];
  if (kept !== undefined && other !== undefined) await removeUnused(parts, me, kept, other);
  if (done.kind === 'refusal') return sendRefusal(reply, done);
  return sendJson(reply, 200, await settled(parts, me, done));
}

export function filesOf({ poster, captions, media }: DraftBody): readonly string[] {
  const files = [poster, media?.file, ...captions.map(({ file }) => file)];
  return files.filter((file) => typeof file === 'string');
}

async function removeUnused(
  { media }: DraftParts,
  { jurisdiction }: Account,
  kept: DraftBody,
  other: DraftBody,
): Promise<void> {
  const used = new Set(filesOf(kept));
  const owner = { of: 'video', id: kept.video } as const;
  for (const file of filesOf(other)) {
    if (!used.has(file)) await media.remove(jurisdiction, owner, file);
  }
}

function patchDraft(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  return change(parts, request, reply, ({ id, body }) => {
    const asked = objectBody(request);
    if (asked.kind === 'refusal') return asked;
    const said = saidIn(asked.value, parts.nowMs());
    if ('kind' in said) return said;
    const { scheduledAtMs = body.scheduledAtMs } = said;
    const next = { ...body, ...said, scheduledAtMs };
    if (body.state === 'draft') return { body: next };
    if (next.title === '') {
      return refusal('invalid-request', 'A published video needs a title. Nothing was changed.');
    }
    if (body.state === 'published') return { body: { ...next, scheduledAtMs: body.scheduledAtMs } };
    // Without a time it is a draft again; what the cell would look at finds nothing to do.
    if (scheduledAtMs === null) return { body: { ...next, state: 'draft' } };
    return { body: next, puts: [{ kind: 'schedule', target: id, body: { atMs: scheduledAtMs } }] };
  });
}

async function deleteDraft(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const draft = await draftOf(me, pathPart(request, 'id'));
  if (draft.kind === 'refusal') return sendRefusal(reply, draft);
  const { state, upload, video } = draft.body;
  if (state === 'published' || state === 'removed') return sendRefusal(reply, DRAFT_CLOSED);
  const removed = await writeAs(me, parts.known, { removes: [draft.id] });
  if (removed.kind === 'refusal') return sendRefusal(reply, removed);
  const { jurisdiction } = me;
  if (upload.id !== null) await parts.uploads.remove(jurisdiction, upload.id);
  await parts.media.remove(jurisdiction, { of: 'video', id: video });
  return await reply.code(204).send();
}

function putPoster(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  return change(parts, request, reply, async ({ body }, { jurisdiction }) => {
    const bytes = request.body;
    const type = Buffer.isBuffer(bytes) ? imageTypeOf(bytes) : undefined;
    if (!Buffer.isBuffer(bytes) || type === undefined) return NOT_A_PICTURE;
    const name = { stem: 'poster', ending: type.ending };
    const owner = { of: 'video', id: body.video } as const;
    return { body: { ...body, poster: await parts.media.put(jurisdiction, owner, name, bytes) } };
  });
}

function putCaptions(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  return change(parts, request, reply, async ({ body }, { jurisdiction }) => {
    const lang = langOf(pathPart(request, 'lang'));
    if (lang === undefined) return BAD_LANG;
    const query = queryOf(request.url);
    if (query.kind === 'refusal') return query;
    const label = labelOf(query.one('label'), lang);
    if (label === undefined) return BAD_LABEL;
    const read = readCaptions(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
    if (read.kind === 'fault') {
      const detail = `Line ${read.line}: ${read.detail}. The captions before were kept.`;
      return refusal('captions-invalid', detail, { line: read.line });
    }
    const others = body.captions.filter((one) => one.lang !== lang);
    if (others.length >= CAPTIONS_MAX) return TOO_MANY_CAPTIONS;
    const owner = { of: 'video', id: body.video } as const;
    const name = { stem: `captions-${lang}`, ending: 'vtt' };
    const file = await parts.media.put(jurisdiction, owner, name, Buffer.from(read.text));
    return { body: { ...body, captions: [...others, { lang, label, file }] } };
  });
}
