// What a hand-over is doing, in words that a person understands. Pure.

import { APPROVALS_NEEDED } from '@holdfast/protocol/console.ts';
import type {
  ConsoleApprovals,
  ConsoleSession,
  ConsoleStatus,
} from '@holdfast/protocol/console.ts';
import { UNKNOWN } from '../ui/text.ts';

export type Step = Readonly<{ title: string; what: string; states: readonly string[] }>;

/** The way of a hand-over, and the states of the machine in each part of it. */
export const STEPS: readonly Step[] = [
  {
    title: 'Copy',
    what: 'The data goes over in one piece. People notice nothing.',
    states: ['seeding'],
  },
  {
    title: 'Catch up',
    what: 'What came meanwhile is sent after. People notice nothing.',
    states: ['catching-up'],
  },
  {
    title: 'Compare',
    what: 'Both sides are compared at equal batches, until all gates have been green for a while.',
    states: ['shadow', 'arming', 'joining'],
  },
  {
    title: 'Acknowledge together',
    what: 'Nothing is acknowledged that is not on disk at both. It waits here for the approval.',
    states: ['joint', 'leaving'],
  },
  {
    title: 'Cut',
    what: 'Writes wait, both sides are compared once more, and one entry in the charter decides.',
    states: ['sealing', 'sealed'],
  },
  {
    title: 'Handed over',
    what: 'The other party owns the cell. This one follows it, and can take it back.',
    states: [],
  },
];

/** Index of the step that runs; `STEPS.length` when all are done, -1 when none runs. */
export function stepOf({ handover, state }: ConsoleStatus): number {
  if (handover === null || handover.mode === 'follow') return -1;
  if (handover.ended !== null) return handover.ended.outcome === 'handed-over' ? STEPS.length : -1;
  return STEPS.findIndex(({ states }) => states.includes(state));
}

/** Whether a hand-over that people asked for runs here. */
export function isRunning({ handover }: ConsoleStatus): boolean {
  return handover !== null && handover.ended === null && handover.mode !== 'follow';
}

/** Whether the charter gives the cell to this party, as far as it knows. */
export function isOwner({ owner, party }: ConsoleStatus): boolean {
  return owner !== null && owner.operator === party.operator && owner.site === party.site;
}

const PARTY_STATES: Readonly<Record<string, string>> = {
  owning: 'owns the cell and acknowledges alone',
  idle: 'owns nothing and holds no copy',
  returning: 'makes its copy fit the charter again',
  retiring: 'destroys its copy',
  retired: 'has destroyed its copy',
  fencing: 'takes over as the other side is lost',
};

/** What this party is, in half a sentence. */
export function partyText({ state, handover }: ConsoleStatus): string {
  if (state.startsWith('follow-')) return 'follows the owner and holds a copy';
  if (handover !== null && handover.ended === null && handover.mode === 'follow') {
    return 'owns the cell, and keeps the copy at the party before it up to date';
  }
  return PARTY_STATES[state] ?? 'owns the cell and is handing it over';
}

const PACES: Readonly<Record<ConsoleStatus['progress']['pace'], string>> = {
  unknown: UNKNOWN,
  throttled: 'throttled: this side holds back on purpose, so that people are served first',
  stalled: 'stalled: nothing arrives, though nothing holds it back',
  diverging: 'diverging: something arrives, and the lag grows all the same',
  converging: 'converging: the gap closes',
  idle: 'nothing left to send',
};

export function paceText(pace: ConsoleStatus['progress']['pace']): string {
  return PACES[pace];
}

/** Bytes of the copy that have yet to go; `null` while that is not known. */
export function bytesLeftOf({ copying }: ConsoleStatus['progress']): number | null {
  return copying === null ? null : Math.max(0, copying.bytesTotal - copying.bytes);
}

/** Why the copy goes no faster, in the words of the source; `undefined` when nothing holds it back. */
export function heldBackText({ copying }: ConsoleStatus['progress']): string | undefined {
  return copying === null || copying.heldBack === null ? undefined : `${copying.heldBack}.`;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** About so long, to be read by a person. */
export function durationText(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < SECOND_MS) return 'less than a second';
  if (ms < MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return `${(ms / HOUR_MS).toFixed(1)} h`;
}

export function nameOf(party: Readonly<{ operator: string; site: string }> | null): string {
  return party === null ? UNKNOWN : `${party.operator}/${party.site}`;
}

/** Why this person cannot approve now; `undefined` when they can. */
export function whyNotApprove(
  status: ConsoleStatus,
  approvals: ConsoleApprovals,
  session: ConsoleSession,
): string | undefined {
  if (session.role !== 'operator') return 'Viewers do not approve.';
  if (!isRunning(status)) return 'No hand-over is running.';
  if (status.handover?.mode !== 'approve') return 'This one was started to cut by itself.';
  if (status.state === 'sealing' || status.state === 'sealed') return 'The cut is being made.';
  if (status.state !== 'joint') {
    return 'It does not wait for approval yet: first both sides have to acknowledge together.';
  }
  if (approvals.byOperatorKey) return 'The operator’s key has approved it already.';
  if (approvals.persons.some(({ name }) => name === session.name)) {
    return 'You have approved. Somebody else has to approve too.';
  }
  const red = status.gates.filter(({ light }) => light === 'red');
  if (red.length > 0) return `Not while a gate is red: ${red.map(({ name }) => name).join(', ')}.`;
  return undefined;
}

/** How far the approval is, in a sentence. */
export function approvalText(
  { persons, byOperatorKey }: ConsoleApprovals,
  isOver: boolean,
): string {
  if (byOperatorKey) return 'Approved by the operator’s key, at the command line.';
  if (isOver) return 'Approved by different persons, each with a key of their own.';
  if (persons.length >= APPROVALS_NEEDED) {
    return 'Approved. The cut goes ahead as soon as every gate is green.';
  }
  return `${persons.length} of ${APPROVALS_NEEDED} persons have approved.`;
}

const GATES: Readonly<Record<string, string>> = {
  lag: 'Lag',
  compare: 'Equal on both sides',
  charter: 'Registrar answers',
  gateways: 'Gateways up to date',
  disk: 'Room on the other disk',
  clock: 'Clocks agree',
  target: 'The other party answers',
  version: 'Versions fit',
  cell: 'Same cell',
  party: 'Another party',
  copy: 'It can take a copy',
};

/** What a gate or a check looks at. */
export function gateTitle(name: string): string {
  return GATES[name] ?? name;
}
