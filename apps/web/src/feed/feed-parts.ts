// What outlives a visit to the feed: the player with its elements, and the lists with their places.

import { ask } from '../app/ask.ts';
import { trackView } from '../app/engagement.ts';
import { locale } from '../app/i18n.ts';
import { listPageOf } from '../app/parse.ts';
import { parseVideo } from '../app/video.ts';
import { FeedList } from './feed-list.ts';
import { Player } from './player.ts';

export const RANKS = ['for-you', 'following', 'latest'] as const;
export type Rank = (typeof RANKS)[number];

export const player = new Player({
  track: (element, { id, durationMs }) =>
    trackView(element, { video: id, source: 'feed', durationMs }),
  reducedMotion: () => matchMedia('(prefers-reduced-motion: reduce)').matches,
  language: locale,
  later: (run, afterMs) => {
    const timer = setTimeout(run, afterMs);
    return () => {
      clearTimeout(timer);
    };
  },
  read: (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  write: (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {
      // Without storage the choice holds for this page alone.
    }
  },
});

const lists = new Map<string, FeedList>();
const parsePage = listPageOf(parseVideo);

/** The list of a rank for an account ('' is a visitor); going back to it finds it as it was. */
export function feedList(rank: Rank, whose: string): FeedList {
  const key = `${rank} ${whose}`;
  const found = lists.get(key);
  if (found !== undefined) return found;
  const list = new FeedList(async (cursor) => {
    // Nobody follows anybody without an account.
    if (rank === 'following' && whose === '') {
      return { kind: 'ok', value: { items: [], next: undefined } };
    }
    const query = new URLSearchParams({ rank, ...(cursor !== undefined && { cursor }) });
    return ask(`/v1/feed?${query}`, parsePage);
  });
  lists.set(key, list);
  return list;
}
