// Which rows a batch may read or change, so that a store can load them before the pure call.

import type { Entry } from './entries.ts';
import { likeKey, NO_VIDEO, NOBODY, utcDay, videoDayKey } from './numbers.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from './numbers.ts';

export type Keys = Readonly<{
  sessions: Set<string>;
  persons: Set<PersonNo>;
  videos: Set<VideoNo>;
  /** Some may be there twice. */
  likes: LikeKey[];
  uniques: Set<VideoDayKey>;
  /** Persons whose like rows are needed whole. */
  erased: Set<PersonNo>;
}>;

type Held<Key> = Readonly<{ has: (key: Key) => boolean }>;

/** Rows in memory: what they have need not be loaded. */
export type HeldRows = Readonly<{
  sessions: Held<string>;
  persons: Held<PersonNo>;
  videos: Held<VideoNo>;
  likes: Held<LikeKey>;
  uniques: Held<VideoDayKey>;
}>;

function needKey<Key>(keys: Set<Key>, held: Held<Key>, key: Key): void {
  if (!held.has(key)) keys.add(key);
}

export function noKeys(): Keys {
  return {
    sessions: new Set(),
    persons: new Set(),
    videos: new Set(),
    likes: [],
    uniques: new Set(),
    erased: new Set(),
  };
}

/**
 * Adds the keys that entries need when they are applied at `atMs` and that `held` does not have.
 * What is held already need not be loaded; a store that holds nothing gets all keys.
 */
export function addKeysNeeded(
  keys: Keys,
  entries: readonly Entry[],
  atMs: number,
  held: HeldRows,
): void {
  const day = utcDay(atMs);
  for (const entry of entries) {
    if (entry.kind === 'correction') {
      needKey(keys.videos, held.videos, entry.video);
      if (entry.sessionKey !== undefined) needKey(keys.sessions, held.sessions, entry.sessionKey);
    }
    if (entry.kind === 'erase') {
      needKey(keys.persons, held.persons, entry.person);
      keys.erased.add(entry.person);
    }
    if (entry.kind !== 'ops') continue;
    needKey(keys.sessions, held.sessions, entry.sessionKey);
    let views = 0;
    for (const op of entry.ops) {
      if (op.video === NO_VIDEO) continue;
      needKey(keys.videos, held.videos, op.video);
      if (op.kind === 'view') {
        views += 1;
        needKey(keys.uniques, held.uniques, videoDayKey(op.video, day));
      } else if (entry.person !== NOBODY) {
        const key = likeKey(entry.person, op.video);
        if (!held.likes.has(key)) keys.likes.push(key);
      }
    }
    // Only a view looks at the person behind it: for caps, and for whose video it is.
    if (views > 0 && entry.person !== NOBODY) needKey(keys.persons, held.persons, entry.person);
  }
}
