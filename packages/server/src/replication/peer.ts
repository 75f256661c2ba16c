// What the two parties of one cell say to each other: the port, the same over a network and in a
// test. The owner speaks, the follower answers; snapshots alone are fetched by the follower.

import type { DecisionSignature } from '@holdfast/engine/charter/charter-entry.ts';
import type { JournalRecord } from '@holdfast/engine/journal/journal.ts';
import type { CharterBody } from '@holdfast/engine/handover/charter-rules.ts';
import type { FollowerPhase } from '@holdfast/engine/handover/party-state.ts';
import type { AccountChanges, AccountsHead } from '../accounts/replicated-rows.ts';
import type { AcceptedOps } from './accepted-ops.ts';

/** Batches on their way to the follower, or none: then it is a heartbeat. */
export type Delivery = Readonly<{
  /** The newest epoch that the owner knows. */
  epoch: number;
  /** Where the owner's journal ends and begins. */
  ownerSeq: number;
  baseSeq: number;
  /** What the owner has accepted in all, as of a batch at or before the end; to be shown. */
  accepted: AcceptedOps;
  /** Chain hash of the batch before the first record, 64 hexadecimal digits. */
  previousChain: string;
  records: readonly JournalRecord[];
  /** The owner's monotonic clock; comes back when all of it is durable (H31). */
  beatMs: number;
  /** Videos whose counts the owner wants to compare. */
  probes: readonly number[];
  /** What has changed since the follower's newest change of accounts; its head in any case. */
  accounts: AccountChanges;
}>;

/** Commitments to the state after a batch, as hexadecimal digits. */
export type Commitments = Readonly<{
  seq: number;
  chain: string;
  likesHash: string;
  countsHash: string;
}>;

/** Counts of a video as of `seq`, its last change. */
export type ProbedCounts = Readonly<{
  video: number;
  seq: number;
  likes: number;
  views: number;
  watchMs: number;
}>;

export type Report = Readonly<{
  kind: 'report';
  /** The newest epoch that the follower knows. */
  epoch: number;
  phase: FollowerPhase;
  /** Where the follower's journal durably ends. */
  seq: number;
  beatMs: number;
  /** What the follower has applied. */
  applied: Commitments | undefined;
  probed: readonly ProbedCounts[];
  /** The newest change of accounts here, and whether after it all rows equal the owner's. */
  accounts: Readonly<{ changeNo: number; isEqual: boolean }> | undefined;
  /** To be shown and for the gates; no rule depends on them. */
  nowMs: number;
  freeBytes: number | undefined;
}>;

/** A decision to be signed, and what the owner's accounts are as it asks. */
export type Question = Readonly<{ body: CharterBody; accounts: AccountsHead }>;

export type DecisionAnswer = Readonly<
  | { kind: 'agrees'; signature: DecisionSignature }
  | { kind: 'refuses' }
  /** The follower is not where the question makes sense; ask again later. */
  | { kind: 'no-opinion' }
>;

/** The peer did not answer, or not in a way that can be believed. */
export type PeerAway = Readonly<{ kind: 'away'; detail: string }>;

export type PeerLine = Readonly<{
  deliver: (delivery: Delivery) => Promise<Report | PeerAway>;
  ask: (question: Question) => Promise<DecisionAnswer | PeerAway>;
  close: () => void;
}>;

/** Records of one delivery, in bytes of their bodies, unless a single one is larger. */
export const DELIVERY_BYTES_MAX: number = 4 * 1024 * 1024;
/** Records in one delivery. */
export const DELIVERY_RECORDS_MAX = 4_096;
