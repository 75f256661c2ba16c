// Which party of a cell somebody is who proved to hold a key.

import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { WireParty } from '../signed/wire-key.ts';

/** Owner or follower of the newest entry, or the follower of a hand-over that has begun. */
export function knownParty(
  state: PartyState,
  claimed: Pick<WireParty, 'operator' | 'site' | 'publicKey'>,
): Party | undefined {
  const { entry } = state;
  const parties = [
    entry?.owner,
    entry?.follower,
    'plan' in state ? state.plan.follower : undefined,
  ];
  return parties.find(
    (party) =>
      party?.publicKey === claimed.publicKey &&
      party.operator === claimed.operator &&
      party.site === claimed.site,
  );
}
