// A comment as the API shows it.

import { ask, done } from '../app/ask.ts';
import type { Answer } from '../app/ask.ts';
import { tellCommentCount } from '../app/comment-counts.ts';
import { fieldsOf, listOf, textOf, wholeOf } from '../app/parse.ts';
import { parseCount } from '../numbers/count.ts';
import type { Count } from '../numbers/count.ts';

/** The server's limit, in characters as people count them. */
export const COMMENT_CHARS_MAX = 2_000;

export type Author = Readonly<{
  account: string;
  handle: string;
  displayName: string;
  avatar: string | undefined;
}>;

export type Comment = Readonly<{
  id: string;
  parent: string | undefined;
  author: Author | undefined;
  text: string;
  createdAt: string;
  likes: Count;
  isLiked: boolean;
  isPinned: boolean;
  /** Written by the video's creator. */
  isCreator: boolean;
  state: 'published' | 'held' | 'deleted';
  /** How many replies there are to ask for. */
  repliesSize: number;
}>;

export type CommentPage = Readonly<{
  items: readonly Comment[];
  next: string | undefined;
  count: Count;
}>;
export type Sort = 'top' | 'newest';

export function parseComment(value: unknown): Comment | undefined {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  const text = textOf(fields['text']);
  const createdAt = textOf(fields['createdAt']);
  const state = (['published', 'held', 'deleted'] as const).find((one) => one === fields['state']);
  const repliesSize = wholeOf(fieldsOf(fields['replies'])['count']);
  if (id === undefined || text === undefined || createdAt === undefined) return undefined;
  if (state === undefined || repliesSize === undefined) return undefined;
  return {
    ...{ id, text, createdAt, state, repliesSize },
    parent: textOf(fields['parent']),
    author: parseAuthor(fields['author']),
    likes: parseCount(fields['likes']),
    isLiked: fields['likedByMe'] === true,
    isPinned: fields['pinned'] === true,
    isCreator: fields['isCreator'] === true,
  };
}

function parseAuthor(value: unknown): Author | undefined {
  const fields = fieldsOf(value);
  const account = textOf(fields['account']);
  const handle = textOf(fields['handle']);
  if (account === undefined || handle === undefined) return undefined;
  const displayName = textOf(fields['displayName']) ?? '';
  return {
    account,
    handle,
    displayName: displayName === '' ? handle : displayName,
    avatar: textOf(fields['avatar']),
  };
}

export function parseCommentPage(value: unknown): CommentPage | undefined {
  const fields = fieldsOf(value);
  const items = listOf(fields['items'], parseComment);
  if (items === undefined) return undefined;
  return { items, next: textOf(fields['next']), count: parseCount(fields['count']) };
}

const pathOf = (comment: string): string => `/v1/comments/${encodeURIComponent(comment)}`;

export async function readComments(
  video: string,
  sort: Sort,
  cursor: string | undefined,
): Promise<Answer<CommentPage>> {
  const query = new URLSearchParams({ sort, ...(cursor !== undefined && { cursor }) });
  const path = `/v1/videos/${encodeURIComponent(video)}/comments?${query}`;
  const answer = await ask(path, parseCommentPage);
  if (answer.kind === 'ok') tellCommentCount(video, answer.value.count);
  return answer;
}

export function readReplies(
  comment: string,
  cursor: string | undefined,
): Promise<Answer<CommentPage>> {
  const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  return ask(`${pathOf(comment)}/replies${query}`, parseCommentPage);
}

/** `key` names this very comment: sent again under it, there is still one. */
export function sendComment(
  video: string,
  { text, parent, key }: Readonly<{ text: string; parent: string | undefined; key: string }>,
): Promise<Answer<Comment>> {
  return ask(`/v1/videos/${encodeURIComponent(video)}/comments`, parseComment, {
    method: 'POST',
    body: { text, ...(parent !== undefined && { parent }) },
    headers: { 'idempotency-key': key },
  });
}

export function removeComment(comment: string): Promise<Answer<true>> {
  return ask(pathOf(comment), done, { method: 'DELETE' });
}

export function pinComment(comment: string, isPinned: boolean): Promise<Answer<true>> {
  return ask(`${pathOf(comment)}/pin`, done, { method: isPinned ? 'PUT' : 'DELETE' });
}

export function releaseComment(comment: string): Promise<Answer<true>> {
  return ask(`${pathOf(comment)}/release`, done, { method: 'POST', body: {} });
}

export function likeComment(comment: string, isLiked: boolean): Promise<Answer<Count>> {
  return ask(`${pathOf(comment)}/like`, (value) => parseCount(fieldsOf(value)['likes']), {
    method: isLiked ? 'PUT' : 'DELETE',
  });
}

/** Comments that wait for the creator who asks; those of one video. */
export async function readHeld(video: string): Promise<readonly Comment[]> {
  const parse = (value: unknown): readonly unknown[] | undefined =>
    listOf(fieldsOf(value)['items'], (item) => item);
  const answer = await ask('/v1/me/held-comments', parse);
  if (answer.kind !== 'ok') return [];
  return answer.value
    .filter((item) => textOf(fieldsOf(item)['video']) === video)
    .map(parseComment)
    .filter((comment) => comment !== undefined);
}
