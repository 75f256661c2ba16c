// Mistakes that a hand-over can be built with, most of them made before by others. Each is one rule
// in the place of a real one; the explorer must find the invariant that it breaks.

import type { CharterBody } from '../charter-rules.ts';
import type { PartyEffect, PartyEvent, PartyState, Step } from '../party-state.ts';
import type { Invariant } from './invariants.ts';
import { isOwnerKind, REAL_RULES } from './rules.ts';
import type { Rules } from './rules.ts';
import { SEAL } from './world.ts';
import type { Config, Journal } from './world.ts';

export type Bug = Readonly<{
  name: string;
  /** Who is known to have had it, or what it comes to. */
  note: string;
  breaks: Invariant;
  config: Partial<Config>;
  rules: Partial<Rules>;
}>;

type Kind = PartyState['kind'];
type StepRule = Rules['step'];

const { ackableSeq, admission, mayAppend, recover, step, takesBatch } = REAL_RULES;

/** The real step, but for one pair of state and event. */
function stepWith(
  kind: Kind,
  event: PartyEvent['kind'],
  instead: (state: PartyState, event: PartyEvent) => Step | undefined,
): StepRule {
  return (state, told) => {
    const isIt = state.kind === kind && told.kind === event;
    return (isIt ? instead(state, told) : undefined) ?? step(state, told);
  };
}

/** The real step, without an effect that it asks for. */
function without(kind: Kind, event: PartyEvent['kind'], effect: PartyEffect['kind']): StepRule {
  return stepWith(kind, event, (state, told) => {
    const { state: next, effects } = step(state, told);
    return { state: next, effects: effects.filter((one) => one.kind !== effect) };
  });
}

/** The real rule, but `seq` alone decides in some states. */
const acksAlone =
  (...kinds: readonly Kind[]): Rules['ackableSeq'] =>
  (state, ownSeq) =>
    kinds.includes(state.kind) ? ownSeq : ackableSeq(state, ownSeq);

/** Owner already, though the charter has not said so. */
function believed(state: PartyState, body: CharterBody | undefined): Step | undefined {
  if (body === undefined) return undefined;
  const next: PartyState = { kind: 'owning', me: state.me, entry: body };
  const effects: PartyEffect[] = [
    { kind: 'append', body },
    { kind: 'persist', state: next },
  ];
  return { state: next, effects };
}

function appended(state: PartyState, event: PartyEvent): CharterBody | undefined {
  return step(state, event).effects.find((effect) => effect.kind === 'append')?.body;
}

const withoutLast = (journal: Journal): Journal => journal.slice(0, -1);

const CRASH = { crashes: 1 } as const;

export const BUGS: readonly Bug[] = [
  {
    name: 'the owner acknowledges alone under the joint rule',
    note: 'the owner leaves joint on its own',
    breaks: 'NoLoss',
    config: {},
    rules: { ackableSeq: acksAlone('joint') },
  },
  {
    name: 'the owner acknowledges alone until the join is recorded',
    note: 'the rule in the charter is taken for the rule that is in force',
    breaks: 'NoLoss',
    config: {},
    rules: { ackableSeq: acksAlone('arming', 'joining') },
  },
  {
    name: 'the owner acknowledges alone as soon as its leave is sent',
    note: 'an append in flight is taken for recorded',
    breaks: 'NoLoss',
    config: { turns: 3 },
    rules: { ackableSeq: acksAlone('leaving') },
  },
  {
    name: 'an owner that was replaced still answers those who wait',
    note: 'SERVER-100155: stopped is not the end of what is in flight',
    breaks: 'NoLoss',
    config: {},
    rules: { ackableSeq: acksAlone('returning'), isWaitedFor: () => true },
  },
  {
    name: 'joins before the follower has what was acknowledged alone',
    note: 'vitess#6951: switch without catching up',
    breaks: 'NoLoss',
    config: {},
    rules: {
      step: stepWith('shadow', 'go', (state) => step(state, { kind: 'go', ownSeq: 0 })),
    },
  },
  {
    name: 'a join that was sent is called off',
    note: 'a late append comes true after its sender gave it up',
    breaks: 'NoLoss',
    config: { turns: 3 },
    rules: {
      step: stepWith('joining', 'stop', ({ me, entry }) => {
        if (entry === undefined) return undefined;
        const state: PartyState = { kind: 'owning', me, entry };
        return { state, effects: [{ kind: 'persist', state }] };
      }),
    },
  },
  {
    name: 'a join is sent without a record of it',
    note: 'durable record before each effect',
    breaks: 'NoLoss',
    config: CRASH,
    rules: { step: without('arming', 'answer', 'persist') },
  },
  {
    name: 'a follower goes on taking batches while it asks to be promoted',
    note: 'bookkeeper#2614: recovery without the fence',
    breaks: 'SealFinal',
    config: {},
    rules: {
      takesBatch: (state, head, batch) =>
        takesBatch(
          state.kind === 'fencing' ? { ...state, kind: 'follow-joint' } : state,
          head,
          batch,
        ),
    },
  },
  {
    name: 'the fence is forgotten in a crash',
    note: 'a fence in memory fences nothing',
    breaks: 'SealFinal',
    config: CRASH,
    rules: { step: without('follow-joint', 'promote', 'persist') },
  },
  {
    name: 'the cut of a promote is taken before the fence',
    note: 'vitess#16563: position stored before the last writes ended',
    breaks: 'SealFinal',
    config: {},
    rules: {
      takeCut: (journal) =>
        journal.at(-1)?.name === SEAL
          ? REAL_RULES.takeCut(journal)
          : REAL_RULES.takeCut(withoutLast(journal)),
    },
  },
  {
    name: 'the cut is read beside the seal',
    note: 'ghostferry: stop flag before target position',
    breaks: 'SealFinal',
    config: {},
    rules: {
      takeCut: (journal) =>
        journal.at(-1)?.name === SEAL
          ? REAL_RULES.takeCut(withoutLast(journal))
          : REAL_RULES.takeCut(journal),
    },
  },
  {
    name: 'ops are admitted behind the seal',
    note: 'vitess#9481: late work is waited for instead of refused',
    breaks: 'SealFinal',
    config: {},
    rules: {
      admission: (state, epoch) => (state.kind === 'sealed' ? 'admit' : admission(state, epoch)),
    },
  },
  {
    name: 'a seal is taken back when the pause gets too long',
    note: 'un-seal on abort',
    breaks: 'SealFinal',
    config: {},
    rules: {
      step: stepWith('sealed', 'tick', ({ me, entry }) =>
        entry === undefined
          ? undefined
          : { state: { kind: 'joint', me, entry, followerSeq: 0 }, effects: [] },
      ),
    },
  },
  {
    name: 'a seal is forgotten in a crash',
    note: 'the state on disk is believed, the journal not looked at',
    breaks: 'SealFinal',
    config: CRASH,
    rules: { recover: (stored, found) => recover(stored, { ...found, seal: undefined }) },
  },
  {
    name: 'the follower agrees to the cut before it holds it',
    note: 'roots are not compared',
    breaks: 'SealFinal',
    config: {},
    rules: {
      step: stepWith('follow-joint', 'asked', (state, event) =>
        event.kind === 'asked'
          ? { state, effects: [{ kind: 'answer', body: event.body, agrees: true }] }
          : undefined,
      ),
    },
  },
  {
    name: 'the registrar records without comparing epochs',
    note: 'valkey#2724: epoch bumped without agreement',
    breaks: 'OneDecision',
    config: { duplicates: 1 },
    rules: {
      mayAppend: (newest, candidate) =>
        mayAppend(
          newest === undefined
            ? undefined
            : { ...newest, epoch: (candidate.epoch - 1) as 1 & typeof newest.epoch },
          candidate,
        ),
    },
  },
  {
    name: 'a follower that was never joint is promoted',
    note: 'auto-reset after a gap: whatever copy there is will do',
    breaks: 'NoLoss',
    config: {},
    rules: {
      mayAppend: (newest, candidate) =>
        candidate.act === 'promote' && newest?.rule === 'solo'
          ? { kind: 'may', signers: [] }
          : mayAppend(newest, candidate),
      step: stepWith('follow-shadow', 'tick', ({ me, entry }) => {
        if (entry === undefined) return undefined;
        const state: PartyState = { kind: 'fencing', me, entry, reason: '', promote: undefined };
        return { state, effects: [{ kind: 'persist', state }] };
      }),
    },
  },
  {
    name: 'a follower believes that its promote was recorded',
    note: 'both sides take the cell',
    breaks: 'OneOwner',
    config: {},
    rules: {
      step: stepWith('fencing', 'fenced', (state, event) =>
        believed(state, appended(state, event)),
      ),
    },
  },
  {
    name: 'an owner believes that its leave was recorded',
    note: 'both sides take the cell',
    breaks: 'OneOwner',
    config: {},
    rules: {
      step: stepWith('joint', 'stop', (state, event) => believed(state, appended(state, event))),
    },
  },
  {
    name: 'dedup rows stay behind',
    note: 'kafka PR 13178, titen#104: names of ops do not go along',
    breaks: 'NoDouble',
    config: { duplicates: 1, turns: 3 },
    rules: {
      countOf: (journal) =>
        new Set(journal.flatMap(({ epoch, name }) => (name === SEAL ? [] : [`${epoch} ${name}`])))
          .size,
    },
  },
  {
    name: 'a tail is not set aside',
    note: 'kafka PR 22248: the journal goes on from a place that is not in the other',
    breaks: 'NoLoss',
    config: { turns: 5, ops: 2 },
    rules: { setAside: (journal) => journal },
  },
  {
    name: 'an old snapshot counts as a whole copy',
    note: 'what a follower once confirmed it no longer has',
    breaks: 'NoLoss',
    config: { broken: 1, turns: 3 },
    rules: { copyOf: withoutLast },
  },
  {
    name: 'a copy is dropped without a record of it',
    note: 'a copy with holes is promoted',
    breaks: 'NoLoss',
    config: { broken: 1, ...CRASH },
    rules: { step: without('follow-joint', 'copy', 'persist') },
  },
  {
    name: 'a batch of an earlier ownership is taken',
    note: 'ghostferry PR 176: nothing guards the target',
    breaks: 'NoLoss',
    config: { from: 'late-batch', ops: 3 },
    rules: {
      takesBatch: (state, head, batch) =>
        takesBatch(state, head, { ...batch, epoch: state.entry?.epoch ?? 0 }),
    },
  },
  {
    name: 'an entry is sent once',
    note: 'pgcopydb#427: stuck after a stop',
    breaks: 'DecidedMeansServable',
    config: { losses: 1 },
    rules: {
      step: (state, event) => (event.kind === 'tick' ? { state, effects: [] } : step(state, event)),
    },
  },
  {
    name: 'gateways never hear of a new owner',
    note: 'atproto: caches of 12 to 24 hours',
    breaks: 'DecidedMeansServable',
    config: { gateways: 'keep', ops: 1 },
    rules: { newerEntry: (known) => known },
  },
  {
    name: 'counts are published before the follower has them',
    note: 'a count falls when the follower is promoted',
    breaks: 'MonotoneDisplay',
    config: { hasDisplay: true, ops: 2 },
    rules: {
      publishableSeq: (state, ownSeq) => (isOwnerKind(state) ? ownSeq : 0),
    },
  },
  {
    name: 'the subtotal that came last is shown',
    note: 'an old owner that keeps publishing takes the count back',
    breaks: 'MonotoneDisplay',
    config: { hasDisplay: true },
    rules: { takesSubtotal: () => true },
  },
  {
    name: 'a party retires on the word of a person alone',
    note: 'a copy is destroyed before anybody has compared it',
    breaks: 'DestroyAfterAttest',
    config: { retires: true },
    rules: {
      step: (state, told) =>
        step(state, told.kind === 'retire' ? { ...told, isAttested: true } : told),
    },
  },
  {
    name: 'an owner retires',
    note: 'GitLab 2017: the one directory that was needed was removed',
    breaks: 'DestroyAfterAttest',
    config: { retires: true },
    rules: {
      step: stepWith('owning', 'retire', ({ me, entry }) =>
        entry === undefined
          ? undefined
          : { state: { kind: 'retiring', me, entry }, effects: [{ kind: 'destroy' }] },
      ),
    },
  },
  {
    name: 'a missing subtotal is shown as zero',
    note: 'what viewers saw in January 2026',
    breaks: 'NeverZero',
    config: { hasDisplay: true },
    rules: { display: (shown) => shown?.value ?? 0 },
  },
];

/** The rules with one bug in them. */
export const rulesWith = ({ rules }: Bug): Rules => ({ ...REAL_RULES, ...rules });
