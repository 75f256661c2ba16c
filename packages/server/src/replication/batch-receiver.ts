// Takes the owner's deliveries at the follower: what the rules allow becomes durable here, and the
// answer says how far that is.
//
// Rules: docs/spec/handover.md (H12, H13, H16).

import { hashHex } from '@holdfast/engine/counting/set-hash.ts';
import type { VideoNo } from '@holdfast/engine/counting/numbers.ts';
import { shownLikes, shownViews } from '@holdfast/engine/counting/rows.ts';
import type { Follower } from '@holdfast/engine/engine/follower.ts';
import type { LedgerPosition } from '@holdfast/engine/engine/ledger.ts';
import type { RowView } from '@holdfast/engine/engine/row-view.ts';
import { takesBatch } from '@holdfast/engine/handover/ack-rule.ts';
import type { Take } from '@holdfast/engine/handover/ack-rule.ts';
import type { Cut, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import { isSeal } from '@holdfast/engine/journal/seal.ts';
import type { Commitments, Delivery, ProbedCounts } from './peer.ts';
import { PROBES_MAX } from '../cell/ledger-roles.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What became of a delivery. */
export type Taken = Readonly<{
  /** Why it stopped; `take` when everything was taken. */
  end: Take;
  /** Present when the seal was among it: the cut as this side computes it. */
  seal: Cut | undefined;
}>;

/** A position as the charter writes it. */
export function cutOf({ seq, chain, likesHash, countsHash }: LedgerPosition): Cut {
  return {
    seq,
    chain: hex(chain),
    likesHash: hashHex(likesHash),
    countsHash: hashHex(countsHash),
  };
}

/**
 * Takes what may be taken of a delivery, in order, and stops at the first record that may not.
 * Resolves when what was taken is durable. Rejects when the disk fails.
 */
export async function takeDelivery(
  follower: Follower,
  state: () => PartyState,
  from: Party,
  delivery: Delivery,
): Promise<Taken> {
  let { previousChain } = delivery;
  for (const record of delivery.records) {
    const { seq, hash } = follower.head;
    const batch = { from, epoch: delivery.epoch, seq: record.seq, previousChain };
    // Asked anew for each: a fence may have come down since the one before.
    const end = takesBatch(state(), { seq, chain: hex(hash) }, batch);
    previousChain = hex(record.hash);
    if (end === 'had') continue;
    if (end !== 'take') return { end, seal: undefined };
    await follower.take([record]);
    if (!isSeal(record)) continue;
    await follower.applied();
    return { end, seal: cutOf(follower.position) };
  }
  return { end: 'take', seal: undefined };
}

/** What this side has applied, for the owner to compare with its own at the same seq. */
export function commitmentsOf(follower: Follower): Commitments {
  return cutOf(follower.position);
}

/** Counts of the videos that the owner asked about, where they are known here. */
export async function probe(
  view: RowView,
  probes: readonly number[],
): Promise<readonly ProbedCounts[]> {
  const found: ProbedCounts[] = [];
  for (const video of probes.slice(0, PROBES_MAX)) {
    const row = await view.video(video as VideoNo);
    if (row?.no !== video) continue;
    const { seq, watchMs } = row;
    found.push({ video, seq, likes: shownLikes(row), views: shownViews(row), watchMs });
  }
  return found;
}
