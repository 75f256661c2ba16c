// Operations on comments.

import {
  COMMENT_CHARS_MAX,
  HOLD_WORD_CHARS_MAX,
  HOLD_WORDS_MAX,
  IDEMPOTENCY_KEY_CHARS_MAX,
} from '@holdfast/protocol/comments.ts';
import { SORTS } from '../comments/comment-pages.ts';
import {
  answer,
  COOKIE,
  inPath,
  inQuery,
  jsonBody,
  list,
  named,
  object,
  problems,
} from './openapi-types.ts';
import type { Answer, Operation, Parameter, Paths, Schema } from './openapi-types.ts';

const video = inPath('id', named('Id'), 'The video.');
const comment = inPath('id', named('Id'), 'The comment.');
const cursor = inQuery('cursor', { type: 'string' }, 'The `next` of the page before.');
const limit = inQuery(
  'limit',
  { type: 'integer', minimum: 1, maximum: 50 },
  'Comments a page; 20 when absent.',
);
const sort = inQuery('sort', { enum: SORTS }, 'Default `top`: the newest 500 by likes.');
const key: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The same key of the same person makes one comment, however often it is sent.',
  schema: { type: 'string', minLength: 1, maxLength: IDEMPOTENCY_KEY_CHARS_MAX },
};
const writeErrors = problems(400, 401, 403, 404, 413, 415, 429, 503);
const NO_CONTENT: Answer = { description: 'Done, or it was so already.' };

const touch = (
  operationId: string,
  summary: string,
  good: Readonly<Record<string, Answer>>,
  more: Partial<Operation> = {},
): Operation => ({
  operationId,
  summary,
  tags: ['comments'],
  security: COOKIE,
  parameters: [comment],
  responses: { ...good, ...writeErrors, ...problems(409) },
  ...more,
});

const liked = { '200': answer('As it is now.', named('CommentLiked')) };
const pinned = { '200': answer('As it is now.', named('CommentPinned')) };

export const commentPaths: Paths = {
  '/v1/videos/{id}/comments': {
    get: {
      operationId: 'getComments',
      summary: 'The comments below a video that answer no other',
      description: 'With the cookie also which of them the account likes.',
      tags: ['comments'],
      security: [{ cookie: [] }, {}],
      parameters: [video, sort, cursor, limit],
      responses: {
        '200': answer('The pinned one first, on the first page.', named('CommentPage')),
        ...problems(400, 404, 410, 414),
      },
    },
    post: {
      operationId: 'comment',
      summary: 'Write a comment, or a reply',
      tags: ['comments'],
      security: COOKIE,
      parameters: [video, key],
      requestBody: jsonBody(named('NewComment')),
      responses: {
        '201': answer('Written, durably; `held` waits for the creator.', named('Comment')),
        '200': answer('Was written under this key before.', named('Comment')),
        ...writeErrors,
        ...problems(409, 410),
      },
    },
  },
  '/v1/comments/{id}': {
    delete: touch('deleteComment', 'Delete a comment: one’s own, or below one’s own video', {
      '204': NO_CONTENT,
    }),
  },
  '/v1/comments/{id}/replies': {
    get: {
      operationId: 'getReplies',
      summary: 'The replies to a comment, oldest first',
      tags: ['comments'],
      security: [{ cookie: [] }, {}],
      parameters: [comment, cursor, limit],
      responses: {
        '200': answer('The replies.', named('ReplyPage')),
        ...problems(400, 404, 410, 414),
      },
    },
  },
  '/v1/comments/{id}/like': {
    put: touch('likeComment', 'Like a comment', liked),
    delete: touch('unlikeComment', 'Take a like of a comment back', liked),
  },
  '/v1/comments/{id}/pin': {
    put: touch('pinComment', 'Show a comment before all others below one’s video', pinned),
    delete: touch('unpinComment', 'Show a comment in its place again', pinned),
  },
};

const follow = {
  '200': answer('As it is now.', named('Followed')),
  ...writeErrors,
  ...problems(409),
};
const followed = {
  tags: ['people'],
  security: COOKIE,
  parameters: [inPath('handle', { type: 'string' }, 'A handle as it is shown, or an account.')],
  responses: follow,
} as const;
const readErrors = problems(400, 401, 414, 503);

export const followPaths: Paths = {
  '/v1/people/{handle}/follow': {
    put: { operationId: 'follow', summary: 'Follow a person', ...followed },
    delete: { operationId: 'unfollow', summary: 'Follow a person no more', ...followed },
  },
  '/v1/me/following': {
    get: {
      operationId: 'getFollowing',
      summary: 'Whom the account follows, newest follow first',
      tags: ['people'],
      security: COOKIE,
      parameters: [cursor, limit],
      responses: { '200': answer('A page.', named('PeoplePage')), ...readErrors },
    },
  },
};

export const heldPaths: Paths = {
  '/v1/me/hold-words': {
    get: {
      operationId: 'getHoldWords',
      summary: 'The words for which comments wait for the account',
      tags: ['comments'],
      security: COOKIE,
      responses: { '200': answer('The words.', named('HoldWords')), ...problems(401, 503) },
    },
    put: {
      operationId: 'putHoldWords',
      summary: 'Choose the words for which comments wait; told to nobody else',
      tags: ['comments'],
      security: COOKIE,
      requestBody: jsonBody(named('HoldWords')),
      responses: {
        '200': answer('The words as they are kept.', named('HoldWords')),
        ...problems(400, 401, 403, 409, 413, 415, 503),
      },
    },
  },
  '/v1/me/held-comments': {
    get: {
      operationId: 'getHeldComments',
      summary: 'Comments that wait for the account to release or delete them',
      tags: ['comments'],
      security: COOKIE,
      parameters: [cursor, limit],
      responses: { '200': answer('Newest first.', named('HeldPage')), ...readErrors },
    },
  },
  '/v1/comments/{id}/release': {
    post: touch('releaseComment', 'Make a held comment public', { '204': NO_CONTENT }),
  },
};

const text: Schema = { type: 'string' };
const bool: Schema = { type: 'boolean' };
const orNull = (schema: Schema): Schema => ({ oneOf: [schema, { type: 'null' }] });
const next = { next: { type: 'string', description: 'Absent on the last page.' } } as const;

export const commentSchemas: Readonly<Record<string, Schema>> = {
  PersonCard: object({
    account: named('Id'),
    handle: text,
    displayName: text,
    avatar: orNull(text),
  }),
  NewComment: object(
    {
      text: { type: 'string', minLength: 1, maxLength: COMMENT_CHARS_MAX },
      parent: orNull(named('Id')),
    },
    ['parent'],
  ),
  Comment: object({
    id: named('Id'),
    video: named('Id'),
    parent: orNull(named('Id')),
    author: {
      ...orNull(named('PersonCard')),
      description: 'Null in a stub of state `deleted`.',
    },
    text: { type: 'string', description: 'Text as it was written: markup in it is text.' },
    createdAt: named('Time'),
    likes: named('Count'),
    likedByMe: {
      ...orNull(bool),
      description: 'Null while the home cell of the account is silent.',
    },
    pinned: bool,
    isCreator: { type: 'boolean', description: 'Written by the creator of the video.' },
    state: {
      enum: ['published', 'held', 'deleted'],
      description: '`deleted`: it is gone, and its replies are still there.',
    },
    replies: object({ count: { type: 'integer', minimum: 0 } }),
  }),
  CommentPage: object({ items: list(named('Comment')), count: named('Count'), ...next }, ['next']),
  ReplyPage: object({ items: list(named('Comment')), ...next }, ['next']),
  HeldPage: object(
    {
      items: list(named('Comment')),
      silent: {
        ...list(named('Jurisdiction')),
        description: 'Cells that did not answer; what waits there is not in the list.',
      },
      ...next,
    },
    ['next'],
  ),
  HoldWords: object({
    words: list(
      { type: 'string', minLength: 1, maxLength: HOLD_WORD_CHARS_MAX },
      { maxItems: HOLD_WORDS_MAX },
    ),
  }),
  Followed: object({ following: bool, followers: named('Count') }),
  PeoplePage: object(
    {
      items: list(
        object({
          account: named('Id'),
          handle: text,
          displayName: text,
          bio: text,
          avatar: orNull(text),
          since: named('Time'),
          likesPublic: bool,
        }),
      ),
      ...next,
    },
    ['next'],
  ),
  CommentLiked: object({ liked: bool, likes: named('Count') }),
  CommentPinned: object({ pinned: bool }),
};
