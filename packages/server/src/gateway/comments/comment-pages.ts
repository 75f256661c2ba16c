// Which comments a list shows, and in which order. Rules: docs/spec/comments.md (CM11, CM13).

import { PUBLIC_PAGE_MAX } from '../../catalog/public-catalog.ts';
import type { PublicCatalog, PublicEdge } from '../../catalog/public-catalog.ts';
import type { PublicComment } from '../../border/public-records.ts';
import { commentLikesTally } from '../../people/tally-names.ts';

export type Sort = 'top' | 'newest';
export const SORTS: readonly Sort[] = ['top', 'newest'];

/** Comments that `top` ranks: the newest. */
export const TOP_COMMENTS_MAX = 500;
/** Stubs that one list looks at. */
const STUBS_MAX = 200;

export type ListSources = Pick<
  PublicCatalog,
  'commentsOf' | 'repliesOf' | 'lostParentsOf' | 'moderationOf' | 'tally' | 'comment'
>;

/** One line of a list. */
export type Entry = Readonly<
  | { kind: 'comment'; record: PublicComment }
  | { kind: 'stub'; comment: string; video: string; atMs: number }
>;

/** Where a list goes on: after an entry with so many likes (`newest`: none), time and id. */
export type Cursor = Readonly<{ likes: number; atMs: number; id: string }>;
export type EntryPage = Readonly<{ entries: readonly Entry[]; next: Cursor | undefined }>;

const CURSOR_PATTERN = /^(\d{1,15})\.(\d{1,16})\.([A-Za-z0-9_-]{1,64})$/;

export function cursorOf(text: string): Cursor | undefined {
  const [, likes, atMs, id] = CURSOR_PATTERN.exec(text) ?? [];
  if (likes === undefined || atMs === undefined || id === undefined) return undefined;
  return { likes: Number(likes), atMs: Number(atMs), id };
}

export const cursorText = ({ likes, atMs, id }: Cursor): string => `${likes}.${atMs}.${id}`;

type Placed = Cursor & Readonly<{ entry: Entry }>;

/** Whether one stands before another: more likes, then newer, then by its name. */
function order(left: Cursor, right: Cursor): number {
  if (left.likes !== right.likes) return right.likes - left.likes;
  if (left.atMs !== right.atMs) return right.atMs - left.atMs;
  if (left.id === right.id) return 0;
  return left.id < right.id ? 1 : -1;
}

/** A page of the comments below a video that answer no other; without the pinned one. */
export function commentPage(
  publicCatalog: ListSources,
  video: string,
  asked: Readonly<{
    sort: Sort;
    after: Cursor | undefined;
    itemsMax: number;
    pinned: string | null;
  }>,
): EntryPage {
  const { sort, after, itemsMax, pinned } = asked;
  const before = sort === 'newest' ? edgeOf(after) : undefined;
  // Some are left out below, and one more tells whether there is more.
  const readMax = sort === 'newest' ? itemsMax + 2 : TOP_COMMENTS_MAX;
  const read = commentsFrom(publicCatalog, video, before, readMax);
  const likesOf = (comment: string): number =>
    sort === 'newest' ? 0 : (publicCatalog.tally(commentLikesTally(comment)).value ?? 0);
  const comments = read.flatMap(({ comment: id, createdAtMs: atMs, ...rest }): Placed[] => {
    const record = { comment: id, createdAtMs: atMs, ...rest };
    if (id === pinned) return [];
    return [{ likes: likesOf(id), atMs, id, entry: { kind: 'comment', record } }];
  });
  const stubs = publicCatalog
    .lostParentsOf(video, STUBS_MAX)
    .map(({ comment: id, atMs }): Placed => ({
      likes: 0,
      atMs,
      id,
      entry: { kind: 'stub', comment: id, video, atMs },
    }));
  const left = [...comments, ...stubs]
    .filter((one) => after === undefined || order(after, one) < 0)
    .toSorted(order);
  const page = left.slice(0, itemsMax);
  const shown = page.map(({ entry }) => entry).filter((entry) => isShown(publicCatalog, entry));
  return { entries: shown, next: left.length > itemsMax ? page.at(-1) : undefined };
}

/** A page of the replies to a comment, oldest first. */
export function replyPage(
  publicCatalog: ListSources,
  comment: string,
  { after, itemsMax }: Readonly<{ after: Cursor | undefined; itemsMax: number }>,
): EntryPage {
  const edge = edgeOf(after);
  const read = publicCatalog.repliesOf(comment, { after: edge, itemsMax: itemsMax + 1 });
  const entries = read.slice(0, itemsMax).map(({ record }): Entry => ({ kind: 'comment', record }));
  const last = read[itemsMax - 1]?.record;
  const isMore = read.length > itemsMax && last !== undefined;
  const next = isMore ? { likes: 0, atMs: last.createdAtMs, id: last.comment } : undefined;
  return { entries: entries.filter((entry) => isShown(publicCatalog, entry)), next };
}

/** What a moderator's decision about a person covers is in no list (MO21). */
function isShown(publicCatalog: Pick<ListSources, 'moderationOf'>, entry: Entry): boolean {
  if (entry.kind === 'stub') return true;
  return publicCatalog.moderationOf('person', entry.record.account) === undefined;
}

function edgeOf(after: Cursor | undefined): PublicEdge | undefined {
  return after && { atMs: after.atMs, id: after.id };
}

/** Comments from an edge on, in as many reads as one of them may hold. */
function commentsFrom(
  publicCatalog: Pick<ListSources, 'commentsOf'>,
  video: string,
  before: PublicEdge | undefined,
  commentsMax: number,
): readonly PublicComment[] {
  const found: PublicComment[] = [];
  let edge = before;
  while (found.length < commentsMax) {
    const asked = Math.min(PUBLIC_PAGE_MAX, commentsMax - found.length);
    const some = publicCatalog.commentsOf(video, { before: edge, itemsMax: asked });
    found.push(...some.map(({ record }) => record));
    const last = found.at(-1);
    if (some.length < asked || last === undefined) break;
    edge = { atMs: last.createdAtMs, id: last.comment };
  }
  return found;
}
