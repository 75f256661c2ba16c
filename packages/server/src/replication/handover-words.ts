// How a hand-over is named, how it has ended, and what it will do, in words. Pure.

import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import type { Ended, PartyName, RunningHandover } from './handover-status.ts';
import type { HandoverMode } from './pilot.ts';
import type { TargetFacts } from './target.ts';

/** States in which a person can stop a hand-over. */
export const MAY_STOP: ReadonlySet<PartyState['kind']> = new Set([
  'seeding',
  'catching-up',
  'shadow',
  'arming',
  'joint',
  'sealing',
  'sealed',
]);

/** The hand-over that an owner is in the middle of. */
export function handoverIn(state: PartyState): string | undefined {
  if ('plan' in state) return state.plan.handover;
  const { kind, entry } = state;
  const isJoint = kind === 'joint' || kind === 'leaving' || kind === 'sealing' || kind === 'sealed';
  return isJoint ? entry.handover : undefined;
}

/** Why nothing can be begun, stopped or approved here. */
export function whyNotHere(kind: PartyState['kind'], entry: CharterBody | undefined): string {
  if (kind === 'owning') return 'no hand-over is running here';
  if (entry === undefined) return 'the charter does not know this cell yet';
  const { operator, site, url } = entry.owner;
  return (
    `this party is ${kind} and does not decide: the charter gives the cell to ${operator}/${site} ` +
    `at ${url}; ask there, with the key of ${operator}`
  );
}

/** How a hand-over has ended, when this state is its end. */
export function endOf(
  running: RunningHandover,
  state: PartyState,
  atMs: number,
): Ended | undefined {
  const { kind, entry } = state;
  if (entry === undefined || kind === 'idle' || handoverIn(state) !== undefined) return undefined;
  const isOfIt = entry.handover === running.id;
  if (kind === 'owning') {
    const reason = isOfIt && entry.act === 'leave' ? entry.reason : 'it was stopped';
    return { outcome: 'aborted', reason, atMs };
  }
  return isOfIt && entry.act === 'cede'
    ? { outcome: 'handed-over', reason: entry.reason, atMs }
    : { outcome: 'aborted', reason: `the charter has another entry: ${entry.reason}`, atMs };
}

/** What a hand-over would do, step by step. */
export function stepsOf(
  copyBytes: number | undefined,
  { party, state }: TargetFacts,
  mode: HandoverMode,
): readonly string[] {
  const name = `${party.operator}/${party.site}`;
  const size = copyBytes === undefined ? 'an unknown number of' : String(copyBytes);
  return [
    state === 'idle' ? `copy ${size} bytes to ${name}` : `go on with the copy at ${name}`,
    'send batches as they come, until it is close, and compare both sides at equal batches',
    'when every gate is green, acknowledge at both sides (one entry in the charter: join)',
    mode === 'approve'
      ? 'wait until the cut is approved, with every gate green'
      : 'cut at once when every gate is green',
    `close, seal, compare, and give the cell to ${name} (one entry: cede), within 900 ms`,
    'write the certificate at both sides; this party then follows, and can take the cell back',
  ];
}

export function nameOf({ operator, site, url }: Party): PartyName {
  return { operator, site, url };
}
