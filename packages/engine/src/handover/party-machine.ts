// Hand-over, failover and growth of one cell, as one party sees it. Pure: no clock, no I/O, no
// randomness. The same machine runs at the owner and at the follower; the charter decides which.
//
//   owner     owning ─ seeding ─ catching-up ─ shadow ─ arming ─ joining ─ joint ─ sealing ─ sealed
//                ▲                                                           │                 │
//                ├──────────────────── leave ◄───────── leaving ◄────────────┤                 │
//                └──────────────────── leave ◄─────────────────────────────────────────────────┤
//   follower  idle ─ follow-seeding ─ follow-catching-up ─ follow-shadow       promote        cede
//                                            ▲                  │ join           │             │
//                                            │            follow-joint ─ follow-sealed ─► owning
//                                            ├─ leave ─────────┴── fencing ──────┘ promote ──► owning
//                                            └─ returning ◄── an owner that was replaced
//
// Rules: docs/spec/handover.md. What may be acknowledged in each state is in ack-rule.ts.
//
// Why it is safe: no party ever believes that it won. It sends an entry, and what it becomes it
// reads in the charter (learn-charter.ts), where one entry of each epoch is. While an entry is in
// flight the party acknowledges only what it could under every entry that may be recorded.

import type { Cut } from './charter-rules.ts';
import {
  agreeCede,
  agreeJoin,
  copyAgain,
  destroyAgain,
  destroyed,
  fence,
  follow,
  force,
  judgeCopy,
  judgeJoint,
  promote,
  promoteAgain,
  report,
  retire,
  returned,
  seeded,
  setAsideAgain,
  takeSeal,
} from './follower-side.ts';
import { learnCharter, refuse, stay } from './learn-charter.ts';
import type { Charter } from './learn-charter.ts';
import {
  arm,
  askJoin,
  decide,
  followPhase,
  heardArming,
  heardJoint,
  heardOnly,
  join,
  joinAgain,
  leaveAgain,
  seal,
  sealed,
  start,
  stopApprentice,
  stopArming,
  stopJoint,
  stopSealed,
  stopSealing,
  tickSealed,
} from './owner-side.ts';
import type { HandoverRefusal, PartyEvent, PartyState, Step } from './party-state.ts';

type Kind = PartyState['kind'];
type EventKind = PartyEvent['kind'];
type Handler<S extends Kind, E extends EventKind> = (
  state: Extract<PartyState, { readonly kind: S }>,
  event: Extract<PartyEvent, { readonly kind: E }>,
) => Step;

/** The columns of the table: what people tell, what is found out at home, what others say. */
const COLUMNS = [
  ...(['start', 'follow', 'cut', 'stop', 'promote', 'force', 'retire'] as const),
  ...(['go', 'tick', 'seal', 'copy', 'fenced', 'done'] as const),
  ...(['charter', 'report', 'answer', 'asked', 'seal-taken'] as const),
] as const satisfies readonly EventKind[];

type RowOf<S extends Kind, Columns extends readonly EventKind[]> = {
  readonly [I in keyof Columns]: Handler<S, Columns[I]>;
};
type Row<S extends Kind> = RowOf<S, typeof COLUMNS>;
/** One handler for each state and event, so that a forgotten pair does not compile. */
type Table = { readonly [S in Kind]: Row<S> };

/** Late, repeated or out of order: what it tells is no longer of interest here. */
const ____: (state: PartyState) => Step = (state) => stay(state);
const charter: (state: PartyState, event: Charter) => Step = learnCharter;

const refusal =
  (reason: HandoverRefusal, detail: string): ((state: PartyState) => Step) =>
  (state) =>
    refuse(state, reason, detail);

const wrong: (state: PartyState) => Step = (state) =>
  refuse(state, 'wrong-state', `that cannot be done while this party is ${state.kind}`);
/** H29. */
const twice = refusal('already-running', 'a hand-over of this cell is running; stop it first');
const await_ = refusal(
  'undecided',
  'an entry is on its way to the charter; its outcome comes first',
);
const inSeal = refusal('sealed', 'the epoch is sealed; the charter decides who goes on');
const noJoin = refusal(
  'no-joint-copy',
  'this copy was never joint, so acknowledged ops may be missing in it; only force can promote it',
);
const noCopy = refusal('no-copy', 'there is no whole copy here that could be forced');
const isJoint = refusal(
  'wrong-state',
  'this copy is joint: nothing is lost by promoting it, so nothing has to be forced',
);
const needed = refusal('still-needed', 'the owner counts on this copy; it has to leave first');

// prettier-ignore
const TABLE: Table = {
  // Each row, in three lines:
  // start  follow  cut     stop            promote  force    retire
  // go     tick    seal    copy            fenced   done
  // charter        report  answer          asked    seal-taken

  // Holds no copy, or none that is worth anything. Acknowledges nothing.
  // A crash here means nothing: there is nothing to lose.
  idle: [
    wrong, follow, wrong,  ____,           noJoin,  noCopy,  wrong,
    ____,  report, ____,   ____,           ____,    ____,
    charter,       ____,   ____,           ____,    ____],

  // Owner alone. Acknowledged means durable here.
  // A crash here means a restart of the same epoch; nobody else can own the cell meanwhile.
  owning: [
    start, wrong,  wrong,  ____,           wrong,   wrong,   wrong,
    ____,  ____,   ____,   ____,           ____,    ____,
    charter,       ____,   ____,           ____,    ____],

  // Owner alone, and a follower fetches the snapshot. Nothing the follower does can slow an answer.
  // A crash here means that the follower resumes from its own disk.
  seeding: [
    twice, wrong,  wrong,  stopApprentice, wrong,   wrong,   wrong,
    ____,  ____,   ____,   ____,           ____,    ____,
    charter,  followPhase, ____,           ____,    ____],

  // Owner alone; the follower's journal is a prefix of this one.
  // A crash here means the same as in `seeding`; the follower's next report tells how far it is.
  'catching-up': [
    twice, wrong,  wrong,  stopApprentice, wrong,   wrong,   wrong,
    ____,  ____,   ____,   ____,           ____,    ____,
    charter,  followPhase, ____,           ____,    ____],

  // Owner alone; the follower is close, and its reads are compared at equal seq.
  // A crash here means the same as in `seeding`.
  shadow: [
    twice, wrong,  wrong,  stopApprentice, wrong,   wrong,   wrong,
    arm,   ____,   ____,   ____,           ____,    ____,
    charter,  followPhase, ____,           ____,    ____],

  // Owner by a solo entry that acknowledges jointly of its own accord. `throughSeq` is at or above
  // everything acknowledged alone.
  // A crash here means `seeding` again: no join was sent, so solo is still the rule.
  arming: [
    twice, wrong,  wrong,  stopArming,     wrong,   wrong,   wrong,
    ____,  askJoin, ____,  ____,           ____,    ____,
    charter,  heardArming, join,           ____,    ____],

  // The join was sent and may be recorded at any time, also much later. The follower holds all that
  // was acknowledged, and nothing more is acknowledged without it.
  // A crash here means the same state again, for it was persisted before the join was sent.
  joining: [
    twice, wrong,  wrong,  await_,         wrong,   wrong,   wrong,
    ____,  joinAgain, ____, ____,          ____,    ____,
    charter,  heardOnly,   ____,           ____,    ____],

  // Owner under the joint rule. Acknowledged means durable at both.
  // A crash here means that the follower may be promoted; it has everything acknowledged.
  joint: [
    twice, wrong,  seal,   stopJoint,      wrong,   wrong,   wrong,
    ____,  ____,   ____,   ____,           ____,    ____,
    charter,  heardJoint,  ____,           ____,    ____],

  // As joint, with a leave on its way that the follower's promote may beat.
  // A crash here means `joint` again: the rule is the same, and the charter tells who won.
  leaving: [
    twice, wrong,  await_, ____,           wrong,   wrong,   wrong,
    ____,  leaveAgain, ____, ____,         ____,    ____,
    charter,  heardOnly,   ____,           ____,    ____],

  // Admits nothing more; the seal is queued behind all that was admitted.
  // A crash here means `sealed` when the seal reached the journal, else `joint`.
  sealing: [
    twice, wrong,  inSeal, stopSealing,    wrong,   wrong,   wrong,
    ____,  ____,   sealed, ____,           ____,    ____,
    charter,  heardOnly,   ____,           ____,    ____],

  // The seal is the last batch of the epoch, here and for ever. Waiting answers go out when the
  // follower has the seal too. A cede and a leave may both be on their way.
  // A crash here means the same state again, read from the journal.
  sealed: [
    twice, wrong,  inSeal, stopSealed,     wrong,   wrong,   wrong,
    ____,  tickSealed, ____, ____,         ____,    ____,
    charter,  heardOnly,   decide,         ____,    ____],

  // A copy is being fetched; what is here has holes. Takes no batches.
  // A crash here means that fetching goes on from what is on disk.
  'follow-seeding': [
    wrong, wrong,  wrong,  ____,           noJoin,  noCopy,  retire,
    ____,  copyAgain, ____, seeded,        ____,    ____,
    charter,       ____,   ____,           ____,    ____],

  // The journal here is a prefix of the owner's.
  // A crash here means that the stream goes on after the last durable batch.
  'follow-catching-up': [
    wrong, wrong,  wrong,  ____,           noJoin,  force,   retire,
    ____,  report, ____,   judgeCopy,      ____,    ____,
    charter,       ____,   ____,           ____,    ____],

  // As before, and close. May have signed a join that is recorded at any time.
  // A crash here means the same: the charter tells whether the rule became joint.
  'follow-shadow': [
    wrong, wrong,  wrong,  ____,           noJoin,  force,   retire,
    ____,  report, ____,   judgeCopy,      ____,    ____,
    charter,       ____,   ____,           agreeJoin, ____],

  // Holds everything acknowledged, and can be promoted by an entry that it alone signs.
  // A crash here means that the owner acknowledges nothing until it leaves or this party is back.
  'follow-joint': [
    wrong, wrong,  wrong,  ____,           fence,   isJoint, needed,
    ____,  report, ____,   judgeJoint,     ____,    ____,
    charter,       ____,   ____,           ____,    takeSeal],

  // As before, and the seal is in the journal here: no batch of this epoch follows it.
  // A crash here means the same state again, read from the journal.
  'follow-sealed': [
    wrong, wrong,  wrong,  ____,           fence,   isJoint, needed,
    ____,  report, ____,   ____,           ____,    ____,
    charter,       ____,   ____,           agreeCede, ____],

  // Takes no batch of this epoch any more, so the old owner can acknowledge nothing. A promote is
  // on its way that the owner's leave may beat.
  // A crash here means the same state again: the fence is on disk before the cut is taken.
  fencing: [
    wrong, wrong,  wrong,  ____,           await_,  await_,  needed,
    ____,  promoteAgain, ____, ____,       promote, ____,
    charter,       ____,   ____,           ____,    ____],

  // Was replaced while its journal went on. What lies beyond the cut was never acknowledged (after
  // `force`: the entry says so), and is moved aside before anything of the new owner is taken.
  // A crash here means that it is moved aside again: moving twice is moving once.
  returning: [
    wrong, wrong,  wrong,  ____,           noJoin,  noCopy,  wrong,
    ____,  setAsideAgain, ____, ____,      ____,    returned,
    charter,       ____,   ____,           ____,    ____],

  // Keys and files are being destroyed, on order and with a certificate.
  // A crash here means that destroying goes on; nothing here is used again.
  retiring: [
    wrong, wrong,  wrong,  ____,           noJoin,  noCopy,  wrong,
    ____,  destroyAgain, ____, ____,       ____,    destroyed,
    charter,       ____,   ____,           ____,    ____],

  // Nothing is left but the inventory. Final.
  // A crash here means nothing.
  retired: [
    wrong, wrong,  wrong,  ____,           noJoin,  noCopy,  wrong,
    ____,  ____,   ____,   ____,           ____,    ____,
    charter,       ____,   ____,           ____,    ____],
};

/** All states, in the order of the table. */
export const PARTY_STATES = Object.keys(TABLE) as readonly Kind[];
/** All events, in the order of the table. */
export const PARTY_EVENTS: readonly EventKind[] = COLUMNS;

/**
 * What a party becomes and has to do. The new state is in force when its effects have been done in
 * order; of the acknowledge rule, whichever is stricter of the two states holds meanwhile.
 */
export function step(state: PartyState, event: PartyEvent): Step {
  // `Table` pairs every handler with its own state and event. TypeScript cannot follow the two
  // look-ups together, so the pairing is asserted here and nowhere else.
  const handler = TABLE[state.kind][COLUMNS.indexOf(event.kind)] as (
    state: PartyState,
    event: PartyEvent,
  ) => Step;
  return handler(state, event);
}

/** What a restart finds: the seal, when it is the last batch and of the newest known epoch. */
export type Found = Readonly<{ seal: Cut | undefined; nowMs: number }>;

/** The state after a restart, from the one persisted last and the journal (H24). */
export function recover(stored: PartyState, { seal: cut, nowMs }: Found): PartyState {
  const { me, entry } = stored;
  if (entry === undefined) return stored;
  switch (stored.kind) {
    case 'arming':
      return { kind: 'seeding', me, entry, plan: stored.plan };
    case 'joining':
      return { ...stored, followerSeq: 0 };
    case 'joint':
    case 'leaving':
    case 'sealing':
    case 'sealed':
      if (cut === undefined) return { kind: 'joint', me, entry, followerSeq: 0 };
      return {
        kind: 'sealed',
        me,
        entry,
        followerSeq: 0,
        sinceMs: nowMs,
        cut,
        decision: undefined,
      };
    case 'follow-joint':
    case 'follow-sealed':
      if (cut === undefined) return { kind: 'follow-joint', me, entry };
      return { kind: 'follow-sealed', me, entry, cut };
    case 'fencing':
      return { ...stored, promote: undefined };
    default:
      return stored;
  }
}
