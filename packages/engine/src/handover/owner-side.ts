// What an owner does about each event. The table of all states and events is in party-machine.ts.

import { isEqualCut, isEqualParty } from './charter-rules.ts';
import type { CharterBody, Cut } from './charter-rules.ts';
import { keep, refuse, stay } from './learn-charter.ts';
import type { FollowerPhase, PartyEvent, PartyState, Step } from './party-state.ts';
import { misfitOfStart } from './preflight.ts';

/** Of the pause: when no agreement has come by then, the owner takes the cell back. */
export const AGREE_MS_MAX = 600;
/** Of the pause: when nothing is decided by then, the owner takes the cell back. */
export const PAUSE_MS_MAX = 900;

export type In<Kind extends PartyState['kind']> = Extract<PartyState, { readonly kind: Kind }>;
export type On<Kind extends PartyEvent['kind']> = Extract<PartyEvent, { readonly kind: Kind }>;

type Apprentice = In<'seeding' | 'catching-up' | 'shadow'>;
type Joint = In<'joint' | 'leaving' | 'sealing' | 'sealed'>;

/** The entry that follows the one that the owner knows. */
function nextEntry(
  { entry }: Readonly<{ entry: CharterBody }>,
  fields: Pick<CharterBody, 'act' | 'rule' | 'owner' | 'reason'> & Partial<CharterBody>,
): CharterBody {
  const { cell } = entry;
  return { cell, epoch: (entry.epoch + 1) as CharterBody['epoch'], ...fields };
}

function joinOf(state: In<'arming'>): CharterBody {
  const { handover, follower } = state.plan;
  const reason = 'both acknowledge from here on';
  const { owner } = state.entry;
  return nextEntry(state, { act: 'join', rule: 'joint', owner, follower, reason, handover });
}

function leaveOf(state: Joint, reason: string, cut?: Cut): CharterBody {
  const { owner, handover } = state.entry;
  return nextEntry(state, {
    act: 'leave',
    rule: 'solo',
    owner,
    reason,
    ...(cut === undefined ? {} : { cut }),
    ...(handover === undefined ? {} : { handover }),
  });
}

function cedeOf(state: In<'sealed'>): CharterBody | undefined {
  const { follower, handover } = state.entry;
  if (follower === undefined) return undefined;
  return nextEntry(state, {
    act: 'cede',
    rule: 'solo',
    owner: follower,
    cut: state.cut,
    reason: 'planned hand-over',
    ...(handover === undefined ? {} : { handover }),
  });
}

/** Whether two bodies decide the same thing. */
export function isSameDecision(left: CharterBody, right: CharterBody): boolean {
  return (
    left.cell === right.cell &&
    left.epoch === right.epoch &&
    left.act === right.act &&
    isEqualParty(left.owner, right.owner) &&
    areEqual(left.follower, right.follower, isEqualParty) &&
    areEqual(left.cut, right.cut, isEqualCut) &&
    left.handover === right.handover &&
    left.reason === right.reason
  );
}

function areEqual<Value>(
  left: Value | undefined,
  right: Value | undefined,
  equal: (left: Value, right: Value) => boolean,
): boolean {
  return left === undefined || right === undefined ? left === right : equal(left, right);
}

/** H29: begins a hand-over, or says why not. */
export function start(state: In<'owning'>, event: On<'start'>): Step {
  const misfit = misfitOfStart(state, event);
  if (misfit !== undefined) return refuse(state, misfit.reason, misfit.detail);
  const { me, entry } = state;
  return keep({ kind: 'seeding', me, entry, plan: event.plan });
}

/** The follower alone knows how far its copy is. */
export function followPhase(state: Apprentice, event: On<'report'>): Step {
  if (event.epoch !== state.entry.epoch) return stay(state);
  return stay({ ...state, kind: APPRENTICE_KIND[event.phase] });
}

const APPRENTICE_KIND: Readonly<Record<FollowerPhase, Apprentice['kind']>> = {
  none: 'seeding',
  seeding: 'seeding',
  'catching-up': 'catching-up',
  shadow: 'shadow',
  joint: 'shadow',
  sealed: 'shadow',
};

/** H10: from this step on nothing is acknowledged that the follower has not. */
export function arm(state: In<'shadow'>, { ownSeq }: On<'go'>): Step {
  return stay({ ...state, kind: 'arming', throughSeq: ownSeq, followerSeq: 0 });
}

export function heardArming(state: In<'arming'>, event: On<'report'>): Step {
  if (event.epoch !== state.entry.epoch) return stay(state);
  const followerSeq = Math.max(state.followerSeq, event.seq);
  if (event.phase !== 'shadow') return disarm(state);
  return askJoin({ ...state, followerSeq });
}

export function askJoin(state: In<'arming'>): Step {
  if (state.followerSeq < state.throughSeq) return stay(state);
  return stay(state, { kind: 'ask', body: joinOf(state) });
}

function disarm({ me, entry, plan }: In<'arming'>): Step {
  return stay({ kind: 'catching-up', me, entry, plan });
}

export function join(state: In<'arming'>, { body, agrees, signed }: On<'answer'>): Step {
  if (state.followerSeq < state.throughSeq || !isSameDecision(body, joinOf(state))) {
    return stay(state);
  }
  if (!agrees) return disarm(state);
  const { me, entry, plan, followerSeq } = state;
  // H11: from here on only the charter leads out, for the entry may be recorded at any time. So it
  // must be possible to send it for ever, also when the follower is gone.
  const countersigned = signed === undefined ? {} : { signed };
  return keep(
    { kind: 'joining', me, entry, plan, join: body, followerSeq, ...countersigned },
    { kind: 'append', body },
  );
}

export function joinAgain(state: In<'joining'>): Step {
  return stay(state, { kind: 'append', body: state.join });
}

export function stopApprentice(state: Apprentice, { by }: On<'stop'>): Step {
  // A gate that is red keeps the owner from arming; it does not end the copying.
  if (by === 'gate') return stay(state);
  return keep({ kind: 'owning', me: state.me, entry: state.entry });
}

export function stopArming(state: In<'arming'>, { by }: On<'stop'>): Step {
  if (by === 'gate') return disarm(state);
  return keep({ kind: 'owning', me: state.me, entry: state.entry });
}

function heard<State extends Joint | In<'joining'>>(state: State, event: On<'report'>): State {
  if (event.epoch !== state.entry.epoch) return state;
  return { ...state, followerSeq: Math.max(state.followerSeq, event.seq) };
}

export function heardOnly(
  state: In<'joining' | 'leaving' | 'sealing' | 'sealed'>,
  event: On<'report'>,
): Step {
  return stay(heard(state, event));
}

/** H17: a follower without its copy can acknowledge nothing, and must not be waited for. */
export function heardJoint(state: In<'joint'>, event: On<'report'>): Step {
  const isLost = event.phase !== 'joint' && event.phase !== 'sealed';
  if (event.epoch === state.entry.epoch && isLost) {
    return leave(state, 'the follower has lost its copy');
  }
  return stay(heard(state, event));
}

/** H17: the rule stays joint until the charter says otherwise. */
function leave(state: In<'joint'>, reason: string): Step {
  const body = leaveOf(state, reason);
  const { me, entry, followerSeq } = state;
  return stay({ kind: 'leaving', me, entry, leave: body, followerSeq }, { kind: 'append', body });
}

export function stopJoint(state: In<'joint'>, { reason }: On<'stop'>): Step {
  return leave(state, reason);
}

export function leaveAgain(state: In<'leaving'>): Step {
  return stay(state, { kind: 'append', body: state.leave });
}

/** H15: closes admission; the seal is queued behind everything that was admitted. */
export function seal(state: In<'joint'>, { verdict, nowMs }: On<'cut'>): Step {
  if (verdict.kind === 'held') return refuse(state, 'gates-held', verdict.reasons.join('; '));
  const { me, entry, followerSeq } = state;
  return stay(
    { kind: 'sealing', me, entry, followerSeq, sinceMs: nowMs, stopped: undefined },
    { kind: 'write-seal' },
  );
}

/** The seal is queued and cannot be taken back; after it the owner takes the cell back. */
export function stopSealing(state: In<'sealing'>, { reason }: On<'stop'>): Step {
  return stay({ ...state, stopped: reason });
}

/** H16: the seal in the journal is the durable record; a restart reads it there. */
export function sealed(state: In<'sealing'>, event: On<'seal'>): Step {
  const { me, entry, followerSeq, sinceMs } = state;
  if (event.result === 'failed') {
    const joint: In<'joint'> = { kind: 'joint', me, entry, followerSeq };
    return state.stopped === undefined ? stay(joint) : leave(joint, state.stopped);
  }
  const { cut } = event;
  const next: In<'sealed'> = {
    kind: 'sealed',
    me,
    entry,
    followerSeq,
    sinceMs,
    cut,
    decision: undefined,
  };
  return state.stopped === undefined ? askCede(next) : takeBack(next, state.stopped);
}

function askCede(state: In<'sealed'>): Step {
  const body = cedeOf(state);
  return body === undefined ? stay(state) : stay(state, { kind: 'ask', body });
}

/** H17: never un-sealed: the cell goes on under a new epoch, after the cut. */
function takeBack(state: In<'sealed'>, reason: string): Step {
  const decision = leaveOf(state, reason, state.cut);
  return stay({ ...state, decision }, { kind: 'append', body: decision });
}

export function decide(state: In<'sealed'>, { body, agrees }: On<'answer'>): Step {
  const cede = cedeOf(state);
  if (state.decision !== undefined || cede === undefined) return stay(state);
  if (!isSameDecision(body, cede)) return stay(state);
  if (!agrees) return takeBack(state, 'the two sides differ at the cut');
  return stay({ ...state, decision: body }, { kind: 'append', body });
}

export function stopSealed(state: In<'sealed'>, { reason }: On<'stop'>): Step {
  return takeBack(state, reason);
}

export function tickSealed(state: In<'sealed'>, { nowMs }: On<'tick'>): Step {
  const pauseMs = nowMs - state.sinceMs;
  const { decision } = state;
  if (decision?.act === 'leave') return stay(state, { kind: 'append', body: decision });
  // Whichever of the two entries is recorded first is the decision; both are safe.
  if (pauseMs >= PAUSE_MS_MAX) return takeBack(state, `undecided after ${PAUSE_MS_MAX} ms`);
  if (decision !== undefined) return stay(state, { kind: 'append', body: decision });
  if (pauseMs >= AGREE_MS_MAX) return takeBack(state, `not agreed after ${AGREE_MS_MAX} ms`);
  return askCede(state);
}
