// Everything that the explorer takes from the product, in one record, so that a test can put one
// broken rule in the place of a real one and see which invariant finds it.

import { ackableSeq, admission, takesBatch } from '../ack-rule.ts';
import { mayAppend } from '../charter-rules.ts';
import type { Cut } from '../charter-rules.ts';
import { newerEntry, route, takesSubtotal } from '../gateway-route.ts';
import { recover, step } from '../party-machine.ts';
import type { PartyState } from '../party-state.ts';
import { cutOf, SEAL } from './world.ts';
import type { Journal, Shown } from './world.ts';

const OWNER_KINDS: ReadonlySet<PartyState['kind']> = new Set([
  ...(['owning', 'seeding', 'catching-up', 'shadow', 'arming'] as const),
  ...(['joining', 'joint', 'leaving', 'sealing', 'sealed'] as const),
]);

export const isOwnerKind = (state: PartyState): boolean => OWNER_KINDS.has(state.kind);

/** What the journal counts to: every name once. */
function countOf(journal: Journal): number {
  const seen = new Set<number>();
  for (const { name } of journal) if (name !== SEAL) seen.add(name);
  return seen.size;
}

/** What a reader is told. */
function display(shown: Shown | undefined): number | 'unknown' {
  return shown === undefined ? 'unknown' : shown.value;
}

export const REAL_RULES = {
  step,
  recover,
  ackableSeq,
  admission,
  takesBatch,
  mayAppend,
  route,
  newerEntry,
  takesSubtotal,
  countOf,
  display,
  /** How far a party publishes what it counted. */
  publishableSeq: ackableSeq,
  /** Whether those who wait for an answer go on waiting; else they are told to ask the owner. */
  isWaitedFor: isOwnerKind,
  /** The cut that goes into a seal or a promote. */
  takeCut: (journal: Journal): Cut => cutOf(journal, countOf(journal)),
  /** How much of the owner's journal a copy brings that calls itself whole. */
  copyOf: (journal: Journal): Journal => journal,
  /** The journal after a tail was set aside. */
  setAside: (journal: Journal, seq: number): Journal => journal.slice(0, seq),
};

export type Rules = Readonly<typeof REAL_RULES>;
