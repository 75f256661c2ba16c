// What a party may acknowledge, admit, take from the stream and publish: the rules that make a
// hand-over safe, each a function of the state alone.
//
// Rules: docs/spec/handover.md (H9 to H14, H21).
//
// Why they are safe: every batch that was acknowledged under `solo` was in the follower's journal
// before `join` was sent; every later one was there before it was acknowledged; and a follower
// that fences takes no more. So whoever owns the next epoch has everything acknowledged in this
// one, whichever entry wins, and no clock or lease is needed to know it.

import { isSameParty } from './charter-rules.ts';
import type { Party } from './charter-rules.ts';
import type { PartyState } from './party-state.ts';

/**
 * The newest batch that may be acknowledged and published, given that this party's own journal
 * durably ends at `ownSeq`; 0 for none. What was acknowledged before stays so: the caller keeps
 * the highest answer it had in an ownership.
 */
export function ackableSeq(state: PartyState, ownSeq: number): number {
  switch (state.kind) {
    case 'owning':
    case 'seeding':
    case 'catching-up':
    case 'shadow':
      return ownSeq;
    // H11: also while an entry is in flight that would make the rule joint, or end it.
    case 'arming':
    case 'joining':
    case 'joint':
    case 'leaving':
    case 'sealing':
    case 'sealed':
      return Math.min(ownSeq, state.followerSeq);
    default:
      return 0;
  }
}

/** What to answer an op: take it, let it wait, or send it to the owner. */
export type Admission = 'admit' | 'sealed' | 'not-owner' | 'behind';

/** H14: an op of an older epoch is as good as any, for its name makes a repeat harmless. */
export function admission(state: PartyState, opEpoch: number): Admission {
  switch (state.kind) {
    case 'owning':
    case 'seeding':
    case 'catching-up':
    case 'shadow':
    case 'arming':
    case 'joining':
    case 'joint':
    case 'leaving':
      // The gateway knows of an entry that this party has yet to read.
      return opEpoch > state.entry.epoch ? 'behind' : 'admit';
    case 'sealing':
    case 'sealed':
      return 'sealed';
    // Whoever waits for its own promotion may be the owner in a moment.
    case 'fencing':
    case 'follow-sealed':
      return 'sealed';
    default:
      return 'not-owner';
  }
}

/** A batch as it comes from another party. */
export type StreamedBatch = Readonly<{
  from: Party;
  /** The newest epoch that the sender knew, not the one in which the batch was written. */
  epoch: number;
  seq: number;
  /** Chain hash of the batch before. */
  previousChain: string;
}>;

/** Where a journal durably ends. */
export type StreamHead = Readonly<{ seq: number; chain: string }>;

export type Take = 'take' | 'had' | 'gap' | 'diverged' | 'refused' | 'behind';

/**
 * Whether a follower appends a batch (H12, H13). `refused` is for good; `behind` means that the
 * charter must be read first; `gap` that the stream must go back to the head.
 */
export function takesBatch(state: PartyState, head: StreamHead, batch: StreamedBatch): Take {
  switch (state.kind) {
    case 'follow-catching-up':
    case 'follow-shadow':
    case 'follow-joint':
      break;
    default:
      return 'refused';
  }
  if (batch.epoch > state.entry.epoch) return 'behind';
  if (batch.epoch < state.entry.epoch) return 'refused';
  if (!isSameParty(batch.from, state.entry.owner)) return 'refused';
  if (batch.seq <= head.seq) return 'had';
  if (batch.seq !== head.seq + 1) return 'gap';
  return batch.previousChain === head.chain ? 'take' : 'diverged';
}
