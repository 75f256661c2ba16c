// /v1/moderation: the cases of the moderator's home cell. Rules: docs/spec/moderation.md (MO8, MO10 to
// MO18). Whether somebody is a moderator their home cell says, with each answer.

import { isId } from '@holdfast/protocol/ids.ts';
import {
  APPEAL_OUTCOMES,
  CASE_STATES,
  DECISION_ACTIONS,
  DECISION_GROUNDS,
  HIDDEN_DAYS_MAX,
  isOneOf,
  isReportReason,
  MODERATION_TEXT_CHARS_MAX,
} from '@holdfast/protocol/reports.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ModeratorAct } from '../../cell/cell-client.ts';
import { objectBody, pathPart, sendJson } from '../answers.ts';
import type { Body } from '../answers.ts';
import { caseConflict } from '../moderation/case-conflict.ts';
import { auditJson, caseJson, entriesJson } from '../moderation/case-json.ts';
import type { ReportSources } from '../moderation/send-report.ts';
import { readerOf, SIGN_IN, writerOf } from '../person.ts';
import { itemsOf, queryOf } from '../query.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { WhoIsSignedIn } from '../signed-in.ts';
import { textOf } from '../words.ts';

export type ModerationParts = ReportSources & Readonly<{ whoIs: WhoIsSignedIn }>;

const PAGE_ITEMS = 20;
export const CASES_PAGE_MAX = 50;
const DAY_MS = 86_400_000;

const NO_MODERATOR = refusal(
  'forbidden',
  'This needs the role of a moderator. The operator gives it: holdfast roles grant. Nothing was ' +
    'changed.',
);
const NO_CASE = refusal('not-found', 'There is no such case in your home cell.');
const STATE_FORM = refusal('invalid-request', `state must be one of ${CASE_STATES.join(', ')}.`);
const form = (what: string): Refusal => refusal('invalid-request', `${what} Nothing was changed.`);
const TEXT_FORM = form(`text must be 1 to ${MODERATION_TEXT_CHARS_MAX} characters.`);
const FACTS_FORM = form(`facts must be 1 to ${MODERATION_TEXT_CHARS_MAX} characters.`);
const DECISION_FORM = form(
  `action must be one of ${DECISION_ACTIONS.join(', ')}, ground one of ` +
    `${DECISION_GROUNDS.join(', ')}, and rule a code of GET /v1/report-reasons.`,
);
const DAYS_FORM = form(
  `durationDays must be a whole number from 1 to ${HIDDEN_DAYS_MAX}, and only with "hide".`,
);
const OUTCOME_FORM = form(`outcome must be one of ${APPEAL_OUTCOMES.join(', ')}.`);

export function addModerationRoutes(app: FastifyInstance, parts: ModerationParts): void {
  app.get('/v1/moderation/cases', (request, reply) => list(parts, request, reply));
  app.get('/v1/moderation/cases/:id', (request, reply) => one(parts, request, reply));
  app.get('/v1/moderation/audit', (request, reply) => audit(parts, request, reply));
  const acts = { notes: noteOf, decisions: decisionOf, 'appeal-decisions': appealDecisionOf };
  for (const [name, read] of Object.entries(acts)) {
    app.post(`/v1/moderation/cases/:id/${name}`, (request, reply) =>
      act(parts, request, reply, read),
    );
  }
}

type Page = Readonly<{ kind: 'asked'; before: string | undefined; itemsMax: number }>;

function pageIn(request: FastifyRequest): (Page & Readonly<{ state: string }>) | Refusal {
  const query = queryOf(request.url);
  if (query.kind === 'refusal') return query;
  const itemsMax = itemsOf(query.one('limit'), PAGE_ITEMS, CASES_PAGE_MAX);
  if (typeof itemsMax !== 'number') return itemsMax;
  const state = query.one('state') ?? 'open';
  return { kind: 'asked', before: query.one('cursor'), itemsMax, state };
}

const nextOf = (next: string | undefined) => (next === undefined ? {} : { next });
const noAccess = (kind: 'nobody' | 'forbidden'): Refusal =>
  kind === 'nobody' ? SIGN_IN : NO_MODERATOR;

async function list(
  parts: ModerationParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await readerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const page = pageIn(request);
  if (page.kind === 'refusal') return sendRefusal(reply, page);
  const { state, before, itemsMax } = page;
  if (!isOneOf(CASE_STATES, state)) return sendRefusal(reply, STATE_FORM);
  const { token } = me;
  const told = await me.cell.call('cases', {
    token,
    find: { by: 'state', state, before, itemsMax },
  });
  if (told.kind === 'unavailable') return sendRefusal(reply, unavailable(told));
  if (told.kind !== 'cases') return sendRefusal(reply, noAccess(told.kind));
  const items = told.items.map((view) => caseJson(parts, view));
  return sendJson(reply, 200, { items, ...nextOf(told.next) });
}

async function one(
  parts: ModerationParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await readerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const id = pathPart(request, 'id');
  if (!isId(id)) return sendRefusal(reply, NO_CASE);
  const told = await me.cell.call('cases', { token: me.token, find: { by: 'id', id } });
  if (told.kind === 'unavailable') return sendRefusal(reply, unavailable(told));
  if (told.kind !== 'cases') return sendRefusal(reply, noAccess(told.kind));
  const [view] = told.items;
  if (view === undefined) return sendRefusal(reply, NO_CASE);
  const entries = entriesJson(view, told.entries);
  return sendJson(reply, 200, { ...caseJson(parts, view), entries });
}

async function audit(
  { whoIs }: ModerationParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await readerOf(whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const page = pageIn(request);
  if (page.kind === 'refusal') return sendRefusal(reply, page);
  const { before, itemsMax } = page;
  const told = await me.cell.call('caseAudit', { token: me.token, before, itemsMax });
  if (told.kind === 'unavailable') return sendRefusal(reply, unavailable(told));
  if (told.kind !== 'audit') return sendRefusal(reply, noAccess(told.kind));
  return sendJson(reply, 200, { items: told.items.map(auditJson), ...nextOf(told.next) });
}

type ActOf = (body: Body) => ModeratorAct | Refusal;

async function act(
  parts: ModerationParts,
  request: FastifyRequest,
  reply: FastifyReply,
  read: ActOf,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const body = objectBody(request);
  if (body.kind === 'refusal') return sendRefusal(reply, body);
  const wanted = read(body.value);
  if (wanted.kind === 'refusal') return sendRefusal(reply, wanted);
  const id = pathPart(request, 'id');
  if (!isId(id)) return sendRefusal(reply, NO_CASE);
  const done = await me.cell.call('moderate', { token: me.token, case: id, act: wanted });
  if (done.kind === 'unavailable') return sendRefusal(reply, unavailable(done));
  if (done.kind === 'unknown-case') return sendRefusal(reply, NO_CASE);
  if (done.kind === 'refused') return sendRefusal(reply, caseConflict(done.code));
  if (done.kind !== 'moderated') return sendRefusal(reply, noAccess(done.kind));
  await parts.publicCatalog.wake(me.jurisdiction);
  return sendJson(reply, 200, caseJson(parts, done.item));
}

const wordsIn = (value: unknown): string | undefined => {
  const words = textOf(value, MODERATION_TEXT_CHARS_MAX);
  return words === '' ? undefined : words;
};

function noteOf({ text }: Body): ModeratorAct | Refusal {
  const words = wordsIn(text);
  return words === undefined ? TEXT_FORM : { kind: 'note', text: words };
}

function decisionOf({ action, ground, rule, facts, durationDays }: Body): ModeratorAct | Refusal {
  const isNamed = isOneOf(DECISION_ACTIONS, action) && isOneOf(DECISION_GROUNDS, ground);
  if (!isNamed || !isReportReason(rule)) return DECISION_FORM;
  const words = wordsIn(facts);
  if (words === undefined) return FACTS_FORM;
  const hiddenMs = hiddenMsOf(durationDays, action);
  if (hiddenMs === undefined) return DAYS_FORM;
  return { kind: 'decide', action, ground, rule, facts: words, hiddenMs };
}

function hiddenMsOf(days: unknown, action: string): number | null | undefined {
  if (days === undefined || days === null) return null;
  if (typeof days !== 'number' || !Number.isInteger(days) || action !== 'hide') return undefined;
  return days >= 1 && days <= HIDDEN_DAYS_MAX ? days * DAY_MS : undefined;
}

function appealDecisionOf({ outcome, facts }: Body): ModeratorAct | Refusal {
  if (!isOneOf(APPEAL_OUTCOMES, outcome)) return OUTCOME_FORM;
  const words = wordsIn(facts);
  return words === undefined ? FACTS_FORM : { kind: 'decide-appeal', outcome, facts: words };
}
