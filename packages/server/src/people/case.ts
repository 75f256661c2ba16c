// What is kept of a case: the case itself, what was said in it, the audit, and the notices to whoever
// it is about. Only the cell writes these.
//
// Rules: docs/spec/moderation.md (MO7 to MO18).

import { APPEAL_OUTCOMES, DECISION_ACTIONS, DECISION_GROUNDS } from '@holdfast/protocol/reports.ts';
import type { AppealOutcome, DecisionAction, ReportReason } from '@holdfast/protocol/reports.ts';
import { choice, id, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { listOf, orNull } from '../border/public-records.ts';
import { inForce } from '../moderation/case-machine.ts';
import type { CaseState, Decision } from '../moderation/case-machine.ts';
import { caseText, reported, reportReason } from './report.ts';
import type { Reported } from './report.ts';
import type { KindRule } from './writing.ts';

/** Entries of one case (MO17). */
export const CASE_ENTRIES_MAX = 500;
/** Cases about one account, those about nobody's together; then no report opens another one. */
const CASES_MAX = 20_000;

const decision: Shape = {
  by: id,
  atMs: uint,
  action: choice(...DECISION_ACTIONS),
  ground: choice(...DECISION_GROUNDS),
  rule: reportReason,
  facts: caseText,
  untilMs: orNull(uint),
};
const appeal: Shape = { atMs: uint, text: caseText };
const appealDecision: Shape = {
  by: id,
  atMs: uint,
  outcome: choice(...APPEAL_OUTCOMES),
  facts: caseText,
};
const state: Shape = union(
  { kind: choice('open') },
  { kind: choice('decided'), decision },
  { kind: choice('appealed'), decision, appeal },
  { kind: choice('closed'), decision, appeal, appealDecision },
);

export type CaseBody = Readonly<{
  about: Reported;
  state: CaseState;
  /** How many reports came, and for which reasons. */
  reports: number;
  reasons: readonly ReportReason[];
  entries: number;
}>;

/** Its account is whose the reported thing is, or the cell; its target is the thing. */
export const CASE: KindRule<CaseBody> = {
  body: {
    about: reported,
    state,
    reports: uint,
    reasons: listOf(CASE_ENTRIES_MAX, reportReason),
    entries: uint,
  },
  writtenBy: 'cell',
  perAccountMax: CASES_MAX,
  publish: ({ body }) => {
    // Whether its time is over is a question of the reader's clock.
    const held = inForce(body.state, 0);
    if (held === undefined) return undefined;
    const { action, ground, rule, atMs, untilMs } = held;
    return { type: 'moderation', target: body.about, action, ground, rule, atMs, untilMs };
  },
};

/** One thing that was said or done in a case; the words of it go with the person it is about. */
export type CaseEntryBody = Readonly<
  | { what: 'report'; report: string; reason: ReportReason; note: string }
  | { what: 'note'; by: string; text: string }
  | { what: 'decision'; decision: Decision }
  | { what: 'appeal'; text: string }
  | { what: 'appeal-decision'; by: string; outcome: AppealOutcome; facts: string }
>;

/** Its target is the case. */
export const CASE_ENTRY: KindRule<CaseEntryBody> = {
  body: union(
    { what: choice('report'), report: id, reason: reportReason, note: caseText },
    { what: choice('note'), by: id, text: caseText },
    { what: choice('decision'), decision },
    { what: choice('appeal'), text: caseText },
    {
      what: choice('appeal-decision'),
      by: id,
      outcome: choice(...APPEAL_OUTCOMES),
      facts: caseText,
    },
  ),
  writtenBy: 'cell',
  perAccountMax: Infinity,
};

/** The same without words: it stays (MO18). `by` is `null` for who reports and who appeals. */
export type AuditBody = Readonly<{
  what: CaseEntryBody['what'];
  by: string | null;
  action: DecisionAction | null;
  outcome: AppealOutcome | null;
  rule: ReportReason | null;
}>;

/** Its account is the cell, its target the case. */
export const AUDIT: KindRule<AuditBody> = {
  body: {
    what: choice('report', 'note', 'decision', 'appeal', 'appeal-decision'),
    by: orNull(id),
    action: orNull(choice(...DECISION_ACTIONS)),
    outcome: orNull(choice(...APPEAL_OUTCOMES)),
    rule: orNull(reportReason),
  },
  writtenBy: 'cell',
  perAccountMax: Infinity,
};

/** What the person is told: a statement of reasons, or how the appeal ended. */
export type NoticeBody = Readonly<{
  about: Reported;
  decision: Omit<Decision, 'by'>;
  ended: Readonly<{ atMs: number; outcome: AppealOutcome; facts: string }> | null;
  appealedAtMs: number | null;
}>;

/** Its target is the case. */
export const NOTICE: KindRule<NoticeBody> = {
  body: {
    about: reported,
    decision: {
      atMs: uint,
      action: choice(...DECISION_ACTIONS),
      ground: choice(...DECISION_GROUNDS),
      rule: reportReason,
      facts: caseText,
      untilMs: orNull(uint),
    },
    ended: orNull({ atMs: uint, outcome: choice(...APPEAL_OUTCOMES), facts: caseText }),
    appealedAtMs: orNull(uint),
  },
  writtenBy: 'cell',
  perAccountMax: Infinity,
  onePerTarget: true,
};
