// What to do next in a hand-over that somebody asked for: go on, cut, or stop. Pure.
//
// Rules: docs/spec/handover.md (H15, H17, H34, H37, H38).
//
// Why it may be wrong without harm: it only tells the machine what a person could tell it. The
// machine asks for the gates again at the cut, and the charter decides.

import { verdictOf } from '@holdfast/engine/handover/gates.ts';
import type { Gate } from '@holdfast/engine/handover/gates.ts';
import type { PartyState, Verdict } from '@holdfast/engine/handover/party-state.ts';

/** All gates are green for so long before both sides acknowledge, unless said otherwise. */
export const SETTLE_MS_DEFAULT = 2_000;
/** A gate that is red for less is an odd reading; a difference counts at once. */
export const RED_MS_MIN = 2_000;

/**
 * `auto` cuts when all is green, `approve` waits for a person's word, and `follow` keeps a copy at
 * the party that had the cell before, and neither joins nor cuts.
 */
export const HANDOVER_MODES = ['auto', 'approve', 'follow'] as const;
export type HandoverMode = (typeof HANDOVER_MODES)[number];

export type Intent = Readonly<{ mode: HandoverMode; isApproved: boolean }>;

/** What the pilot remembers from one look to the next. */
export type PilotMemory = Readonly<{
  greenSinceMs: number | undefined;
  redSinceMs: number | undefined;
}>;

export const NO_MEMORY: PilotMemory = { greenSinceMs: undefined, redSinceMs: undefined };

export type PilotAct = Readonly<
  | { kind: 'wait' }
  | { kind: 'go' }
  | { kind: 'cut'; verdict: Verdict }
  | { kind: 'stop'; reason: string }
>;

export type PilotLook = Readonly<{
  state: PartyState['kind'];
  gates: readonly Gate[];
  intent: Intent;
  settleMs: number;
  nowMs: number;
}>;

const WAIT: PilotAct = { kind: 'wait' };

/** What to do now, and what to remember. */
export function pilot(
  before: PilotMemory,
  look: PilotLook,
): Readonly<{ memory: PilotMemory; act: PilotAct }> {
  const { gates, nowMs, intent } = look;
  const verdict = verdictOf(gates);
  const red = gates.filter(({ light }) => light === 'red');
  const memory = {
    greenSinceMs: verdict.kind === 'green' ? (before.greenSinceMs ?? nowMs) : undefined,
    redSinceMs: red.length > 0 ? (before.redSinceMs ?? nowMs) : undefined,
  };
  if (intent.mode === 'follow') return { memory, act: WAIT };
  return { memory, act: actOf(look, memory, verdict, red) };
}

function actOf(
  { state, intent, settleMs, nowMs }: PilotLook,
  { greenSinceMs, redSinceMs }: PilotMemory,
  verdict: Verdict,
  red: readonly Gate[],
): PilotAct {
  switch (state) {
    case 'shadow': {
      const isSettled = greenSinceMs !== undefined && nowMs - greenSinceMs >= settleMs;
      return isSettled ? { kind: 'go' } : WAIT;
    }
    case 'arming':
    case 'joint':
    case 'sealing':
    case 'sealed': {
      const isDifference = red.some(({ name }) => name === 'compare');
      const isLong = redSinceMs !== undefined && nowMs - redSinceMs >= RED_MS_MIN;
      if (isDifference || isLong) return { kind: 'stop', reason: reasonOf(red) };
      const mayCut = intent.mode === 'auto' || intent.isApproved;
      if (state !== 'joint' || !mayCut || verdict.kind !== 'green') return WAIT;
      return { kind: 'cut', verdict };
    }
    default:
      return WAIT;
  }
}

function reasonOf(red: readonly Gate[]): string {
  return red.map(({ name, reason }) => `${name} is red: ${reason}`).join('; ');
}
