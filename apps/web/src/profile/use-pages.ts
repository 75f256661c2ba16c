// Lists that come page by page.

import { useInfiniteQuery } from '@tanstack/react-query';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { ask, valueOf } from '../app/ask.ts';
import { listPageOf } from '../app/parse.ts';
import type { ListPage, Parse } from '../app/parse.ts';

export type Pages<T> = UseInfiniteQueryResult<InfiniteData<ListPage<T>>>;

/** Reads a list; `path` has its question mark where it needs one. */
export function usePages<T>(path: string, parse: Parse<T>, isWanted = true): Pages<T> {
  return useInfiniteQuery({
    queryKey: ['pages', path],
    enabled: isWanted,
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
