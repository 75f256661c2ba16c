// Operations on reports, notices and cases.

import {
  APPEAL_OUTCOMES,
  CASE_STATES,
  DECISION_ACTIONS,
  DECISION_GROUNDS,
  HIDDEN_DAYS_MAX,
  MODERATION_TEXT_CHARS_MAX,
  REPORT_REASONS,
  REPORTED_KINDS,
} from '@holdfast/protocol/reports.ts';
import {
  answer,
  COOKIE,
  inPath,
  inQuery,
  jsonBody,
  list,
  named,
  NO_CREDENTIAL,
  object,
  problems,
} from './openapi-types.ts';
import type { Operation, Paths, Schema } from './openapi-types.ts';

const cursor = inQuery('cursor', { type: 'string' }, 'The `next` of the page before.');
const limit = inQuery(
  'limit',
  { type: 'integer', minimum: 1, maximum: 50 },
  'Items a page; 20 when absent.',
);
const writeErrors = problems(400, 401, 403, 413, 415, 503);

const ownList = (operationId: string, summary: string, page: string): Operation => ({
  operationId,
  summary,
  tags: ['reports'],
  security: COOKIE,
  parameters: [cursor, limit],
  responses: { '200': answer('Newest first.', named(page)), ...problems(400, 401, 414, 503) },
});

const MODERATORS = 'For moderators, about what is of their own home cell.';
const inCase = (operationId: string, summary: string, body: string): Operation => ({
  operationId,
  summary,
  description: MODERATORS,
  tags: ['moderation'],
  security: COOKIE,
  parameters: [inPath('id', named('Id'), 'The case.')],
  requestBody: jsonBody(named(body)),
  responses: {
    '200': answer('The case as it is now.', named('Case')),
    ...writeErrors,
    ...problems(404, 409),
  },
});
const lookErrors = problems(400, 401, 403, 404, 414, 503);

export const reportPaths: Paths = {
  '/v1/report-reasons': {
    get: {
      operationId: 'getReportReasons',
      summary: 'Why something can be reported; also the rules by which cases are decided',
      tags: ['reports'],
      security: NO_CREDENTIAL,
      responses: { '200': answer('Codes never change.', named('ReportReasons')) },
    },
  },
  '/v1/reports': {
    post: {
      operationId: 'report',
      summary: 'Report a video, a comment or a person',
      description:
        'Who reports is known in their own home cell alone. The same report once more, while it ' +
        'waits or its case is open, is the same report.',
      tags: ['reports'],
      security: COOKIE,
      requestBody: jsonBody(named('NewReport')),
      responses: {
        '201': answer('Kept, and sent on to the cell of what is reported.', named('ReportReceipt')),
        '200': answer('Was reported before; the same receipt.', named('ReportReceipt')),
        '202': answer('Kept; it is sent on when the other cell answers.', named('ReportReceipt')),
        ...writeErrors,
        ...problems(404, 409, 410, 429),
      },
    },
  },
  '/v1/me/reports': { get: ownList('getMyReports', 'What the account has reported', 'MyReports') },
  '/v1/me/notices': {
    get: ownList('getMyNotices', 'Statements of reasons to the account', 'MyNotices'),
  },
  '/v1/me/notices/{id}/appeal': {
    post: {
      operationId: 'appeal',
      summary: 'Object to a decision, once',
      tags: ['reports'],
      security: COOKIE,
      parameters: [inPath('id', named('Id'), 'The notice.')],
      requestBody: jsonBody(named('NewNote')),
      responses: {
        '200': answer('Another moderator decides.', named('Appealed')),
        ...writeErrors,
        ...problems(404, 409),
      },
    },
  },
  '/v1/moderation/cases': {
    get: {
      operationId: 'getCases',
      summary: 'The queue, newest case first',
      description: MODERATORS,
      tags: ['moderation'],
      security: COOKIE,
      parameters: [inQuery('state', { enum: CASE_STATES }, 'Default `open`.'), cursor, limit],
      responses: { '200': answer('A page.', named('CasePage')), ...lookErrors },
    },
  },
  '/v1/moderation/cases/{id}': {
    get: {
      operationId: 'getCase',
      summary: 'A case with all that was said in it',
      description: MODERATORS,
      tags: ['moderation'],
      security: COOKIE,
      parameters: [inPath('id', named('Id'), 'The case.')],
      responses: { '200': answer('The case.', named('WholeCase')), ...lookErrors },
    },
  },
  '/v1/moderation/cases/{id}/notes': {
    post: inCase('addNote', 'Add a note, for other moderators', 'NewNote'),
  },
  '/v1/moderation/cases/{id}/decisions': {
    post: inCase('decideCase', 'Decide, with a statement of reasons', 'NewDecision'),
  },
  '/v1/moderation/cases/{id}/appeal-decisions': {
    post: inCase('decideAppeal', 'Decide an appeal; not by who decided', 'NewAppealDecision'),
  },
  '/v1/moderation/audit': {
    get: {
      operationId: 'getCaseAudit',
      summary: 'Every step of every case, newest first, without its words',
      description: MODERATORS,
      tags: ['moderation'],
      security: COOKIE,
      parameters: [cursor, limit],
      responses: { '200': answer('A page.', named('CaseAudit')), ...lookErrors },
    },
  },
};

const text: Schema = { type: 'string' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const words = (values: readonly string[]): Schema => ({ type: 'string', enum: values });
const written: Schema = { type: 'string', minLength: 1, maxLength: MODERATION_TEXT_CHARS_MAX };
const reason = words(Object.keys(REPORT_REASONS));
const target = object({ kind: words(REPORTED_KINDS), id: named('Id') });
const decision = {
  at: named('Time'),
  action: words(DECISION_ACTIONS),
  ground: words(DECISION_GROUNDS),
  rule: reason,
  facts: text,
  until: orNull(named('Time')),
};
const end = { at: named('Time'), outcome: words(APPEAL_OUTCOMES), facts: text };
const what = words(['report', 'note', 'decision', 'appeal', 'appeal-decision']);
const pageOf = (items: Schema): Schema =>
  object({ items: list(items), next: { ...text, description: 'Absent on the last page.' } }, [
    'next',
  ]);
const oneCase = {
  id: named('Id'),
  target,
  state: words(CASE_STATES),
  reports: { type: 'integer', minimum: 0 },
  reasons: list(reason),
  openedAt: named('Time'),
  updatedAt: named('Time'),
  author: orNull(object({ account: named('Id'), handle: orNull(text) })),
  subject: {
    description: 'What the reported thing says.',
    ...object({ video: orNull(named('Id')), title: orNull(text), text: orNull(text) }),
  },
  decision: orNull(object({ ...decision, by: text })),
  appeal: orNull(object({ at: named('Time'), text })),
  appealDecision: orNull(object({ ...end, by: text })),
};

export const reportSchemas: Readonly<Record<string, Schema>> = {
  ReportReasons: object({ items: list(object({ code: reason, label: text })) }),
  NewReport: object(
    { target, reason, note: { type: 'string', maxLength: MODERATION_TEXT_CHARS_MAX } },
    ['note'],
  ),
  ReportReceipt: object({
    id: named('Id'),
    receivedAt: named('Time'),
    state: words(['waiting', 'open']),
  }),
  MyReports: pageOf(
    object({
      id: named('Id'),
      target,
      reason,
      note: text,
      receivedAt: named('Time'),
      state: {
        ...words(['waiting', 'unknown', ...CASE_STATES]),
        description: '`unknown`: the cell of the case does not answer.',
      },
      action: {
        ...orNull(words(DECISION_ACTIONS)),
        description: 'What is in force since it was decided; null before, or when not known.',
      },
    }),
  ),
  MyNotices: pageOf(
    object({
      id: named('Id'),
      target,
      at: named('Time'),
      decision: object(decision),
      appealedAt: orNull(named('Time')),
      ended: orNull(object(end)),
    }),
  ),
  NewNote: object({ text: written }),
  Appealed: object({ appealed: { const: true } }),
  NewDecision: object(
    {
      action: words(DECISION_ACTIONS),
      ground: words(DECISION_GROUNDS),
      rule: reason,
      facts: written,
      durationDays: orNull({ type: 'integer', minimum: 1, maximum: HIDDEN_DAYS_MAX }),
    },
    ['durationDays'],
  ),
  NewAppealDecision: object({ outcome: words(APPEAL_OUTCOMES), facts: written }),
  Case: object(oneCase),
  CasePage: pageOf(named('Case')),
  WholeCase: object({
    ...oneCase,
    entries: list(
      object({
        what,
        at: named('Time'),
        by: orNull(text),
        text: orNull(text),
        reason: orNull(reason),
        action: orNull(words(DECISION_ACTIONS)),
        outcome: orNull(words(APPEAL_OUTCOMES)),
        rule: orNull(reason),
      }),
    ),
  }),
  CaseAudit: pageOf(
    object({
      case: named('Id'),
      at: named('Time'),
      what,
      by: orNull(text),
      action: orNull(words(DECISION_ACTIONS)),
      outcome: orNull(words(APPEAL_OUTCOMES)),
      rule: orNull(reason),
    }),
  ),
};
