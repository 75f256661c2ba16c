// What a follower does about each event. The table of all states and events is in party-machine.ts.

import { isEqualCut, isEqualParty } from './charter-rules.ts';
import type { CharterBody } from './charter-rules.ts';
import { keep, refuse, stay } from './learn-charter.ts';
import type { In, On } from './owner-side.ts';
import type { Step } from './party-state.ts';

type Following = In<'follow-catching-up' | 'follow-shadow' | 'follow-joint'>;

/** The operator of this party agrees to hold a copy. */
export function follow(state: In<'idle'>): Step {
  const { me, entry } = state;
  if (entry === undefined) return refuse(state, 'no-copy', 'the charter does not know this cell');
  return keep({ kind: 'follow-seeding', me, entry }, { kind: 'copy' });
}

export function report(state: In<'idle'> | Following | In<'follow-sealed'>): Step {
  return stay(state, { kind: 'report' });
}

export function copyAgain(state: In<'follow-seeding'>): Step {
  return stay(state, { kind: 'copy' }, { kind: 'report' });
}

export function seeded(state: In<'follow-seeding'>, { finding }: On<'copy'>): Step {
  const { me, entry } = state;
  if (finding === 'broken') return copyAgain(state);
  if (finding !== 'whole') return stay(state);
  return keep({ kind: 'follow-catching-up', me, entry }, { kind: 'report' });
}

export function judgeCopy(
  state: In<'follow-catching-up' | 'follow-shadow'>,
  { finding }: On<'copy'>,
): Step {
  const { me, entry } = state;
  switch (finding) {
    case 'broken':
      return dropCopy(state);
    case 'close':
      return stay({ kind: 'follow-shadow', me, entry }, { kind: 'report' });
    case 'behind':
      return stay({ kind: 'follow-catching-up', me, entry }, { kind: 'report' });
    case 'whole':
      return stay(state);
  }
}

export function judgeJoint(state: In<'follow-joint'>, { finding }: On<'copy'>): Step {
  return finding === 'broken' ? dropCopy(state) : stay(state);
}

/** H23: recorded before anything is dropped, so that a copy with holes is never promoted. */
function dropCopy({ me, entry }: Following): Step {
  return keep({ kind: 'follow-seeding', me, entry }, { kind: 'copy' }, { kind: 'report' });
}

/** Signing `join` promises nothing yet: what was taken stays, and the owner waits for it. */
export function agreeJoin(state: In<'follow-shadow'>, { body }: On<'asked'>): Step {
  const { me, entry } = state;
  const isFitting =
    body.act === 'join' &&
    body.epoch === entry.epoch + 1 &&
    isEqualParty(body.owner, entry.owner) &&
    body.follower !== undefined &&
    isEqualParty(body.follower, me);
  return stay(state, { kind: 'answer', body, agrees: isFitting });
}

/** H16: the follower's own cut against the owner's; nothing else makes it sign. */
export function agreeCede(state: In<'follow-sealed'>, { body }: On<'asked'>): Step {
  const isOfThisEpoch = body.act === 'cede' && body.epoch === state.entry.epoch + 1;
  if (!isOfThisEpoch || body.cut === undefined) return stay(state);
  return stay(state, { kind: 'answer', body, agrees: isEqualCut(body.cut, state.cut) });
}

export function takeSeal(state: In<'follow-joint'>, { cut }: On<'seal-taken'>): Step {
  const { me, entry } = state;
  return stay({ kind: 'follow-sealed', me, entry, cut }, { kind: 'report' });
}

/** H18: the fence is on disk before the cut is taken, and the cut is taken behind the fence. */
export function fence(
  state: In<'follow-joint' | 'follow-sealed'>,
  { reason }: On<'promote'>,
): Step {
  const { me, entry } = state;
  return keep({ kind: 'fencing', me, entry, reason, promote: undefined }, { kind: 'take-cut' });
}

/** H6: as `fence`, of a copy that may lack what was acknowledged. */
export function force(
  { me, entry }: In<'follow-catching-up' | 'follow-shadow'>,
  { reason }: On<'force'>,
): Step {
  return keep(
    { kind: 'fencing', me, entry, reason, promote: undefined, isForced: true },
    { kind: 'take-cut' },
  );
}

export function promote(state: In<'fencing'>, { cut }: On<'fenced'>): Step {
  const { me, entry, reason, isForced } = state;
  const body: CharterBody = {
    cell: entry.cell,
    epoch: (entry.epoch + 1) as CharterBody['epoch'],
    act: isForced === true ? 'force' : 'promote',
    owner: me,
    rule: 'solo',
    cut,
    reason,
    // What is forced is a step of no hand-over.
    ...(entry.handover === undefined || isForced === true ? {} : { handover: entry.handover }),
  };
  return stay({ ...state, promote: body }, { kind: 'append', body });
}

export function promoteAgain(state: In<'fencing'>): Step {
  if (state.promote === undefined) return stay(state, { kind: 'take-cut' });
  return stay(state, { kind: 'append', body: state.promote });
}

/** H20: what does not fit the owner's journal even before the cut is fetched anew. */
export function returned(state: In<'returning'>, { isGood }: On<'done'>): Step {
  const { me, entry } = state;
  if (!isGood) return keep({ kind: 'follow-seeding', me, entry }, { kind: 'copy' });
  return keep({ kind: 'follow-catching-up', me, entry }, { kind: 'report' });
}

export function setAsideAgain(state: In<'returning'>): Step {
  return stay(state, { kind: 'set-aside', cut: state.cut });
}

/** H28: nothing is destroyed that is needed or not yet vouched for. */
export function retire(
  state: In<'follow-seeding' | 'follow-catching-up' | 'follow-shadow'>,
  { isAttested }: On<'retire'>,
): Step {
  const { me, entry } = state;
  if (!isAttested) {
    const detail = 'the certificate lacks a signature of the owner, this party or the registrar';
    return refuse(state, 'not-attested', detail);
  }
  return keep({ kind: 'retiring', me, entry }, { kind: 'destroy' });
}

export function destroyAgain(state: In<'retiring'>): Step {
  return stay(state, { kind: 'destroy' });
}

export function destroyed(state: In<'retiring'>, { isGood }: On<'done'>): Step {
  const { me, entry } = state;
  return isGood ? keep({ kind: 'retired', me, entry }) : destroyAgain(state);
}
