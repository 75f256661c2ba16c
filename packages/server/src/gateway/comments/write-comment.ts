// How a comment comes about: the video takes it, the creator's home cell judges it, the writer's home
// cell keeps it. Rules: docs/spec/comments.md (CM4 to CM10, CM23).

import { hash } from 'node:crypto';
import {
  COMMENT_CHARS_MAX,
  IDEMPOTENCY_KEY_CHARS_MAX,
  plainText,
} from '@holdfast/protocol/comments.ts';
import { isId } from '@holdfast/protocol/ids.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyRequest } from 'fastify';
import { commentTarget } from '../../people/comment.ts';
import type { CommentBody } from '../../people/comment.ts';
import type { WritingOf } from '../../people/kinds.ts';
import type { Body } from '../answers.ts';
import { SIGN_IN, writingsOf } from '../person.ts';
import { refusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account } from '../signed-in.ts';
import { commentedVideo } from './commented-video.ts';
import type { CommentedVideo } from './commented-video.ts';
import { COMMENT_LIMITS_TEXT, UNKNOWN_COMMENT } from './comment-parts.ts';
import type { CommentParts } from './comment-parts.ts';

const KEY_PATTERN = /^[\x21-\x7E]+$/;
const ID_BYTES = 16;
const ID_CHARS = 22;

const TEXT_FORM = refusal('invalid-request', 'text must be text, and parent the id of a comment.');
const REFUSED = {
  empty: refusal('comment-refused', `The comment is empty. ${COMMENT_LIMITS_TEXT}`),
  'too-long': refusal('comment-refused', `The comment is too long. ${COMMENT_LIMITS_TEXT}`),
  'control-characters': refusal(
    'comment-refused',
    'The comment has characters that stand for nothing, as pasting from a terminal or a broken ' +
      `file brings them along. Take them out and send it again. ${COMMENT_LIMITS_TEXT}`,
  ),
} as const;
const BAD_KEY = refusal(
  'invalid-request',
  `Idempotency-Key must be 1 to ${IDEMPOTENCY_KEY_CHARS_MAX} printable characters without blanks.`,
);
const COMMENTS_OFF = refusal(
  'comments-off',
  'The creator takes no comments on this video. Nothing was recorded.',
);
const PROFILE_NEEDED = refusal(
  'no-profile',
  'A comment shows who wrote it. Publish a profile first (PUT /v1/me/profile), then send the ' +
    'comment again; nothing was recorded.',
);
const NOT_JUDGED =
  'The comment was not recorded, because the home of the creator, which has their hold words, does ' +
  'not answer. Keep the text and send it again under the same Idempotency-Key.';

/** What somebody sent, checked. */
export type NewComment = Readonly<{
  kind: 'new-comment';
  text: string;
  parent: string | null;
  /** `undefined`: sending it again makes another one. */
  key: string | undefined;
}>;

/** Reads a comment off a request. */
export function newCommentOf(request: FastifyRequest, body: Body): NewComment | Refusal {
  const { text, parent = null } = body;
  const key = request.headers['idempotency-key'];
  if (typeof text !== 'string' || (parent !== null && !isId(parent))) return TEXT_FORM;
  if (key !== undefined) {
    const isKey = typeof key === 'string' && key.length <= IDEMPOTENCY_KEY_CHARS_MAX;
    if (!isKey || !KEY_PATTERN.test(key)) return BAD_KEY;
  }
  const plain = plainText(text, COMMENT_CHARS_MAX);
  if (plain.kind !== 'text') return REFUSED[plain.kind];
  return { kind: 'new-comment', text: plain.text, parent, key };
}

type Comment = WritingOf<'comment'>;
export type WrittenComment = Readonly<{
  kind: 'comment';
  comment: Comment;
  video: CommentedVideo;
  /** The first time under its key. */
  isNew: boolean;
}>;

/** Writes a comment as somebody, or gives back the one that their key has made already. */
export async function writeComment(
  parts: CommentParts,
  writer: Account,
  video: VideoId,
  wanted: NewComment,
): Promise<WrittenComment | Refusal> {
  const { publicCatalog, randomBytes } = parts;
  const below = commentedVideo(parts, video);
  if (below.kind === 'refusal') return below;
  if (below.commentsOff) return COMMENTS_OFF;
  if (publicCatalog.profileOf(writer.account) === undefined) return PROFILE_NEEDED;
  const thread = threadOf(parts, video, wanted.parent);
  if (thread.kind === 'refusal') return thread;
  const held = await isHeld(parts, below, writer, wanted.text);
  if (typeof held !== 'boolean') return held;
  const body: CommentBody = {
    video,
    parent: thread.parent,
    text: wanted.text,
    creator: below.creator?.account ?? null,
    state: held ? 'held' : 'published',
  };
  const id = commentId(writer.account, wanted.key, randomBytes);
  const put = { kind: 'comment', target: commentTarget(body), body, id, expected: null } as const;
  const written = await writer.cell.call('write', {
    token: writer.token,
    puts: [put],
    removes: [],
  });
  if (written.kind === 'unavailable') return unavailable(written);
  if (written.kind === 'nobody') return SIGN_IN;
  if (written.kind === 'too-many') {
    return refusal('too-many', 'You have written as many comments as there may be of one person.');
  }
  if (written.kind === 'conflict') return knownComment(writer, id, below);
  await publicCatalog.wake(writer.jurisdiction);
  const [comment] = written.items;
  if (comment?.kind !== 'comment') throw new Error('a comment was written as something else');
  return { kind: 'comment', comment, video: below, isNew: true };
}

type Thread = Readonly<{ kind: 'thread'; parent: string | null }>;

/** The thread that a reply belongs to: one level deep (CM7). */
function threadOf(
  { publicCatalog }: CommentParts,
  video: string,
  parent: string | null,
): Thread | Refusal {
  if (parent === null) return { kind: 'thread', parent };
  const known = publicCatalog.comment(parent)?.record;
  if (known?.video !== video) return UNKNOWN_COMMENT;
  return { kind: 'thread', parent: known.parent ?? known.comment };
}

/** Whether the creator has a hold word that stands in the text (CM23). */
async function isHeld(
  { cells }: CommentParts,
  { creator }: CommentedVideo,
  writer: Account,
  text: string,
): Promise<boolean | Refusal> {
  if (creator === null || creator.account === writer.account) return false;
  const judged = await cells
    .get(creator.jurisdiction)
    ?.call('judgeComment', { creator: creator.account, text });
  if (judged?.kind === 'judged') return judged.held;
  const { code = 'cell-unavailable', retryAfterMs = 1_000 } = judged ?? {};
  return { ...unavailable({ kind: 'unavailable', code, retryAfterMs }), detail: NOT_JUDGED };
}

/** The same for the same key of the same person (CM6); says nothing about either. */
function commentId(
  account: string,
  key: string | undefined,
  randomBytes: CommentParts['randomBytes'],
): string {
  const name =
    key === undefined
      ? Buffer.from(randomBytes(ID_BYTES)).toString('base64url')
      : hash('sha256', `holdfast/comment\0${account}\0${key}`, 'base64url').slice(0, ID_CHARS);
  return `cmt_${name}`;
}

async function knownComment(
  writer: Account,
  id: string,
  video: CommentedVideo,
): Promise<WrittenComment | Refusal> {
  const found = await writingsOf(writer, { by: 'id', id });
  if (found.kind === 'refusal') return found;
  const [comment] = found.items;
  if (comment?.kind !== 'comment') return UNKNOWN_COMMENT;
  return { kind: 'comment', comment, video, isNew: false };
}
