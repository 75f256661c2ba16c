// /v1/uploads: the bytes of a draft's video, by tus 1.0. An upload's name begins with its draft's, so
// whether somebody may do something to it is asked of their own cell.
//
// Rules: docs/spec/uploads.md (UP10 to UP17).

import { JSON_BODY_BYTES_MAX } from '@holdfast/protocol/limits.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DraftUpload } from '../../people/draft.ts';
import { UPLOAD_BYTES_MAX, UPLOADS_PATH } from '../../media/uploads.ts';
import type { UploadAnswer } from '../../media/uploads.ts';
import { pathPart } from '../answers.ts';
import { changeDraft, DRAFT_CLOSED, draftOf, NO_DRAFT } from '../drafts/draft-file.ts';
import type { Draft } from '../drafts/draft-file.ts';
import { NO_UPLOAD } from '../drafts/upload-checks.ts';
import { readerOf, writerOf } from '../person.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account } from '../signed-in.ts';
import type { DraftParts } from './drafts.ts';

const TUS_VERSION = '1.0.0';
const EXTENSIONS = 'creation,expiration,termination';
const UPLOAD_NAME_BYTES = 8;
const UPLOAD_TYPE = 'application/offset+octet-stream';

const TUS_MISSING = refusal(
  'invalid-request',
  'An upload goes by tus 1.0: send Tus-Resumable: 1.0.0. Nothing was changed.',
);
const LENGTH_FORM = refusal(
  'invalid-request',
  'Upload-Length must be the size of the file in bytes. Nothing was begun.',
);
const DRAFT_FORM = refusal(
  'invalid-request',
  'Upload-Metadata must name your draft, as in: draft ZHJmXzE= (base64). Nothing was begun.',
);
const TOO_LARGE = refusal(
  'upload-too-large',
  'The file is larger than 200 MB, so nothing of it was taken. Export it smaller, and upload that.',
);
const HAS_UPLOAD = refusal(
  'upload-exists',
  'The draft has an upload already. Go on with that one, or DELETE it first.',
);
const OTHER_OFFSET = refusal(
  'upload-offset',
  'The upload goes on elsewhere, so these bytes were not taken. HEAD tells where; what came is kept.',
);
const NO_UPLOAD_HERE = refusal(
  'not-found',
  'You have no upload under this id; it may have run out. Begin again with POST /v1/uploads.',
);
const NOT_DONE = refusal(
  'overloaded',
  'The upload could not go on now. What came is kept: HEAD tells how much, and go on from there.',
);

export function addUploadRoutes(app: FastifyInstance, parts: DraftParts): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The bytes are not gathered: they go to disk as they come.
    scope.addContentTypeParser(UPLOAD_TYPE, (_request, payload, done) => done(null, payload));
    scope.addContentTypeParser('*', (request, _payload, done) => {
      const isLarge = Number(request.headers['content-length'] ?? 0) > JSON_BODY_BYTES_MAX;
      const code = isLarge ? 'FST_ERR_CTP_BODY_TOO_LARGE' : 'FST_ERR_CTP_INVALID_MEDIA_TYPE';
      done(Object.assign(new Error('a body that is no part of a file'), { code }));
    });
    scope.addHook('onRequest', (_request, reply, done) => {
      reply.header('tus-resumable', TUS_VERSION).header('cache-control', 'no-store');
      done();
    });
    scope.post(UPLOADS_PATH, (request, reply) => create(parts, request, reply));
    const url = `${UPLOADS_PATH}/:id`;
    scope.head(url, (request, reply) => tell(parts, request, reply));
    const config = { slowBody: true };
    scope.patch(url, { bodyLimit: UPLOAD_BYTES_MAX, config }, (request, reply) =>
      append(parts, request, reply),
    );
    scope.delete(url, (request, reply) => end(parts, request, reply));
    for (const path of [UPLOADS_PATH, url]) {
      scope.options(path, (_request, reply) =>
        reply
          .code(204)
          .header('tus-version', TUS_VERSION)
          .header('tus-extension', EXTENSIONS)
          .header('tus-max-size', UPLOAD_BYTES_MAX)
          .header('allow', path === url ? 'HEAD, PATCH, DELETE, OPTIONS' : 'POST, OPTIONS')
          .send(),
      );
    }
  });
}

async function create(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const asked = askedOf(request);
  if (asked.kind === 'refusal') return sendRefusal(reply, asked);
  const { total } = asked;
  const name = Buffer.from(parts.randomBytes(UPLOAD_NAME_BYTES)).toString('hex');
  const id = `${asked.draft}-${name}`;
  const draft = await draftOf(me, asked.draft);
  if (draft.kind === 'refusal') return sendRefusal(reply, draft);
  const refused = whyNoUpload(draft);
  if (refused !== undefined) return sendRefusal(reply, refused);
  const headers = { 'tus-resumable': TUS_VERSION, 'upload-length': String(total) };
  const made = await parts.uploads.handle(me.jurisdiction, { method: 'POST', id, headers });
  if (made.status !== 201) return sendRefusal(reply, refusalOf(made));
  const upload: DraftUpload = { state: 'receiving', id, total, problem: null };
  const begun = await changeDraft(
    me,
    parts.known,
    () => draftOf(me, asked.draft),
    (now) => whyNoUpload(now) ?? { body: { ...now.body, upload, media: null } },
  );
  if (begun.kind === 'refusal') {
    await parts.uploads.remove(me.jurisdiction, id);
    return sendRefusal(reply, begun);
  }
  if (total === 0) await parts.checks.settle(me, begun);
  return await reply
    .code(201)
    .header('location', `${UPLOADS_PATH}/${id}`)
    .header('upload-expires', made.headers['upload-expires'] ?? '')
    .send();
}

type Asked = Readonly<{ kind: 'asked'; draft: string; total: number }> | Refusal;

function askedOf({ headers }: FastifyRequest): Asked {
  if (headers['tus-resumable'] !== TUS_VERSION) return TUS_MISSING;
  const length = headers['upload-length'];
  if (typeof length !== 'string' || !/^\d{1,15}$/.test(length)) return LENGTH_FORM;
  const total = Number(length);
  if (total > UPLOAD_BYTES_MAX) return TOO_LARGE;
  const metadata = headers['upload-metadata'];
  const [, encoded = ''] = /(?:^|,) *draft +([\w+/=-]{1,128})/.exec(String(metadata ?? '')) ?? [];
  const draft = Buffer.from(encoded, 'base64').toString('latin1');
  return /^[A-Za-z0-9_-]{1,47}$/.test(draft) ? { kind: 'asked', draft, total } : DRAFT_FORM;
}

function whyNoUpload({ body }: Draft): Refusal | undefined {
  if (body.state !== 'draft') return DRAFT_CLOSED;
  const { state } = body.upload;
  return state === 'none' || state === 'refused' ? undefined : HAS_UPLOAD;
}

type Own = Readonly<{ kind: 'own'; draft: Draft; id: string }>;

/** The draft whose upload is named in the path; of others' nobody learns that they are there. */
async function ownUpload(me: Account, request: FastifyRequest): Promise<Own | Refusal> {
  const id = pathPart(request, 'id');
  const draft = await draftOf(me, id.slice(0, Math.max(0, id.lastIndexOf('-'))));
  if (draft.kind === 'refusal') return draft.code === 'not-found' ? NO_UPLOAD_HERE : draft;
  return draft.body.upload.id === id ? { kind: 'own', draft, id } : NO_UPLOAD_HERE;
}

async function tell(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await readerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const own = await ownUpload(me, request);
  if (own.kind === 'refusal') return sendRefusal(reply, own);
  const { draft, received } = await parts.checks.settle(me, own.draft);
  const { state, total, id } = draft.body.upload;
  if (id !== own.id) return sendRefusal(reply, NO_UPLOAD_HERE);
  const offset = state === 'receiving' ? received : total;
  return await reply
    .code(200)
    .header('upload-offset', offset)
    .header('upload-length', total)
    .send();
}

async function append(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const own = await ownUpload(me, request);
  if (own.kind === 'refusal') return sendRefusal(reply, own);
  if (own.draft.body.upload.state !== 'receiving') return sendRefusal(reply, OTHER_OFFSET);
  const { headers, raw } = request;
  const asked = { method: 'PATCH', id: own.id, headers, raw } as const;
  const answer = await parts.uploads.handle(me.jurisdiction, asked);
  if (answer.status >= 300) return sendRefusal(reply, refusalOf(answer));
  const offset = Number(answer.headers['upload-offset']);
  if (offset === own.draft.body.upload.total) await parts.checks.settle(me, own.draft);
  reply.code(204).header('upload-offset', offset);
  const expires = answer.headers['upload-expires'];
  if (expires !== undefined) reply.header('upload-expires', expires);
  return await reply.send();
}

/** Ends an upload, or takes the file of one that is done off its draft again. */
async function end(
  parts: DraftParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const own = await ownUpload(me, request);
  if (own.kind === 'refusal') return sendRefusal(reply, own);
  const ended = await changeDraft(
    me,
    parts.known,
    () => draftOf(me, own.draft.id),
    ({ body }) => {
      if (body.upload.id !== own.id) return NO_DRAFT;
      if (body.state !== 'draft') return DRAFT_CLOSED;
      const none = { durationMs: null, width: null, height: null, media: null };
      return { body: { ...body, ...none, upload: NO_UPLOAD } };
    },
  );
  if (ended.kind === 'refusal') return sendRefusal(reply, ended);
  const { media, video } = own.draft.body;
  await parts.uploads.remove(me.jurisdiction, own.id);
  if (media !== null) {
    await parts.media.remove(me.jurisdiction, { of: 'video', id: video }, media.file);
  }
  return await reply.code(204).send();
}

/** What went wrong, in the words that all of the API has. */
function refusalOf({ status }: UploadAnswer): Refusal {
  if (status === 409 || status === 400) return OTHER_OFFSET;
  if (status === 404 || status === 410) return NO_UPLOAD_HERE;
  if (status === 413) return TOO_LARGE;
  return status === 412 ? TUS_MISSING : NOT_DONE;
}
