// The form of questions about comments that wait for a creator, and about cases.

import { COMMENT_CHARS_MAX } from '@holdfast/protocol/comments.ts';
import {
  APPEAL_OUTCOMES,
  CASE_STATES,
  DECISION_ACTIONS,
  DECISION_GROUNDS,
  HIDDEN_DAYS_MAX,
} from '@holdfast/protocol/reports.ts';
import { choice, fits, id, nothing, text, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { chars, listOf, orNull } from '../../border/public-records.ts';
import { caseText, reported, reportReason } from '../../people/report.ts';

/** Items of one answer. */
const ITEMS_MAX = 100;
const DAY_MS = 86_400_000;

const token: Shape = text(256);
const before: Shape = union(text(128), nothing);
const itemsMax: Shape = (value) => fits(uint, value) && (value as number) <= ITEMS_MAX;
const hiddenMs: Shape = (value) =>
  fits(uint, value) && (value as number) <= HIDDEN_DAYS_MAX * DAY_MS;

export const CASE_ASKS = {
  judgeComment: { creator: id, text: chars(COMMENT_CHARS_MAX) },
  heldFor: { creator: id, before, itemsMax },
  settleComment: { creator: id, comment: id, how: choice('release', 'delete') },
  rolesOf: { token },
  openCase: {
    report: id,
    about: reported,
    account: orNull(id),
    reason: reportReason,
    note: caseText,
  },
  caseStates: { cases: listOf(ITEMS_MAX, id) },
  cases: {
    token,
    find: union(
      { by: choice('id'), id },
      { by: choice('state'), state: choice(...CASE_STATES), before, itemsMax },
    ),
  },
  moderate: {
    token,
    case: id,
    act: union(
      { kind: choice('note'), text: caseText },
      {
        kind: choice('decide'),
        action: choice(...DECISION_ACTIONS),
        ground: choice(...DECISION_GROUNDS),
        rule: reportReason,
        facts: caseText,
        hiddenMs: orNull(hiddenMs),
      },
      { kind: choice('decide-appeal'), outcome: choice(...APPEAL_OUTCOMES), facts: caseText },
    ),
  },
  appealNotice: { token, notice: id, text: caseText },
  caseAudit: { token, before, itemsMax },
} as const satisfies Readonly<Record<string, Shape>>;

/** Whether repeating one changes nothing that the first has not done, and is answered alike. */
export const CASE_REPEATABLE = {
  judgeComment: true,
  heldFor: true,
  settleComment: true,
  rolesOf: true,
  // A report is named, and counted once.
  openCase: true,
  caseStates: true,
  cases: true,
  moderate: false,
  appealNotice: false,
  caseAudit: true,
} as const;
