// What a ledger has accepted in all, by what people did: an owner says it along with each delivery,
// so that a follower which loses it can tell people what is lost, and not only in batches.

import type { MetaRow } from '@holdfast/engine/counting/rows.ts';
import { TALLY_SLOT } from '@holdfast/engine/counting/tallies.ts';

export type AcceptedOps = Readonly<{
  /** Ops of every kind and class. */
  ops: number;
  /** Of these the ones that count: likes, likes taken back, views. */
  likes: number;
  unlikes: number;
  views: number;
}>;

export const NOTHING_ACCEPTED: AcceptedOps = { ops: 0, likes: 0, unlikes: 0, views: 0 };

/** As of the batch of that row, which may lie before the end of the journal. */
export function acceptedOps({
  opsAccepted,
  books,
}: Pick<Readonly<MetaRow>, 'opsAccepted' | 'books'>): AcceptedOps {
  const counted = (kind: keyof typeof TALLY_SLOT): number => books[TALLY_SLOT[kind].counted] ?? 0;
  return {
    ops: opsAccepted,
    likes: counted('like'),
    unlikes: counted('unlike'),
    views: counted('view'),
  };
}

/** What `newer` has and `older` has not; none of it below 0. */
export function acceptedSince(older: AcceptedOps, newer: AcceptedOps): AcceptedOps {
  const since = (name: keyof AcceptedOps): number => Math.max(0, newer[name] - older[name]);
  return {
    ops: since('ops'),
    likes: since('likes'),
    unlikes: since('unlikes'),
    views: since('views'),
  };
}
