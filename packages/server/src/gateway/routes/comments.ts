// /v1/videos/{id}/comments and /v1/comments/{id}: reading, writing, deleting, liking, pinning.
//
// Rules: docs/spec/comments.md (CM3 to CM17).

import { isId } from '@holdfast/protocol/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { objectBody, pathPart, pathVideo, sendJson } from '../answers.ts';
import { COMMENT_LIMITS_TEXT, NOT_YOURS, UNKNOWN_COMMENT } from '../comments/comment-parts.ts';
import type { CommentParts } from '../comments/comment-parts.ts';
import { commentPage, cursorOf, cursorText, replyPage, SORTS } from '../comments/comment-pages.ts';
import type { Cursor, Entry, EntryPage, Sort } from '../comments/comment-pages.ts';
import { commentView, stubView } from '../comments/comment-view.ts';
import type { CommentView } from '../comments/comment-view.ts';
import { commentedVideo } from '../comments/commented-video.ts';
import type { CommentedVideo } from '../comments/commented-video.ts';
import { deleteComment } from '../comments/end-comment.ts';
import { newCommentOf, writeComment } from '../comments/write-comment.ts';
import type { WrittenComment } from '../comments/write-comment.ts';
import { writeAs, writerOf, writingAbout } from '../person.ts';
import { itemsOf, queryOf } from '../query.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account } from '../signed-in.ts';
import { commentLikesTally, commentsTally } from '../../people/tally-names.ts';
import type { PublicComment } from '../../border/public-records.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';

const PAGE_ITEMS = 20;
const PAGE_ITEMS_MAX = 50;

const BAD_SORT = refusal('invalid-request', `sort must be one of ${SORTS.join(', ')}.`);
const BAD_CURSOR = refusal('invalid-request', 'cursor must be a "next" that this list gave.');

export function addCommentRoutes(app: FastifyInstance, parts: CommentParts): void {
  addReading(app, parts);
  const config = { tooLarge: `The comment is too long. ${COMMENT_LIMITS_TEXT}` };
  app.post('/v1/videos/:id/comments', { config }, (request, reply) => {
    return post(parts, request, reply);
  });
  app.delete('/v1/comments/:id', async (request, reply) => {
    const actor = await toucherOf(parts, request, reply);
    if (actor.kind === 'refusal') return sendRefusal(reply, actor);
    const done = await deleteComment(parts, actor, pathPart(request, 'id'));
    return done.kind === 'refusal' ? sendRefusal(reply, done) : await reply.code(204).send();
  });
  app.put('/v1/comments/:id/like', (request, reply) => like(parts, request, reply, true));
  app.delete('/v1/comments/:id/like', (request, reply) => like(parts, request, reply, false));
  app.put('/v1/comments/:id/pin', (request, reply) => pin(parts, request, reply, true));
  app.delete('/v1/comments/:id/pin', (request, reply) => pin(parts, request, reply, false));
}

/** Who touches something that is there, unless they do so too often. */
async function toucherOf(
  { whoIs, paces }: CommentParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Account | Refusal> {
  const actor = await writerOf(whoIs, request, reply);
  if (actor.kind === 'refusal') return actor;
  return paces.touches(request, actor.account) ?? actor;
}

type Asked = Readonly<{ kind: 'asked'; sort: Sort; after: Cursor | undefined; itemsMax: number }>;

function askedOf(request: FastifyRequest): Asked | Refusal {
  const query = queryOf(request.url);
  if (query.kind === 'refusal') return query;
  const itemsMax = itemsOf(query.one('limit'), PAGE_ITEMS, PAGE_ITEMS_MAX);
  if (typeof itemsMax !== 'number') return itemsMax;
  const wanted = query.one('sort') ?? 'top';
  const sort = SORTS.find((one) => one === wanted);
  if (sort === undefined) return BAD_SORT;
  const cursor = query.one('cursor');
  const after = cursor === undefined ? undefined : cursorOf(cursor);
  if (cursor !== undefined && after === undefined) return BAD_CURSOR;
  return { kind: 'asked', sort, after, itemsMax };
}

function addReading(app: FastifyInstance, parts: CommentParts): void {
  const { publicCatalog } = parts;
  app.get('/v1/videos/:id/comments', async (request, reply) => {
    const id = pathVideo(request);
    if (typeof id !== 'string') return sendRefusal(reply, id);
    const asked = askedOf(request);
    if (asked.kind === 'refusal') return sendRefusal(reply, asked);
    const video = commentedVideo(parts, id);
    if (video.kind === 'refusal') return sendRefusal(reply, video);
    const page = commentPage(publicCatalog, id, { ...asked, pinned: video.pinned });
    const first = asked.after === undefined ? pinnedOf(parts, video) : [];
    const items = await viewsOf(parts, video, [...first, ...page.entries], request, reply);
    return sendJson(reply, 200, {
      items,
      count: publicCatalog.tally(commentsTally(id)),
      ...nextOf(page),
    });
  });

  app.get('/v1/comments/:id/replies', async (request, reply) => {
    const asked = askedOf(request);
    if (asked.kind === 'refusal') return sendRefusal(reply, asked);
    const comment = pathPart(request, 'id');
    if (!isId(comment)) return sendRefusal(reply, UNKNOWN_COMMENT);
    const page = replyPage(publicCatalog, comment, asked);
    const below = publicCatalog.comment(comment)?.record.video ?? videoIn(page);
    if (below === undefined) return sendRefusal(reply, UNKNOWN_COMMENT);
    const video = commentedVideo(parts, below as VideoId);
    if (video.kind === 'refusal') return sendRefusal(reply, video);
    const items = await viewsOf(parts, video, page.entries, request, reply);
    return sendJson(reply, 200, { items, ...nextOf(page) });
  });
}

const nextOf = ({ next }: EntryPage) => (next === undefined ? {} : { next: cursorText(next) });

/** The video that a thread stands below, when its first comment is gone. */
function videoIn({ entries }: EntryPage): string | undefined {
  const [entry] = entries;
  return entry?.kind === 'comment' ? entry.record.video : entry?.video;
}

function pinnedOf({ publicCatalog }: CommentParts, { pinned, video }: CommentedVideo): Entry[] {
  const record = pinned === null ? undefined : publicCatalog.comment(pinned)?.record;
  return record?.video === video ? [{ kind: 'comment', record }] : [];
}

async function viewsOf(
  parts: CommentParts,
  video: CommentedVideo,
  entries: readonly Entry[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<readonly CommentView[]> {
  const { publicCatalog } = parts;
  const ids = entries.flatMap((entry) => (entry.kind === 'comment' ? entry.record.comment : []));
  const liked = await likedAmong(parts, ids, request, reply);
  return entries.map((entry) =>
    entry.kind === 'stub'
      ? stubView(publicCatalog, entry)
      : commentView(publicCatalog, video, held(entry.record), liked(entry.record.comment)),
  );
}

const held = (record: PublicComment) => ({ ...record, state: 'published' }) as const;

/** Which comments whoever asks likes; `null` while their home does not answer. */
async function likedAmong(
  { whoIs }: CommentParts,
  comments: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<(comment: string) => boolean | null> {
  const reader = await whoIs(request, reply);
  if (reader.kind === 'unavailable') return () => null;
  if (reader.kind !== 'account' || comments.length === 0) return () => false;
  const { cell, token } = reader;
  const among = await cell.call('ownAmong', { token, of: 'comment-like', targets: comments });
  if (among.kind === 'unavailable') return () => null;
  if (among.kind === 'nobody') return () => false;
  const liked = new Set(comments.filter((_, index) => among.found[index]));
  return (comment) => liked.has(comment);
}

async function post(
  parts: CommentParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const writer = await writerOf(parts.whoIs, request, reply);
  if (writer.kind === 'refusal') return sendRefusal(reply, writer);
  const id = pathVideo(request);
  if (typeof id !== 'string') return sendRefusal(reply, id);
  const body = objectBody(request);
  if (body.kind === 'refusal') return sendRefusal(reply, body);
  const wanted = newCommentOf(request, body.value);
  if (wanted.kind === 'refusal') return sendRefusal(reply, wanted);
  const tooOften = parts.paces.comments(request, writer.account);
  if (tooOften !== undefined) return sendRefusal(reply, tooOften);
  const written = await writeComment(parts, writer, id, wanted);
  if (written.kind === 'refusal') return sendRefusal(reply, written);
  return sendJson(reply, written.isNew ? 201 : 200, writtenView(parts, written));
}

/** A comment as its own writer sees it, also while it is held. */
function writtenView(
  { publicCatalog }: CommentParts,
  { comment, video }: WrittenComment,
): CommentView {
  const { id, account, body, createdAtMs } = comment;
  const { parent, text } = body;
  if (body.state === 'deleted') {
    return stubView(publicCatalog, { comment: id, video: body.video, atMs: createdAtMs });
  }
  // What a moderator took back looks held to its writer, who has a notice of it.
  const state = body.state === 'published' ? 'published' : 'held';
  const kept = {
    comment: id,
    video: body.video,
    account,
    parent,
    text,
    createdAtMs,
    state,
  } as const;
  return commentView(publicCatalog, video, kept, false);
}

async function like(
  parts: CommentParts,
  request: FastifyRequest,
  reply: FastifyReply,
  liked: boolean,
): Promise<FastifyReply> {
  const { publicCatalog } = parts;
  const liker = await toucherOf(parts, request, reply);
  if (liker.kind === 'refusal') return sendRefusal(reply, liker);
  const comment = pathPart(request, 'id');
  if (!isId(comment)) return sendRefusal(reply, UNKNOWN_COMMENT);
  if (liked && publicCatalog.comment(comment) === undefined) {
    return sendRefusal(reply, UNKNOWN_COMMENT);
  }
  const done = liked
    ? await writeAs(liker, publicCatalog, {
        puts: [{ kind: 'comment-like', target: comment, body: {} }],
      })
    : await unlike(parts, liker, comment);
  if (done.kind === 'refusal') return sendRefusal(reply, done);
  const likes = publicCatalog.tally(commentLikesTally(comment));
  return sendJson(reply, 200, { liked, likes });
}

async function unlike({ publicCatalog }: CommentParts, liker: Account, comment: string) {
  const found = await writingAbout(liker, 'comment-like', comment);
  if (found.kind === 'refusal' || found.writing === undefined) return found;
  return writeAs(liker, publicCatalog, { removes: [found.writing.id] });
}

async function pin(
  parts: CommentParts,
  request: FastifyRequest,
  reply: FastifyReply,
  pinned: boolean,
): Promise<FastifyReply> {
  const { publicCatalog } = parts;
  const actor = await toucherOf(parts, request, reply);
  if (actor.kind === 'refusal') return sendRefusal(reply, actor);
  const comment = pathPart(request, 'id');
  const record = publicCatalog.comment(comment)?.record;
  if (record === undefined || record.parent !== null) return sendRefusal(reply, UNKNOWN_COMMENT);
  const { video } = record;
  if (publicCatalog.video(video)?.record.account !== actor.account) {
    return sendRefusal(reply, NOT_YOURS);
  }
  const found = await writingAbout(actor, 'draft', video);
  if (found.kind === 'refusal') return sendRefusal(reply, found);
  const { writing } = found;
  if (writing === undefined) return sendRefusal(reply, UNKNOWN_COMMENT);
  const { id, target, body, updatedAtMs } = writing;
  if (pinned || body.pinned === comment) {
    const changed = { ...body, pinned: pinned ? comment : null };
    const put = { kind: 'draft', target, body: changed, id, expected: updatedAtMs } as const;
    const done = await writeAs(actor, publicCatalog, { puts: [put] });
    if (done.kind === 'refusal') return sendRefusal(reply, done);
  }
  return sendJson(reply, 200, { pinned });
}
