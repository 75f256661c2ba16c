// The newest videos of some people, merged. Pure but for what it reads.
//
// Rules: docs/spec/discovery.md (DI15).

import type { PublicVideo } from '../border/public-records.ts';
import type { PublicEdge, PublicPage } from '../catalog/public-catalog.ts';

export type Published = Pick<PublicVideo, 'video' | 'publishedAtMs'>;

export type FollowingPage = Readonly<{
  videos: readonly Published[];
  /** Where the next page begins; `undefined` at the end. */
  next: PublicEdge | undefined;
}>;

/** A page of what these people have published, newest first, from an edge on. */
export function newestOf(
  videosOf: (account: string, page: PublicPage) => readonly Published[],
  accounts: Iterable<string>,
  before: PublicEdge | undefined,
  itemsMax: number,
): FollowingPage {
  const newest: Published[] = [];
  for (const account of accounts) {
    // One more than a page, to know whether there is more.
    newest.push(...videosOf(account, { before, itemsMax: itemsMax + 1 }));
  }
  newest.sort(
    (left, right) =>
      right.publishedAtMs - left.publishedAtMs || (left.video < right.video ? 1 : -1),
  );
  const videos = newest.slice(0, itemsMax);
  const last = videos.at(-1);
  const isMore = newest.length > itemsMax && last !== undefined;
  return { videos, next: isMore ? { atMs: last.publishedAtMs, id: last.video } : undefined };
}
