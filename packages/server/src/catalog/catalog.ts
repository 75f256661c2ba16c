// The catalog: what the public may know about every video. No personal data: a creator's name is
// public. The port; `open-catalog.ts` has the implementation.

import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import { COUNTS_VIDEOS_MAX } from '@holdfast/protocol/limits.ts';
import type { Realm } from './creator-key.ts';

/** Videos that a catalog holds. */
export const VIDEOS_MAX = 5_000_000;
/** Registrations that wait for the next write to disk. */
export const PUTS_QUEUE_MAX = 4_096;
/** Canaries that are told apart; a place has two for each gateway and cell. */
export const CANARIES_MAX = 1_000;
/** Videos in one page of the feed. */
export const FEED_PAGE_MAX = 50;
/** Videos in one page of what a tenant registered: as many as one read of counts takes. */
export const REGISTERED_PAGE_MAX: number = COUNTS_VIDEOS_MAX;

export type NewVideo = Readonly<{
  video: VideoId;
  durationMs: number;
  creator: string;
  /** Who registered it, and so whose name space `creator` is from. */
  realm: Realm;
  /** `undefined` leaves a known video's title as it is. */
  title: string | undefined;
  caption: string;
  tags: readonly string[];
  /** Where the media lies, as a path of this origin or an address; `undefined`: not ours to play. */
  mediaUrl: string | undefined;
  posterUrl: string | undefined;
}>;

export type Video = NewVideo & Readonly<{ title: string; createdAtMs: number }>;

export type PutVideo = Readonly<
  | { kind: 'registered'; created: boolean; entry: Video }
  /** Known with another duration or creator; nothing was changed. */
  | { kind: 'conflict' }
  /** Known, and of another realm; nothing was changed. */
  | { kind: 'foreign' }
  | { kind: 'catalog-full' }
  /** Too many registrations wait; nothing was changed. */
  | { kind: 'overloaded' }
>;

export type VideoPage = Readonly<{ items: readonly Video[]; next: string | undefined }>;

export type Catalog = Readonly<{
  /** Whether a video is registered. From memory: it is asked for every video of every read. */
  has: (video: VideoId) => boolean;
  /** Everything about a video. Reads the file; throws `CatalogError`. */
  entry: (video: VideoId) => Video | undefined;
  /**
   * Registers a video, or changes title, caption, tags and addresses of a known one. Durable
   * (fsync) when it resolves, and known to every cell that is up, unless one takes longer than
   * `deliveryWaitMs`. Rejects with `CatalogError` when the file fails; then nothing was changed.
   */
  put: (video: NewVideo) => Promise<PutVideo>;
  /** Whether a cell has yet to take a video; ops on it must wait. */
  awaitsDelivery: (jurisdiction: Jurisdiction, video: VideoId) => boolean;
  /** How many videos a cell has yet to take. */
  undelivered: (jurisdiction: Jurisdiction) => number;
  /** Playable videos, newest first, older than `cursor`; throws `CatalogError`. */
  feed: (cursor: string | undefined, itemsMax: number) => VideoPage | 'bad-cursor';
  /** Videos of a realm, in the order of registration, after `cursor`; throws `CatalogError`. */
  registered: (
    realm: Realm,
    cursor: string | undefined,
    itemsMax: number,
  ) => VideoPage | 'bad-cursor';
  /** Videos of a realm, newest first: for what sums over them, so no pages. Throws `CatalogError`. */
  newestOf: (realm: Realm, itemsMax: number) => readonly Video[];
  /** Videos of one creator, newest first, older than `cursor`; throws `CatalogError`. */
  ofCreator: (
    realm: Realm,
    creator: string,
    cursor: string | undefined,
    itemsMax: number,
  ) => VideoPage | 'bad-cursor';
  /** Canaries of the status page, which public totals leave out (ST32). From memory. */
  canaries: () => readonly VideoId[];
  size: () => number;
  /** Writes what waits, stops deliveries and lets go of the file. May be repeated. */
  close: () => Promise<void>;
}>;
