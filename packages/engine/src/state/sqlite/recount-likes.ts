// The recount of a state that is in use: every video's like rows, counted anew, beside the number
// that is kept for it (C7).
//
// All of it is read from one snapshot, so it holds at one position of the journal however long it
// takes. It is cut into slices, so that whoever shares the thread waits for one of them at most.

import type { DatabaseSync } from 'node:sqlite';
import type { Epoch, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { videoOf } from '../../counting/numbers.ts';
import type { LikeKey } from '../../counting/numbers.ts';
import { openStateReader } from './schema.ts';
import { readMeta } from './state-reads.ts';

const ROWS_PER_SLICE = 10_000;
/** Videos that are named with their numbers; more than these are only counted. */
export const OFF_NAMED_MAX = 100;

/** A video whose like rows are not as many as its count says. */
export type LikesOff = Readonly<{ video: VideoId; rows: number; counted: number }>;

export type LikesRecount = Readonly<{
  epoch: Epoch;
  /** The batch up to which everything is in it. */
  seq: Seq;
  rows: number;
  videos: number;
  /** How many videos are off, and the first of them by name. */
  offVideos: number;
  off: readonly LikesOff[];
}>;

/** Recounts a state file, a slice with each step; `undefined` when nothing is stored yet. */
export function* recountLikes(file: string): Generator<void, LikesRecount | undefined, void> {
  const db = openStateReader(file);
  try {
    db.exec('BEGIN');
    const meta = readMeta(db);
    if (meta === undefined) return undefined;
    const { epoch, seq, videosNumbered } = meta;
    const rowsOf = new Uint32Array(videosNumbered + 1);
    const rows = yield* countRows(db, rowsOf);
    const compared = yield* compareCounts(db, rowsOf);
    return { epoch, seq, rows, ...compared };
  } finally {
    db.close();
  }
}

function* countRows(db: DatabaseSync, rowsOf: Uint32Array): Generator<void, number, void> {
  const slice = db.prepare('SELECT key FROM likes WHERE key > ? ORDER BY key LIMIT ?');
  slice.setReturnArrays(true);
  let after = 0;
  let rows = 0;
  for (;;) {
    const found = slice.all(after, ROWS_PER_SLICE) as unknown as readonly (readonly number[])[];
    for (const [key = 0] of found) {
      const video = videoOf(key as LikeKey);
      rowsOf[video] = (rowsOf[video] ?? 0) + 1;
      after = key;
    }
    rows += found.length;
    if (found.length < ROWS_PER_SLICE) return rows;
    yield;
  }
}

type Compared = Pick<LikesRecount, 'videos' | 'offVideos' | 'off'>;
type Count = Readonly<{ no: number; id: VideoId; likes: number }>;

function* compareCounts(db: DatabaseSync, rowsOf: Uint32Array): Generator<void, Compared, void> {
  const slice = db.prepare('SELECT no, id, likes FROM counts WHERE no > ? ORDER BY no LIMIT ?');
  const off: LikesOff[] = [];
  let after = 0;
  let videos = 0;
  let offVideos = 0;
  for (;;) {
    const found = slice.all(after, ROWS_PER_SLICE) as unknown as readonly Count[];
    for (const { no, id, likes } of found) {
      after = no;
      const rows = rowsOf[no] ?? 0;
      if (rows === likes) continue;
      offVideos += 1;
      if (off.length < OFF_NAMED_MAX) off.push({ video: id, rows, counted: likes });
    }
    videos += found.length;
    if (found.length < ROWS_PER_SLICE) return { videos, offVideos, off };
    yield;
  }
}
