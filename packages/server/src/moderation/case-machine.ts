// What can become of a case: reported, decided once, appealed once, decided again by somebody else.
// Pure: who and when come with each event.
//
//   open ── decide ──► decided ── appeal ──► appealed ── decide-appeal ──► closed
//
// Rules: docs/spec/moderation.md (MO10 to MO18).

import type {
  AppealOutcome,
  CaseStateKind,
  DecisionAction,
  DecisionGround,
  ReportReason,
} from '@holdfast/protocol/reports.ts';

/** A statement of reasons (the words of it are for the author; `rule` is public). */
export type Decision = Readonly<{
  /** Account of the moderator. */
  by: string;
  atMs: number;
  action: DecisionAction;
  ground: DecisionGround;
  rule: ReportReason;
  facts: string;
  /** Until when something is hidden; `null`: until an appeal changes it. */
  untilMs: number | null;
}>;

export type Appeal = Readonly<{ atMs: number; text: string }>;

export type AppealDecision = Readonly<{
  by: string;
  atMs: number;
  outcome: AppealOutcome;
  facts: string;
}>;

type Decided = Readonly<{ decision: Decision }>;
type Appealed = Decided & Readonly<{ appeal: Appeal }>;

export type CaseState = Readonly<
  | { kind: 'open' }
  | ({ kind: 'decided' } & Decided)
  | ({ kind: 'appealed' } & Appealed)
  | ({ kind: 'closed' } & Appealed & { appealDecision: AppealDecision })
>;

export type CaseEvent = Readonly<
  | { kind: 'report' }
  | { kind: 'note' }
  | { kind: 'decide'; decision: Decision }
  | { kind: 'appeal'; appeal: Appeal }
  | { kind: 'decide-appeal'; appealDecision: AppealDecision }
>;

export type CaseRefusal =
  /** The case was decided: a new report opens a new one. */
  | 'new-case'
  | 'already-decided'
  | 'not-decided'
  /** Nothing was done to what was reported, so there is nothing to appeal against. */
  | 'nothing-to-appeal'
  | 'already-appealed'
  | 'not-appealed'
  /** Who decided does not decide on the appeal. */
  | 'same-moderator'
  /** Nobody decides about what is their own. */
  | 'own-case';

export type CaseStep = Readonly<
  { kind: 'next'; state: CaseState } | { kind: 'refused'; code: CaseRefusal }
>;

type StateOf<Kind extends CaseStateKind> = Extract<CaseState, { kind: Kind }>;
type EventOf<Kind extends CaseEvent['kind']> = Extract<CaseEvent, { kind: Kind }>;
type Table = Readonly<{
  [State in CaseStateKind]: Readonly<{
    [Event in CaseEvent['kind']]: (state: StateOf<State>, event: EventOf<Event>) => CaseStep;
  }>;
}>;

const stay = (state: CaseState): CaseStep => ({ kind: 'next', state });
const refuse = (code: CaseRefusal) => (): CaseStep => ({ kind: 'refused', code });

/** Every state with every event; a cell that is missing does not compile. */
const TABLE: Table = {
  open: {
    report: stay,
    note: stay,
    decide: (_state, { decision }) => stay({ kind: 'decided', decision }),
    appeal: refuse('not-decided'),
    'decide-appeal': refuse('not-appealed'),
  },
  decided: {
    report: refuse('new-case'),
    note: stay,
    decide: refuse('already-decided'),
    appeal: ({ decision }, { appeal }) =>
      decision.action === 'none'
        ? refuse('nothing-to-appeal')()
        : stay({ kind: 'appealed', decision, appeal }),
    'decide-appeal': refuse('not-appealed'),
  },
  appealed: {
    report: refuse('new-case'),
    note: stay,
    decide: refuse('already-decided'),
    appeal: refuse('already-appealed'),
    'decide-appeal': ({ decision, appeal }, { appealDecision }) =>
      appealDecision.by === decision.by
        ? refuse('same-moderator')()
        : stay({ kind: 'closed', decision, appeal, appealDecision }),
  },
  closed: {
    report: refuse('new-case'),
    note: stay,
    decide: refuse('already-decided'),
    appeal: refuse('already-appealed'),
    'decide-appeal': refuse('not-appealed'),
  },
};

/** What an event makes of a case. `author` is who made what was reported, if anybody here did. */
export function stepCase(
  { author, state }: Readonly<{ author: string | null; state: CaseState }>,
  event: CaseEvent,
): CaseStep {
  if (author !== null && moderatorOf(event) === author) return refuse('own-case')();
  // `TABLE` pairs each state and event with its own function; the look-up loses the pairing.
  const step = TABLE[state.kind][event.kind] as (state: CaseState, event: CaseEvent) => CaseStep;
  return step(state, event);
}

function moderatorOf(event: CaseEvent): string | undefined {
  if (event.kind === 'decide') return event.decision.by;
  return event.kind === 'decide-appeal' ? event.appealDecision.by : undefined;
}

/** What is in force now, `undefined` when nothing is. */
export function inForce(
  state: CaseState,
  nowMs: number,
): (Decision & Readonly<{ action: 'hide' | 'remove' }>) | undefined {
  if (state.kind === 'open') return undefined;
  if (state.kind === 'closed' && state.appealDecision.outcome === 'reversed') return undefined;
  const { decision } = state;
  const { action, untilMs } = decision;
  if (action === 'none' || (untilMs !== null && untilMs <= nowMs)) return undefined;
  return { ...decision, action };
}
