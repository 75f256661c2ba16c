// The public catalog: what people of all cells have made public, as this gateway knows it. The port;
// `open-public-catalog.ts` has the implementation.
//
// Rules: docs/spec/people.md (PE30 to PE39).

import type { Count } from '@holdfast/protocol/counts.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type {
  PublicComment,
  PublicModeration,
  PublicProfile,
  PublicRecord,
  PublicVideo,
  RemovedVideo,
} from '../border/public-records.ts';

/** Records in one page. */
export const PUBLIC_PAGE_MAX = 200;

/** A record, and the cell that it comes from: the home of whoever it is about. */
export type Known<Held extends PublicRecord> = Readonly<{
  jurisdiction: Jurisdiction;
  record: Held;
}>;

export type KnownProfile = Known<PublicProfile> &
  Readonly<{
    /** As it is shown and found: with its jurisdiction when somebody elsewhere had it before. */
    shownHandle: string;
  }>;

/** From which record on, newest first, and how many. */
export type PublicPage = Readonly<{ before?: PublicEdge | undefined; itemsMax: number }>;
export type RepliesPage = Readonly<{ after?: PublicEdge | undefined; itemsMax: number }>;
export type LostParent = Readonly<{ comment: string; atMs: number }>;
export type PublicEdge = Readonly<{ atMs: number; id: string }>;

/** A row as it is now; without `record` it is public no more. `was`: what was known before. */
export type PublicChange = Readonly<{
  jurisdiction: Jurisdiction;
  record: PublicRecord | undefined;
  was: PublicRecord | undefined;
}>;

export type ModerationTarget = PublicModeration['target']['kind'];

/** Reads are from this gateway's own file and never wait for a cell. */
export type PublicCatalog = Readonly<{
  profileOf: (account: string) => KnownProfile | undefined;
  /** Finds a handle as it is shown, in any spelling. */
  profileByHandle: (handle: string) => KnownProfile | undefined;
  /** Also unlisted and removed ones. */
  video: (video: string) => Known<PublicVideo | RemovedVideo> | undefined;
  /** An account's public videos, newest first; hidden ones too. */
  videosOf: (account: string, page: PublicPage) => readonly Known<PublicVideo>[];
  comment: (comment: string) => Known<PublicComment> | undefined;
  /** Comments on a video that answer no other, newest first. */
  commentsOf: (video: string, page: PublicPage) => readonly Known<PublicComment>[];
  /** Answers to a comment, oldest first: those after an edge. */
  repliesOf: (comment: string, page: RepliesPage) => readonly Known<PublicComment>[];
  repliesCount: (comment: string) => number;
  /** Comments on a video that are gone and have answers, with the time of the oldest of these. */
  lostParentsOf: (video: string, itemsMax: number) => readonly LostParent[];
  /** What a moderator of the thing's home decided, while it holds. */
  moderationOf: (kind: ModerationTarget, id: string) => PublicModeration | undefined;
  /** The sum over all cells; a cell that has told nothing yet makes it unknown. */
  tally: (name: string) => Count;
  /** How current what is known of a cell is. */
  cell: (jurisdiction: Jurisdiction) => Readonly<{
    state: 'live' | 'stale' | 'unknown';
    asOfMs: number | undefined;
  }>;
  /**
   * Asks a cell for its news now. Resolves when what it had when this was called is known here, or
   * after a bounded wait: `true` when it is.
   */
  wake: (jurisdiction: Jurisdiction) => Promise<boolean>;
  /** Calls back with every change, in the order of each cell, after it can be read. */
  subscribe: (listener: (changes: readonly PublicChange[]) => void) => () => void;
  /** Every record of a type, for what is derived from it; not for requests. */
  all: (type: PublicRecord['type']) => Iterable<Known<PublicRecord>>;
  close: () => Promise<void>;
}>;
