// Which rows a batch may read or change, so that a store can load them before the pure call.

import type { Entry } from './entries.ts';
import { likeKey, NO_VIDEO, NOBODY, utcDay, videoDayKey } from './numbers.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from './numbers.ts';

export type Keys = Readonly<{
  sessions: Set<string>;
  persons: Set<PersonNo>;
  videos: Set<VideoNo>;
  likes: Set<LikeKey>;
  uniques: Set<VideoDayKey>;
  /** Persons whose like rows are needed whole. */
  erased: Set<PersonNo>;
}>;

export function noKeys(): Keys {
  return {
    sessions: new Set(),
    persons: new Set(),
    videos: new Set(),
    likes: new Set(),
    uniques: new Set(),
    erased: new Set(),
  };
}

/** Adds the keys that entries need when they are applied at `atMs`. */
export function addKeysNeeded(keys: Keys, entries: readonly Entry[], atMs: number): void {
  const day = utcDay(atMs);
  for (const entry of entries) {
    if (entry.kind === 'correction') keys.videos.add(entry.video);
    if (entry.kind === 'erase') {
      keys.persons.add(entry.person);
      keys.erased.add(entry.person);
    }
    if (entry.kind !== 'ops') continue;
    keys.sessions.add(entry.sessionKey);
    if (entry.person !== NOBODY) keys.persons.add(entry.person);
    for (const op of entry.ops) {
      if (op.video === NO_VIDEO) continue;
      keys.videos.add(op.video);
      if (op.kind === 'view') keys.uniques.add(videoDayKey(op.video, day));
      else if (entry.person !== NOBODY) keys.likes.add(likeKey(entry.person, op.video));
    }
  }
}
