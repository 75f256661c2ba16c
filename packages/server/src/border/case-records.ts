// What leaves a cell about comments that wait for a creator and about cases, beside what is public:
// to the person whom it concerns, and to moderators among the cell's own people.

import { COMMENT_CHARS_MAX } from '@holdfast/protocol/comments.ts';
import { CASE_STATES, DECISION_ACTIONS } from '@holdfast/protocol/reports.ts';
import { bool, choice, id, list, nothing, text, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { ROLES } from '../moderation/roles-file.ts';
import { AUDIT, CASE, CASE_ENTRY } from '../people/case.ts';
import { reported } from '../people/report.ts';
import { answer } from './answer-shape.ts';
import { chars, orNull } from './public-records.ts';

const next: Shape = union(text(128), nothing);
const caseView: Shape = {
  id,
  about: reported,
  account: orNull(id),
  handle: orNull(text(64)),
  text: orNull(chars(COMMENT_CHARS_MAX)),
  video: orNull(id),
  names: list({ account: id, handle: text(64) }),
  body: CASE.body,
  createdAtMs: uint,
  updatedAtMs: uint,
};
const refused: Shape = {
  kind: choice('refused'),
  code: choice(
    'new-case',
    'already-decided',
    'not-decided',
    'nothing-to-appeal',
    'already-appealed',
    'not-appealed',
    'same-moderator',
    'own-case',
    'case-full',
    'no-duration',
  ),
};
const noAccess: Shape = { kind: choice('nobody', 'forbidden') };
/** A line of the audit: its own fields, and of which case and when it is. */
const auditLine: Shape = {
  ...(AUDIT.body as Readonly<Record<string, Shape>>),
  case: id,
  atMs: uint,
  handle: orNull(text(64)),
};

export const CASE_RECORDS = {
  judgeComment: {
    destination: 'operator',
    shape: answer({ kind: choice('judged'), held: bool }),
  },
  heldFor: {
    destination: 'own',
    shape: answer({
      kind: choice('held'),
      items: list({
        comment: id,
        video: id,
        parent: orNull(id),
        account: id,
        handle: text(64),
        text: chars(COMMENT_CHARS_MAX),
        createdAtMs: uint,
      }),
      next,
    }),
  },
  settleComment: {
    destination: 'operator',
    shape: answer({ kind: choice('settled'), video: id }, { kind: choice('unknown-comment') }),
  },
  rolesOf: {
    destination: 'own',
    shape: answer(
      { kind: choice('roles'), roles: list(choice(...ROLES)) },
      { kind: choice('nobody') },
    ),
  },
  openCase: {
    destination: 'operator',
    shape: answer(
      { kind: choice('opened'), case: id },
      { kind: choice('unknown-target', 'case-full') },
    ),
  },
  caseStates: {
    destination: 'operator',
    shape: answer({
      kind: choice('case-states'),
      items: list({
        case: id,
        state: choice(...CASE_STATES),
        action: orNull(choice(...DECISION_ACTIONS)),
      }),
    }),
  },
  cases: {
    destination: 'operator',
    shape: answer(
      {
        kind: choice('cases'),
        items: list(caseView),
        entries: list({ atMs: uint, entry: CASE_ENTRY.body }),
        next,
      },
      noAccess,
    ),
  },
  moderate: {
    destination: 'operator',
    shape: answer(
      { kind: choice('moderated'), item: caseView },
      { kind: choice('unknown-case') },
      refused,
      noAccess,
    ),
  },
  appealNotice: {
    destination: 'own',
    shape: answer({ kind: choice('appealed', 'unknown-notice', 'nobody') }, refused),
  },
  caseAudit: {
    destination: 'operator',
    shape: answer({ kind: choice('audit'), items: list(auditLine), next }, noAccess),
  },
} as const satisfies Readonly<Record<string, Readonly<{ destination: string; shape: Shape }>>>;
