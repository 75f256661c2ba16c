// The comments of one video as a page shows them: pages of them, replies that were opened, and what
// was done to them here. Pure; `use-thread.ts` asks the server.

import { READING } from '../numbers/count.ts';
import type { Count } from '../numbers/count.ts';
import type { Comment, CommentPage } from './comment.ts';

/** Replies to one comment, as far as they were asked for. */
export type Replies = Readonly<{ items: readonly Comment[]; next: string | undefined }>;

export type Thread = Readonly<{
  comments: readonly Comment[];
  next: string | undefined;
  count: Count;
  replies: ReadonlyMap<string, Replies>;
}>;

export const EMPTY_THREAD: Thread = {
  comments: [],
  next: undefined,
  count: READING,
  replies: new Map(),
};

/** Takes in the next page; each comment stands once. */
export function withPage(thread: Thread, page: CommentPage): Thread {
  return {
    ...thread,
    comments: joined(thread.comments, page.items),
    next: page.next,
    count: page.count,
  };
}

export function withReplies(thread: Thread, parent: string, page: CommentPage): Thread {
  const before = thread.replies.get(parent)?.items ?? [];
  const replies = { items: joined(before, page.items), next: page.next };
  return { ...thread, replies: new Map([...thread.replies, [parent, replies]]) };
}

/** Puts in a comment that was just written: a new thread first, a reply at the end of its own. */
export function withOwn(thread: Thread, comment: Comment): Thread {
  if (comment.parent === undefined) {
    const pinned = thread.comments.filter(({ isPinned }) => isPinned);
    const others = thread.comments.filter(({ isPinned, id }) => !isPinned && id !== comment.id);
    return { ...thread, comments: [...pinned, comment, ...others] };
  }
  const { parent } = comment;
  const before = thread.replies.get(parent) ?? { items: [], next: undefined };
  const isNew = !before.items.some(({ id }) => id === comment.id);
  const replies = { ...before, items: joined(before.items, [comment]) };
  return {
    ...thread,
    replies: new Map([...thread.replies, [parent, replies]]),
    comments: thread.comments.map((one) =>
      one.id === parent && isNew ? { ...one, repliesSize: one.repliesSize + 1 } : one,
    ),
  };
}

/** Changes one comment wherever it stands. */
export function withChange(thread: Thread, id: string, change: Partial<Comment>): Thread {
  const changed = (one: Comment): Comment => (one.id === id ? { ...one, ...change } : one);
  return {
    ...thread,
    comments: thread.comments.map(changed),
    replies: new Map(
      [...thread.replies].map(([parent, { items, next }]) => [
        parent,
        { items: items.map(changed), next },
      ]),
    ),
  };
}

/** A deleted comment leaves its place only while replies stand below it. */
export function withoutComment(thread: Thread, id: string): Thread {
  const gone = thread.comments.find((one) => one.id === id);
  if (gone !== undefined && gone.repliesSize > 0) {
    return withChange(thread, id, { state: 'deleted', text: '', author: undefined });
  }
  const without = (items: readonly Comment[]): readonly Comment[] =>
    items.filter((one) => one.id !== id);
  return {
    ...thread,
    comments: without(thread.comments).map((one) => {
      const isAbove = thread.replies.get(one.id)?.items.some((reply) => reply.id === id) === true;
      return isAbove ? { ...one, repliesSize: Math.max(0, one.repliesSize - 1) } : one;
    }),
    replies: new Map(
      [...thread.replies].map(([parent, { items, next }]) => [
        parent,
        { items: without(items), next },
      ]),
    ),
  };
}

/** One comment is pinned at most, and stands first. */
export function withPin(thread: Thread, id: string, isPinned: boolean): Thread {
  const comments = thread.comments.map((one) => ({ ...one, isPinned: isPinned && one.id === id }));
  const first = comments.filter((one) => one.isPinned);
  return { ...thread, comments: [...first, ...comments.filter((one) => !one.isPinned)] };
}

function joined(before: readonly Comment[], more: readonly Comment[]): readonly Comment[] {
  const known = new Set(before.map(({ id }) => id));
  return [...before, ...more.filter(({ id }) => !known.has(id))];
}
