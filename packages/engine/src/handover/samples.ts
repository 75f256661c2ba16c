// One state of each kind, and the parties in them, for tests.

import type { Epoch, Jurisdiction, Seq } from '@holdfast/protocol/ids.ts';
import type { CharterBody, Cut, Party } from './charter-rules.ts';
import type { PartyState, Plan } from './party-state.ts';

export const A: Party = { operator: 'acme', site: 'east', publicKey: 'key-a', url: 'https://a' };
export const B: Party = { operator: 'bolt', site: 'north', publicKey: 'key-b', url: 'https://b' };
export const CUT: Cut = { seq: 7 as Seq, chain: 'c', likesHash: 'l', countsHash: 'n' };
export const PLAN: Plan = { handover: 'move-1', follower: B };

const CELL = 'us' as Jurisdiction;

/** The entry of an epoch: A founds 1, A and B join in 2; later ones are made with `next`. */
export function entryAt(epoch: 1 | 2): CharterBody {
  const both = { cell: CELL, epoch: epoch as Epoch, owner: A, reason: 'test' };
  if (epoch === 1) return { ...both, act: 'found', rule: 'solo' };
  return { ...both, act: 'join', rule: 'joint', follower: B, handover: PLAN.handover };
}

/** The entry that follows another. */
export function next(
  before: CharterBody,
  act: CharterBody['act'],
  owner: Party,
  more: Partial<CharterBody> = {},
): CharterBody {
  const epoch = (before.epoch + 1) as Epoch;
  return { cell: CELL, epoch, act, owner, rule: 'solo', reason: 'test', ...more };
}

export type States = { readonly [Kind in PartyState['kind']]: Extract<PartyState, { kind: Kind }> };

/** The newest epoch is 2, or 3 where it was decided; a follower that is heard of is at 4. */
export function sampleStates(): States {
  const alone = { me: A, entry: next(entryAt(1), 'renew', A) };
  const joint = { me: A, entry: entryAt(2), followerSeq: 4 };
  const apprentice = { me: B, entry: entryAt(1) };
  const held = { me: B, entry: entryAt(2) };
  const join = next(alone.entry, 'join', A, { rule: 'joint', follower: B });
  return {
    idle: { kind: 'idle', ...apprentice },
    owning: { kind: 'owning', ...alone },
    seeding: { kind: 'seeding', ...alone, plan: PLAN },
    'catching-up': { kind: 'catching-up', ...alone, plan: PLAN },
    shadow: { kind: 'shadow', ...alone, plan: PLAN },
    arming: {
      kind: 'arming',
      ...alone,
      plan: PLAN,
      throughSeq: 4,
      followerSeq: 4,
    },
    joining: {
      kind: 'joining',
      ...alone,
      plan: PLAN,
      join,
      followerSeq: 4,
    },
    joint: { kind: 'joint', ...joint },
    leaving: { kind: 'leaving', ...joint, leave: next(entryAt(2), 'leave', A) },
    sealing: { kind: 'sealing', ...joint, sinceMs: 0, stopped: undefined },
    sealed: { kind: 'sealed', ...joint, sinceMs: 0, cut: CUT, decision: undefined },
    'follow-seeding': { kind: 'follow-seeding', ...apprentice },
    'follow-catching-up': { kind: 'follow-catching-up', ...held },
    'follow-shadow': { kind: 'follow-shadow', ...held },
    'follow-joint': { kind: 'follow-joint', ...held },
    'follow-sealed': { kind: 'follow-sealed', ...held, cut: CUT },
    fencing: { kind: 'fencing', ...held, reason: 'lost', promote: undefined },
    returning: { kind: 'returning', me: A, entry: next(entryAt(2), 'promote', B), cut: CUT },
    retiring: { kind: 'retiring', me: A, entry: next(entryAt(2), 'cede', B, { cut: CUT }) },
    retired: { kind: 'retired', me: A, entry: next(entryAt(2), 'cede', B, { cut: CUT }) },
  };
}
