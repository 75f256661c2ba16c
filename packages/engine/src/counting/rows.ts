// The rows that the core reads and changes. A store keeps them; nothing else holds counts.

import type { CorrectionReason, Metric } from '@holdfast/protocol/counts.ts';
import type { Epoch, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from './numbers.ts';
import type { SessionWindow } from './session-window.ts';
import { emptyHash } from './set-hash.ts';
import type { LaneHash } from './set-hash.ts';
import { emptyTally } from './tallies.ts';
import type { PackedTally } from './tallies.ts';
import type { Uniques } from './uniques.ts';
import type { ViewerCaps } from './viewer-caps.ts';

/** A session: which numbers it used, and for anonymous ones the viewer's caps. */
export type SessionRow = SessionWindow &
  ViewerCaps & {
    startedAtMs: number;
    /** Watch time that its views have claimed (V5). */
    claimedMs: number;
  };

/** A person as counting sees them: no name, no handle, no subject. */
export type PersonRow = ViewerCaps & {
  person: PersonNo;
  /** Keyed hash of who it is; all zero once erased. */
  pseudonym: LaneHash;
  creatorKey: string;
  /** When the erasure began, 0 for the living. */
  erasedAtMs: number;
};

/** What never changes about a video. */
export type VideoFacts = Readonly<{
  no: VideoNo;
  video: VideoId;
  durationMs: number;
  creatorKey: string;
}>;

/** A video and its counts in this cell. `likes` is the number of like rows. */
export type VideoRow = VideoFacts & {
  likes: number;
  likesCorrected: number;
  views: number;
  viewsCorrected: number;
  starts: number;
  loops: number;
  watchMs: number;
  tally: PackedTally;
  /** Batch of the last change. */
  seq: Seq;
};

/** What one minute added to a video; the rows of a video add up to its raw counts (C20). */
export type MinuteRow = {
  likes: number;
  views: number;
  starts: number;
  loops: number;
  watchMs: number;
};

export type CorrectionRow = Readonly<{
  seq: Seq;
  video: VideoNo;
  metric: Metric;
  delta: number;
  reason: CorrectionReason;
  note: string;
  atMs: number;
  /** Like rows themselves went (an erasure); otherwise rows stayed and the count was corrected. */
  fromRows: boolean;
}>;

/** What a cell knows about itself. One row; it is stored with the rows of its batch. */
export type MetaRow = {
  epoch: Epoch;
  /** The state includes every batch up to this one. */
  seq: Seq;
  /** Hash of that batch in the journal (C26). */
  chain: Uint8Array;
  personsNumbered: number;
  videosNumbered: number;
  /** Ops accepted, counted as they come and not by class, so that C10 can fail. */
  opsAccepted: number;
  /** Every op by kind and class. */
  books: number[];
  /** The part of the books on videos that the cell does not know. */
  elsewhere: number[];
  likesHash: LaneHash;
  countsHash: LaneHash;
  /** Like rows that exist. */
  likeRows: number;
};

/** Finds rows by key; `undefined` says that there is no row. A `Map` is one. */
export type Lookup<Key, Row> = Readonly<{ get: (key: Key) => Row | undefined }>;

/** Videos are asked for at every op, their facts at a view, their counts only now and then. */
export type VideoLookup = Lookup<VideoNo, Readonly<VideoRow>> &
  Readonly<{
    has: (no: VideoNo) => boolean;
    facts: (no: VideoNo) => VideoFacts | undefined;
  }>;

/** Rows that a batch may read: at least those that `addKeysNeeded` names. */
export type Rows = Readonly<{
  meta: Readonly<MetaRow>;
  sessions: Lookup<string, Readonly<SessionRow>>;
  persons: Lookup<PersonNo, Readonly<PersonRow>>;
  videos: VideoLookup;
  /** When the like was made, in ms; `GONE` is as good as no row. */
  likes: Lookup<LikeKey, number>;
  uniques: Lookup<VideoDayKey, Uniques>;
  /** Persons erased so lately that grants of theirs may still come (C18). */
  erased: Lookup<PersonNo, number>;
  /** For persons that the batch erases: their like rows in key order, as many as one entry takes. */
  likesOf: ReadonlyMap<PersonNo, readonly LikeKey[]>;
}>;

/** Marks a like row that is gone. */
export const GONE = 0;

/** Hash that the first batch of a journal is chained to (C24). */
export const CHAIN_START: Uint8Array = new Uint8Array(32);

/** The state before the first batch. */
export function emptyMeta(epoch: Epoch): MetaRow {
  return {
    epoch,
    seq: 0 as Seq,
    chain: CHAIN_START,
    personsNumbered: 0,
    videosNumbered: 0,
    opsAccepted: 0,
    books: emptyTally(),
    elsewhere: emptyTally(),
    likesHash: emptyHash(),
    countsHash: emptyHash(),
    likeRows: 0,
  };
}

/** A video just registered: every count is a known 0. */
export function newVideoRow(
  no: VideoNo,
  video: VideoId,
  durationMs: number,
  creatorKey: string,
  seq: Seq,
): VideoRow {
  return {
    no,
    video,
    durationMs,
    creatorKey,
    likes: 0,
    likesCorrected: 0,
    views: 0,
    viewsCorrected: 0,
    starts: 0,
    loops: 0,
    watchMs: 0,
    tally: [],
    seq,
  };
}

/** Whether an erasure is complete: nothing says any more who the person was (C17). */
export function isForgotten(row: Readonly<PersonRow>): boolean {
  return row.erasedAtMs > 0 && row.pseudonym.every((lane) => lane === 0);
}

/** Likes as shown: rows and corrections (C7). */
export function shownLikes(row: Readonly<VideoRow>): number {
  return row.likes + row.likesCorrected;
}

/** Views as shown. */
export function shownViews(row: Readonly<VideoRow>): number {
  return row.views + row.viewsCorrected;
}
