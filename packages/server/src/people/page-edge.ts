// Pages of writings, newest first: where one goes on after another.

import type { PageEdge } from './writings.ts';

/** Where a page goes on; what no answer gave begins at the newest. */
export function edgeOf(before: string | undefined): PageEdge | undefined {
  const [, createdAt, id] = /^(\d{1,16})\.([A-Za-z0-9_-]{1,64})$/.exec(before ?? '') ?? [];
  return createdAt === undefined || id === undefined
    ? undefined
    : { createdAtMs: Number(createdAt), id };
}

/** A page of what was found, of which one more was asked for to know whether there is more. */
export function pageOf<Item extends PageEdge>(
  found: readonly Item[],
  itemsMax: number,
): Readonly<{ items: readonly Item[]; next: string | undefined }> {
  const items = found.slice(0, itemsMax);
  const last = items.at(-1);
  const isMore = found.length > itemsMax && last !== undefined;
  return { items, next: isMore ? `${last.createdAtMs}.${last.id}` : undefined };
}
