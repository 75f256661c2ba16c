// /v1/report-reasons, /v1/reports, /v1/me/reports and /v1/me/notices.
//
// Rules: docs/spec/moderation.md (MO1 to MO6, MO13, MO14).

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { MODERATION_TEXT_CHARS_MAX, REPORT_REASONS } from '@holdfast/protocol/reports.ts';
import type { DecisionAction } from '@holdfast/protocol/reports.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WritingOf } from '../../people/kinds.ts';
import { objectBody, pathPart, sendJson, timeText } from '../answers.ts';
import { noticeJson, reportJson } from '../moderation/case-json.ts';
import { caseConflict } from '../moderation/case-conflict.ts';
import { newReportOf, passOn, sendReport } from '../moderation/send-report.ts';
import type { ReportSources } from '../moderation/send-report.ts';
import { openPace } from '../pace.ts';
import { readerOf, SIGN_IN, writerOf, writingsOf } from '../person.ts';
import { itemsOf, queryOf } from '../query.ts';
import { refusal, sendRefusal, unavailable } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account, WhoIsSignedIn } from '../signed-in.ts';
import { textOf } from '../words.ts';

export type ReportParts = ReportSources &
  Readonly<{ whoIs: WhoIsSignedIn; nowMs: () => number; remotesMax: number }>;

/** MO6. */
export const REPORT_RATE = { burst: 10, perSecond: 1 / 60 } as const;
const PAGE_ITEMS = 20;
export const REPORTS_PAGE_MAX = 50;

const APPEAL_FORM = refusal(
  'invalid-request',
  `text must be 1 to ${MODERATION_TEXT_CHARS_MAX} characters. Nothing was recorded.`,
);
const NO_NOTICE = refusal('not-found', 'You have no such notice. Nothing was changed.');

export function addReportRoutes(app: FastifyInstance, parts: ReportParts): void {
  const { whoIs, nowMs, remotesMax: bucketsMax } = parts;
  const words = 'You report too often. Nothing was recorded; try again after Retry-After.';
  const pace = openPace(REPORT_RATE, { bucketsMax, nowMs, words });
  const reasons = Object.entries(REPORT_REASONS).map(([code, label]) => ({ code, label }));
  app.get('/v1/report-reasons', { config: { anySite: true } }, (_request, reply) =>
    sendJson(reply, 200, { items: reasons }),
  );

  app.post('/v1/reports', async (request, reply) => {
    const me = await writerOf(whoIs, request, reply);
    if (me.kind === 'refusal') return sendRefusal(reply, me);
    const body = objectBody(request);
    if (body.kind === 'refusal') return sendRefusal(reply, body);
    const wanted = newReportOf(body.value);
    if (wanted.kind === 'refusal') return sendRefusal(reply, wanted);
    const tooOften = pace(request, me.account);
    if (tooOften !== undefined) return sendRefusal(reply, tooOften);
    const sent = await sendReport(parts, me, wanted);
    if (sent.kind === 'refusal') return sendRefusal(reply, sent);
    const { id, createdAtMs, body: kept } = sent.report;
    const state = kept.case === null ? 'waiting' : 'open';
    const arrived = sent.isNew ? 201 : 200;
    return sendJson(reply, state === 'waiting' ? 202 : arrived, {
      id,
      receivedAt: timeText(createdAtMs),
      state,
    });
  });

  app.get('/v1/me/reports', async (request, reply) => {
    const page = await ownPage(whoIs, request, reply, 'report');
    if (page.kind === 'refusal') return sendRefusal(reply, page);
    const reports = page.items.flatMap((one) => (one.kind === 'report' ? [one] : []));
    const items = await withStates(parts, page.me, reports);
    return sendJson(reply, 200, { items, ...(page.next !== undefined && { next: page.next }) });
  });

  app.get('/v1/me/notices', async (request, reply) => {
    const page = await ownPage(whoIs, request, reply, 'notice');
    if (page.kind === 'refusal') return sendRefusal(reply, page);
    const items = page.items.flatMap((one) => (one.kind === 'notice' ? [noticeJson(one)] : []));
    return sendJson(reply, 200, { items, ...(page.next !== undefined && { next: page.next }) });
  });

  app.post('/v1/me/notices/:id/appeal', (request, reply) => appeal(parts, request, reply));
}

type OwnPage = Readonly<{
  kind: 'page';
  me: Account;
  items: Extract<Awaited<ReturnType<typeof writingsOf>>, { kind: 'items' }>['items'];
  next: string | undefined;
}>;

async function ownPage(
  whoIs: WhoIsSignedIn,
  request: FastifyRequest,
  reply: FastifyReply,
  of: 'report' | 'notice',
): Promise<OwnPage | Refusal> {
  const me = await readerOf(whoIs, request, reply);
  if (me.kind === 'refusal') return me;
  const query = queryOf(request.url);
  if (query.kind === 'refusal') return query;
  const itemsMax = itemsOf(query.one('limit'), PAGE_ITEMS, REPORTS_PAGE_MAX);
  if (typeof itemsMax !== 'number') return itemsMax;
  const find = { by: 'kind', of, before: query.one('cursor'), itemsMax } as const;
  const found = await writingsOf(me, find);
  return found.kind === 'refusal' ? found : { ...found, kind: 'page', me };
}

type Report = WritingOf<'report'>;
type Told = Readonly<{ state: string; action: DecisionAction | null }>;
const UNKNOWN: Told = { state: 'unknown', action: null };

/** Reports with what became of them; those that wait are sent on first (MO3, MO5). */
async function withStates(parts: ReportParts, me: Account, reports: readonly Report[]) {
  const sent = await Promise.all(
    reports.map(async (report) => {
      const done = await passOn(parts, me, { report, isNew: false });
      return done.kind === 'refusal' ? report : done.report;
    }),
  );
  const told = new Map<string, Told>();
  for (const cell of new Set(sent.map(({ body }) => body.cell))) {
    const cases = sent.flatMap(({ body }) => (body.cell === cell ? (body.case ?? []) : []));
    const reply = await parts.cells.get(cell as Jurisdiction)?.call('caseStates', { cases });
    if (reply?.kind !== 'case-states') continue;
    // A case that its cell does not know has gone with the account that it was about.
    for (const one of cases) told.set(one, { state: 'closed', action: null });
    for (const { case: id, state, action } of reply.items) told.set(id, { state, action });
  }
  return sent.map((report) => {
    const id = report.body.case;
    const waiting: Told = { state: 'waiting', action: null };
    return reportJson(report, id === null ? waiting : (told.get(id) ?? UNKNOWN));
  });
}

async function appeal(
  { whoIs, publicCatalog }: ReportParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await writerOf(whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const body = objectBody(request);
  if (body.kind === 'refusal') return sendRefusal(reply, body);
  const text = textOf(body.value['text'], MODERATION_TEXT_CHARS_MAX);
  if (text === undefined || text === '') return sendRefusal(reply, APPEAL_FORM);
  const { cell, token, jurisdiction } = me;
  const notice = pathPart(request, 'id');
  const done = await cell.call('appealNotice', { token, notice, text });
  if (done.kind === 'unavailable') return sendRefusal(reply, unavailable(done));
  if (done.kind === 'nobody') return sendRefusal(reply, SIGN_IN);
  if (done.kind === 'unknown-notice') return sendRefusal(reply, NO_NOTICE);
  if (done.kind === 'refused') return sendRefusal(reply, caseConflict(done.code));
  await publicCatalog.wake(jurisdiction);
  return sendJson(reply, 200, { appealed: true });
}
