// What must fit before a hand-over begins. Rules: docs/spec/handover.md (H2, H30).

import { isSameParty } from './charter-rules.ts';
import type { HandoverRefusal, PartyEvent, PartyState } from './party-state.ts';

/** What two parties of a cell do with each other, in the newest version that is known here. */
export const HANDOVER_VERSION = 1;
/** The oldest version that this one still takes. */
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
  return misfitOfVersions({ oldest: followerVersion, newest: followerVersion });
}

/** The versions of the hand-over that a party takes, from the oldest to the newest. */
type VersionsTaken = Readonly<{ oldest: number; newest: number }>;

/** H30: why a party that takes those cannot be understood here, or `undefined` when it can. */
export function misfitOfVersions({ oldest, newest }: VersionsTaken): Misfit | undefined {
  if (newest >= HANDOVER_VERSION_MIN && oldest <= HANDOVER_VERSION) return undefined;
  const older = oldest > HANDOVER_VERSION ? 'this' : 'the other';
  const detail =
    `the other side speaks version ${rangeText(oldest, newest)} of the hand-over and this side ` +
    `${rangeText(HANDOVER_VERSION_MIN, HANDOVER_VERSION)}; nothing was changed; bring ${older} ` +
    'side to the newer version of Holdfast first';
  return { reason: 'protocol-version', detail };
}

function rangeText(oldest: number, newest: number): string {
  return oldest === newest ? String(newest) : `${oldest} to ${newest}`;
}
