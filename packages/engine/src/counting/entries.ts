// What a journal batch holds: entries in which everything is already decided (C5). Names of people
// and videos have become the cell's own numbers, so that applying needs no look-up and no clock.

import type { CorrectionReason, Metric } from '@holdfast/protocol/counts.ts';
import type { Epoch, Seq, TimestampMs, VideoId } from '@holdfast/protocol/ids.ts';
import type { Source } from '@holdfast/protocol/ops.ts';
import type { PersonNo, VideoNo } from './numbers.ts';
import type { LaneHash } from './set-hash.ts';

/** An op whose video is a number; `NO_VIDEO` when the cell does not know the video. */
export type NumberedOp = Readonly<
  | { n: number; kind: 'view'; video: VideoNo; watchedMs: number; source: Source }
  | { n: number; kind: 'like' | 'unlike'; video: VideoNo }
>;

/** Ops of one session, in the order the device made them. */
export type OpsEntry = Readonly<{
  kind: 'ops';
  sessionKey: string;
  /** `NOBODY` for an anonymous session. */
  person: PersonNo;
  /** When the grant says the session began; `undefined` when the session starts at its first op. */
  startedAtMs: number | undefined;
  /** A service key vouches for these ops (V6). */
  vouched: boolean;
  ops: readonly NumberedOp[];
}>;

/** A person becomes known to the cell. */
export type PersonEntry = Readonly<{
  kind: 'person';
  person: PersonNo;
  /** A keyed hash of realm and subject: the cell stores no subject. */
  pseudonym: LaneHash;
  /** The same key that videos carry for their creator, so that V4 can be judged. */
  creatorKey: string;
}>;

/** A video becomes known to the cell, with all counts a known 0. */
export type VideoEntry = Readonly<{
  kind: 'video';
  no: VideoNo;
  video: VideoId;
  durationMs: number;
  creatorKey: string;
}>;

export type CorrectionEntry = Readonly<{
  kind: 'correction';
  video: VideoNo;
  metric: Metric;
  delta: number;
  reason: CorrectionReason;
  note: string;
  /**
   * The session that stands for the name its operator gave it, so that a repeat has no effect
   * (C25); `undefined` without a name.
   */
  sessionKey: string | undefined;
}>;

/** A person is erased; at most `ERASE_LIKES_MAX` like rows go with one entry. */
export type EraseEntry = Readonly<{ kind: 'erase'; person: PersonNo }>;

/** The last entry of an epoch in which a hand-over was sealed; it changes no row (H15). */
export type SealEntry = Readonly<{ kind: 'seal'; handover: string }>;

export type Entry = OpsEntry | PersonEntry | VideoEntry | CorrectionEntry | EraseEntry | SealEntry;

/** One group commit. `seq` is dense; all entries share the batch's time. */
export type Batch = Readonly<{
  epoch: Epoch;
  seq: Seq;
  atMs: TimestampMs;
  /** Version of the view rule that judges this batch. */
  ruleVersion: number;
  entries: readonly Entry[];
}>;
