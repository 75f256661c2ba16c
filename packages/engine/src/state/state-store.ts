// The port to a cell's state: the rows derived from the journal. It may lag behind the journal by
// design; what it holds is always the state after one batch, wholly.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { DayDetail, DayRun } from '../counting/day-detail.ts';
import type { Keys } from '../counting/keys-needed.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from '../counting/numbers.ts';
import type { CorrectionRow, MetaRow, MinuteRow, PersonRow } from '../counting/rows.ts';
import type { SessionRow, VideoRow } from '../counting/rows.ts';
import type { LaneHash } from '../counting/set-hash.ts';
import type { Uniques } from '../counting/uniques.ts';

/** Keys of rows to be loaded; some likes may be named twice. */
export type LoadKeys = Omit<Keys, 'erased' | 'likes'> & Readonly<{ likes: Iterable<LikeKey> }>;

/** Rows found for some keys; a key without a row is absent. */
export type LoadedRows = Readonly<{
  sessions: ReadonlyMap<string, SessionRow>;
  persons: ReadonlyMap<PersonNo, PersonRow>;
  videos: ReadonlyMap<VideoNo, VideoRow>;
  likes: ReadonlyMap<LikeKey, number>;
  uniques: ReadonlyMap<VideoDayKey, Uniques>;
}>;

/** Rows by key; no key comes twice. The same rows come each time, until the store has them. */
export type Entries<Key, Row> = Iterable<readonly [Key, Row]>;

/** Changes of all batches from the stored state up to `meta.seq`, folded together. */
export type StateChanges = Readonly<{
  meta: MetaRow;
  sessions: Entries<string, SessionRow>;
  persons: Entries<PersonNo, PersonRow>;
  videos: Entries<VideoNo, VideoRow>;
  likes: Entries<LikeKey, number>;
  uniques: Entries<VideoDayKey, Uniques>;
  /** By UTC minute; added to what is stored. */
  minutes: ReadonlyMap<number, Entries<VideoNo, MinuteRow>>;
  /** Starts since the stored state; added to the details of their days (C27). */
  starts: readonly DayRun[];
  corrections: readonly CorrectionRow[];
}>;

/** Widths of rollup buckets in minutes (C21). */
export const ROLLUP_WIDTHS = [1, 15, 1_440] as const;
export type RollupWidth = (typeof ROLLUP_WIDTHS)[number];

/** One stored bucket: it begins at UTC minute `minute` and is `width` minutes long. */
export type RollupRow = MinuteRow & Readonly<{ minute: number; width: RollupWidth }>;

/** What a UTC day of a video was made of. */
export type DetailRow = Readonly<{ video: VideoNo; day: number; detail: DayDetail }>;

export type LikeItem = Readonly<{ key: LikeKey; atMs: number }>;

/**
 * A state has one writer; readers may run beside it. Every implementation passes
 * `state-conformance.ts`.
 *
 * Durability: when `store` resolves, rows and `meta` are in the store together and survive a crash
 * of the process; after a crash of the machine the store may be at an earlier `store`, never
 * between two. The journal must therefore keep every batch after `durableSeq`.
 * Concurrency: one `store` at a time; reads beside it see the state before or after it, wholly.
 * Errors: `StateError`; a `store` that rejects has changed nothing and may be tried again.
 */
export type StateStore = Readonly<{
  /** The cell's own row, or `undefined` before the first `store`. */
  meta: () => Promise<MetaRow | undefined>;
  load: (keys: LoadKeys) => Promise<LoadedRows>;
  findVideos: (ids: readonly VideoId[]) => Promise<ReadonlyMap<VideoId, VideoNo>>;
  /** By `hashHex` of the pseudonym. */
  findPersons: (pseudonyms: readonly LaneHash[]) => Promise<ReadonlyMap<string, PersonNo>>;
  /** Persons whose erasure began after a time, with that time. */
  erasedSince: (sinceMs: number) => Promise<ReadonlyMap<PersonNo, number>>;
  store: (changes: StateChanges) => Promise<void>;
  /** Like rows of a person after a key, in key order. */
  likesOf: (person: PersonNo, after: LikeKey, rowsMax: number) => Promise<readonly LikeItem[]>;
  /** Videos after a number, in order, for what must see them all. */
  videosAfter: (after: VideoNo, rowsMax: number) => Promise<readonly VideoRow[]>;
  /** Buckets of a video that begin in [fromMinute, toMinute), of every width, in any order. */
  rollups: (video: VideoNo, fromMinute: number, toMinute: number) => Promise<readonly RollupRow[]>;
  /** Unique viewers of a video for each UTC day in [fromDay, toDay). */
  uniquesOf: (
    video: VideoNo,
    fromDay: number,
    toDay: number,
  ) => Promise<ReadonlyMap<number, Uniques>>;
  /** Details of videos for each UTC day in [fromDay, toDay); a day without a start has none. */
  detailsOf: (
    videos: readonly VideoNo[],
    fromDay: number,
    toDay: number,
  ) => Promise<readonly DetailRow[]>;
  /** Newest first. */
  correctionsOf: (video: VideoNo, rowsMax: number) => Promise<readonly CorrectionRow[]>;
  /**
   * Housekeeping that no count depends on: minutes older than 48 h become quarter-hours, those
   * older than 90 d days (C21), and sessions beyond their memory go (C12, C13).
   */
  maintain: (nowMs: number) => Promise<void>;
  close: () => Promise<void>;
}>;

/** The state could not be read or written; the journal still has everything. */
export class StateError extends Error {
  readonly code: 'full' | 'io' | 'damaged';

  constructor(code: 'full' | 'io' | 'damaged', message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
