// What a follower says of itself in answer to a delivery.

import type { FollowerPhase, PartyState } from '@holdfast/engine/handover/party-state.ts';
import { commitmentsOf, probe } from './batch-receiver.ts';
import type { CellCopy, CellRoles } from './party-ports.ts';
import type { Delivery, Report } from './peer.ts';

const PHASES: Readonly<Partial<Record<PartyState['kind'], FollowerPhase>>> = {
  'follow-seeding': 'seeding',
  'follow-catching-up': 'catching-up',
  'follow-shadow': 'shadow',
  'follow-joint': 'joint',
  'follow-sealed': 'sealed',
  fencing: 'sealed',
};

type Parts = Readonly<{
  roles: CellRoles;
  copy: Pick<CellCopy, 'freeBytes'>;
  nowMs: () => number;
}>;

/** The state of a follower as it is now; `accounts` as of when the delivery was taken. */
export async function followerReport(
  { roles, copy, nowMs }: Parts,
  state: PartyState,
  { beatMs, probes }: Delivery,
  accounts: Report['accounts'],
): Promise<Report> {
  const follower = roles.follower();
  const view = roles.view();
  return {
    kind: 'report',
    epoch: state.entry?.epoch ?? 0,
    phase: PHASES[state.kind] ?? 'none',
    seq: follower?.head.seq ?? 0,
    beatMs,
    applied: follower === undefined ? undefined : commitmentsOf(follower),
    probed: view === undefined || probes.length === 0 ? [] : await probe(view, probes),
    accounts,
    nowMs: nowMs(),
    freeBytes: copy.freeBytes(),
  };
}
