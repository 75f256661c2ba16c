// Changes that are in the journal but not yet in the store: the newest version of each row, and
// what minutes have gained. A plain fold of `RowChanges`; order is batch order.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from '../counting/numbers.ts';
import type { CorrectionRow, MetaRow, MinuteRow, PersonRow } from '../counting/rows.ts';
import type { RowChanges, SessionRow, VideoRow } from '../counting/rows.ts';
import { hashHex } from '../counting/set-hash.ts';
import type { Uniques } from '../counting/uniques.ts';

export type Overlay = {
  meta: MetaRow;
  readonly sessions: Map<string, SessionRow>;
  readonly persons: Map<PersonNo, PersonRow>;
  readonly videos: Map<VideoNo, VideoRow>;
  readonly likes: Map<LikeKey, number>;
  readonly uniques: Map<VideoDayKey, Uniques>;
  readonly minutes: Map<number, Map<VideoNo, MinuteRow>>;
  readonly corrections: CorrectionRow[];
  /** Numbers given since the store's state, to be found by name before they are stored. */
  readonly newVideos: Map<VideoId, VideoNo>;
  readonly newPersons: Map<string, PersonNo>;
};

export function emptyOverlay(meta: MetaRow): Overlay {
  return {
    meta,
    sessions: new Map(),
    persons: new Map(),
    videos: new Map(),
    likes: new Map(),
    uniques: new Map(),
    minutes: new Map(),
    corrections: [],
    newVideos: new Map(),
    newPersons: new Map(),
  };
}

/** Adds the changes of the next batch. */
export function mergeChanges(overlay: Overlay, changes: RowChanges): void {
  const { videosNumbered, personsNumbered } = overlay.meta;
  for (const [key, row] of changes.sessions) overlay.sessions.set(key, row);
  for (const [no, row] of changes.persons) {
    overlay.persons.set(no, row);
    if (no > personsNumbered) overlay.newPersons.set(hashHex(row.pseudonym), no);
  }
  for (const [no, row] of changes.videos) {
    overlay.videos.set(no, row);
    if (no > videosNumbered) overlay.newVideos.set(row.video, no);
  }
  for (const [key, atMs] of changes.likes) overlay.likes.set(key, atMs);
  for (const [key, uniques] of changes.uniques) overlay.uniques.set(key, uniques);
  overlay.corrections.push(...changes.corrections);
  mergeMinutes(overlay, changes);
  overlay.meta = changes.meta;
}

function mergeMinutes(overlay: Overlay, changes: RowChanges): void {
  if (changes.minutes.size === 0) return;
  let held = overlay.minutes.get(changes.minute);
  if (held === undefined) {
    held = new Map();
    overlay.minutes.set(changes.minute, held);
  }
  for (const [video, added] of changes.minutes) {
    const row = held.get(video);
    held.set(video, row === undefined ? added : addMinutes(row, added));
  }
}

/** The sum of two rollup rows. */
export function addMinutes(left: Readonly<MinuteRow>, right: Readonly<MinuteRow>): MinuteRow {
  return {
    likes: left.likes + right.likes,
    views: left.views + right.views,
    starts: left.starts + right.starts,
    loops: left.loops + right.loops,
    watchMs: left.watchMs + right.watchMs,
  };
}

/** Rows held, as a measure of memory and of the work a flush will be. */
export function overlayRows(overlay: Readonly<Overlay>): number {
  let minutes = 0;
  for (const held of overlay.minutes.values()) minutes += held.size;
  const { sessions, persons, videos, likes, uniques, corrections } = overlay;
  const small = sessions.size + persons.size + videos.size + likes.size + minutes;
  return small + uniques.size + corrections.length;
}
