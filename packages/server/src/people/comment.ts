// What somebody wrote below a video, and that somebody likes it. Rules: docs/spec/comments.md.

import { COMMENT_CHARS_MAX } from '@holdfast/protocol/comments.ts';
import { choice, id } from '@holdfast/protocol/shape.ts';
import { chars, orNull } from '../border/public-records.ts';
import { commentLikesTally, commentsTally } from './tally-names.ts';
import type { KindRule } from './writing.ts';

/**
 * `held`: waits for the video's creator. `hidden`: a moderator's decision is in force. `deleted`:
 * only its name is left, so that sending it once more does not bring it back.
 */
export const COMMENT_STATES = ['published', 'held', 'hidden', 'deleted'] as const;
export type CommentState = (typeof COMMENT_STATES)[number];

export type CommentBody = Readonly<{
  video: string;
  /** The comment below which it stands. */
  parent: string | null;
  /** Empty when it was deleted. */
  text: string;
  /** Account of the video's creator, who may delete it. */
  creator: string | null;
  state: CommentState;
}>;

/** Comments of one account, deleted ones too. */
export const COMMENTS_MAX = 50_000;
/** Likes of comments, and accounts followed, of one account. */
export const COMMENT_LIKES_MAX = 50_000;

/** Its target is the video; of one that is held, the account it waits for (CM19). */
export const COMMENT: KindRule<CommentBody> = {
  body: {
    video: id,
    parent: orNull(id),
    text: chars(COMMENT_CHARS_MAX),
    creator: orNull(id),
    state: choice(...COMMENT_STATES),
  },
  writtenBy: 'person',
  perAccountMax: COMMENTS_MAX,
  tally: ({ body }) => (body.state === 'published' ? commentsTally(body.video) : undefined),
  publish: ({ id: comment, account, body, createdAtMs }) => {
    const { video, parent, text, state } = body;
    if (state !== 'published') return undefined;
    return { type: 'comment', comment, video, account, parent, text, createdAtMs };
  },
};

/** What a comment's target is; see `COMMENT`. */
export function commentTarget({ state, creator, video }: CommentBody): string {
  return state === 'held' && creator !== null ? creator : video;
}

export type CommentLikeBody = Readonly<Record<never, never>>;

/** Its target is the comment. */
export const COMMENT_LIKE: KindRule<CommentLikeBody> = {
  body: {},
  writtenBy: 'person',
  perAccountMax: COMMENT_LIKES_MAX,
  onePerTarget: true,
  tally: ({ target }) => commentLikesTally(target),
};
