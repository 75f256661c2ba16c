// Small questions about a party's state, asked by what runs the machine.

import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';

/** States without a journal that counts; in all others its end is known before the charter is. */
export const HAS_NO_JOURNAL: ReadonlySet<PartyState['kind']> = new Set([
  'idle',
  'follow-seeding',
  'returning',
  'retiring',
  'retired',
]);

/** Whom an owner in this state sends batches to. */
export function followerOf(state: PartyState): Party | undefined {
  if ('plan' in state) return state.plan.follower;
  switch (state.kind) {
    case 'joint':
    case 'leaving':
    case 'sealing':
    case 'sealed':
      return state.entry.follower;
    default:
      return undefined;
  }
}
