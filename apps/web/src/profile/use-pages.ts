// Lists that come page by page.

import { useInfiniteQuery } from '@tanstack/react-query';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { ask, valueOf } from '../app/ask.ts';
import { listPageOf } from '../app/parse.ts';
import type { ListPage, Parse } from '../app/parse.ts';

export type Pages<T> = UseInfiniteQueryResult<InfiniteData<ListPage<T>>>;

type How = Readonly<{
  isWanted?: boolean;
  /** For lists that change by what the person does elsewhere. */
  refetchEveryMs?: number;
}>;

/** Reads a list; `path` has its question mark where it needs one. */
export function usePages<T>(path: string, parse: Parse<T>, how: How = {}): Pages<T> {
  const { isWanted = true, refetchEveryMs = false } = how;
  return useInfiniteQuery({
    queryKey: ['pages', path],
    enabled: isWanted,
    refetchInterval: refetchEveryMs,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const mark = path.includes('?') ? '&' : '?';
      const cursor = pageParam === '' ? '' : `${mark}cursor=${encodeURIComponent(pageParam)}`;
      return valueOf(ask(path + cursor, listPageOf(parse), { signal }));
    },
    getNextPageParam: (last) => last.next,
  });
}

/** Everything that has come so far. */
export function itemsOf<T>(pages: Pages<T>): readonly T[] | undefined {
  return pages.data?.pages.flatMap(({ items }) => items);
}
