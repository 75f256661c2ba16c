// What must fit before a hand-over begins. Rules: docs/spec/handover.md (H2, H30).

import { isSameParty } from './charter-rules.ts';
import type { HandoverRefusal, PartyEvent, PartyState } from './party-state.ts';

/** The version of the messages between parties, carried by every one of them. */
export const HANDOVER_VERSION = 1;
/** The oldest version that this one still understands. */
export const HANDOVER_VERSION_MIN = 1;

export type Misfit = Readonly<{ reason: HandoverRefusal; detail: string }>;

/** Why a hand-over cannot begin, or `undefined` when it can. */
export function misfitOfStart(
  state: Extract<PartyState, { readonly kind: 'owning' }>,
  { plan, followerVersion }: Extract<PartyEvent, { readonly kind: 'start' }>,
): Misfit | undefined {
  if (isSameParty(plan.follower, state.me)) {
    const detail = `${state.me.operator}/${state.me.site} owns the cell already; name another party`;
    return { reason: 'same-party', detail };
  }
  return misfitOfVersion(followerVersion);
}

/** H30: why messages of that version cannot be understood here, or `undefined` when they can. */
export function misfitOfVersion(version: number): Misfit | undefined {
  if (version >= HANDOVER_VERSION_MIN && version <= HANDOVER_VERSION) return undefined;
  const detail =
    `the other side speaks version ${version} of the hand-over, this side ` +
    `${HANDOVER_VERSION_MIN} to ${HANDOVER_VERSION}; nothing was changed, upgrade the older side`;
  return { reason: 'protocol-version', detail };
}
