// The cases of a cell: what becomes of reports, decisions and appeals, each in one change of the
// cell's writings, with its entry, its line in the audit, and the notice to whoever it is about.
//
// Rules: docs/spec/moderation.md (MO7 to MO18). What may follow what is in `case-machine.ts`.

import type { Accounts } from '../accounts/accounts.ts';
import { THE_CELL } from '../accounts/replicated-rows.ts';
import { CASE_ENTRIES_MAX } from '../people/case.ts';
import type { AuditBody, CaseBody, CaseEntryBody, NoticeBody } from '../people/case.ts';
import type { WritingOf } from '../people/kinds.ts';
import { reportedTarget } from '../people/report.ts';
import type { Reported } from '../people/report.ts';
import type { Put } from '../people/writings.ts';
import { inForce, stepCase } from './case-machine.ts';
import type { AppealDecision, CaseEvent, CaseRefusal, Decision } from './case-machine.ts';
import type { ReportReason } from '@holdfast/protocol/reports.ts';

type Case = WritingOf<'case'>;
/** What of a cell's accounts has a part in cases. */
export type CaseAccounts = Pick<Accounts, 'session' | 'writings' | 'authorOf'>;

/** Newest cases about one thing that are looked at for an open one. */
const CASES_LOOKED_AT = 50;

export type CaseDone = Readonly<
  | { kind: 'done'; case: Case }
  /** `no-duration`: a comment is taken back by its cell, which sets no clock for it (MO11). */
  | { kind: 'refused'; code: CaseRefusal | 'case-full' | 'no-duration' }
  | { kind: 'unknown' }
>;

export type NewReport = Readonly<{
  /** Names the report; says nothing about who made it. */
  report: string;
  about: Reported;
  /** Whose the thing is; `null` when it is nobody's of this platform. */
  author: string | null;
  reason: ReportReason;
  note: string;
}>;

/** Adds a report to the open case about a thing, or opens one (MO7). The same report once. */
export function addReport({ writings }: CaseAccounts, given: NewReport): CaseDone {
  const { report, about, author, reason, note } = given;
  const entryId = `cse_${report}`;
  const known = writings.get(entryId);
  if (known?.kind === 'case-entry') return caseDone(writings.get(known.target));
  const target = reportedTarget(about);
  const open = writings
    .about('case', target, { itemsMax: CASES_LOOKED_AT })
    .find(({ body }) => body.state.kind === 'open');
  const account = open?.account ?? author ?? THE_CELL;
  const before: CaseBody = open?.body ?? {
    about,
    state: { kind: 'open' },
    reports: 0,
    reasons: [],
    entries: 0,
  };
  if (open !== undefined && before.entries >= CASE_ENTRIES_MAX) return caseDone(open);
  const body: CaseBody = {
    ...before,
    reports: before.reports + 1,
    reasons: [...new Set([...before.reasons, reason])],
    entries: before.entries + 1,
  };
  const id = open?.id ?? `cas_${report}`;
  const entry: CaseEntryBody = { what: 'report', report, reason, note };
  const done = writings.change({
    puts: [
      { kind: 'case', account, target, body, id, expected: open?.updatedAtMs ?? null },
      { kind: 'case-entry', account, target: id, body: entry, id: entryId, expected: null },
      auditPut(id, { what: 'report', by: null }),
    ],
  });
  if (done.kind === 'too-many') return { kind: 'refused', code: 'case-full' };
  return caseDone(writings.get(id));
}

function caseDone(writing: ReturnType<Accounts['writings']['get']>): CaseDone {
  return writing?.kind === 'case' ? { kind: 'done', case: writing } : { kind: 'unknown' };
}

/** Adds a note of a moderator. */
export function addNote(accounts: CaseAccounts, id: string, by: string, text: string): CaseDone {
  return step(accounts, id, { kind: 'note' }, { what: 'note', by, text }, { what: 'note', by });
}

/** Decides an open case (MO11, MO13). */
export function decide(accounts: CaseAccounts, id: string, decision: Decision): CaseDone {
  const { by, action, rule, untilMs } = decision;
  const known = accounts.writings.get(id);
  if (untilMs !== null && known?.kind === 'case' && known.body.about.kind === 'comment') {
    return { kind: 'refused', code: 'no-duration' };
  }
  const audit = { what: 'decision', by, action, rule } as const;
  const entry = { what: 'decision', decision } as const;
  return step(accounts, id, { kind: 'decide', decision }, entry, audit);
}

/** Takes the appeal of whoever the notice was for (MO14). */
export function appeal(
  accounts: CaseAccounts,
  {
    notice,
    account,
    text,
    atMs,
  }: Readonly<{
    notice: string;
    account: string;
    text: string;
    atMs: number;
  }>,
): CaseDone {
  const known = accounts.writings.get(notice);
  if (known?.kind !== 'notice' || known.account !== account) return { kind: 'unknown' };
  const event: CaseEvent = { kind: 'appeal', appeal: { atMs, text } };
  return step(
    accounts,
    known.target,
    event,
    { what: 'appeal', text },
    { what: 'appeal', by: null },
  );
}

/** Decides an appeal (MO15, MO16). */
export function decideAppeal(
  accounts: CaseAccounts,
  id: string,
  appealDecision: AppealDecision,
): CaseDone {
  const { by, outcome, facts } = appealDecision;
  const event: CaseEvent = { kind: 'decide-appeal', appealDecision };
  const entry = { what: 'appeal-decision', by, outcome, facts } as const;
  return step(accounts, id, event, entry, { what: 'appeal-decision', by, outcome });
}

type AuditLine = Pick<AuditBody, 'what' | 'by'> & Partial<AuditBody>;

/** Does what an event does to a case, all of it in one change, or says why not. */
function step(
  accounts: CaseAccounts,
  id: string,
  event: CaseEvent,
  entry: CaseEntryBody,
  audit: AuditLine,
): CaseDone {
  const { writings } = accounts;
  const known = writings.get(id);
  if (known?.kind !== 'case') return { kind: 'unknown' };
  const { account, target, body, updatedAtMs } = known;
  const author = account === THE_CELL ? null : account;
  const next = stepCase({ author, state: body.state }, event);
  if (next.kind === 'refused') return next;
  if (event.kind === 'note' && body.entries >= CASE_ENTRIES_MAX) {
    return { kind: 'refused', code: 'case-full' };
  }
  const changed: CaseBody = { ...body, state: next.state, entries: body.entries + 1 };
  const done = writings.change({
    puts: [
      { kind: 'case', account, target, body: changed, id, expected: updatedAtMs },
      { kind: 'case-entry', account, target: id, body: entry },
      auditPut(id, audit),
      ...noticePuts({ ...known, body: changed }),
      ...commentPuts(accounts, changed),
    ],
  });
  // Nothing else ran since the case was read.
  if (done.kind !== 'written') throw new Error(`a step of a case ended as ${done.kind}`);
  return caseDone(writings.get(id));
}

function auditPut(of: string, line: AuditLine): Put {
  const body: AuditBody = { action: null, outcome: null, rule: null, ...line };
  return { kind: 'audit', account: THE_CELL, target: of, body };
}

/** What the author is told of a case as it is now: nothing while nothing was done to them (MO13). */
function noticePuts({ id, account, body }: Case): readonly Put[] {
  const { about, state } = body;
  if (account === THE_CELL || state.kind === 'open') return [];
  const { by: _by, ...decision } = state.decision;
  if (decision.action === 'none') return [];
  const ended = state.kind === 'closed' ? endOf(state.appealDecision) : null;
  const appealedAtMs = state.kind === 'decided' ? null : state.appeal.atMs;
  const notice: NoticeBody = { about, decision, ended, appealedAtMs };
  return [{ kind: 'notice', account, target: id, body: notice }];
}

function endOf({ by: _by, ...told }: AppealDecision): Omit<AppealDecision, 'by'> {
  return told;
}

/** A comment is taken back by its own cell, so that its text is at no gateway any more. */
function commentPuts({ writings }: CaseAccounts, { about, state }: CaseBody): readonly Put[] {
  const comment = about.kind === 'comment' ? writings.get(about.id) : undefined;
  if (comment?.kind !== 'comment') return [];
  const isHeld = inForce(state, 0) !== undefined;
  const before = comment.body.state;
  if (isHeld ? before !== 'published' : before !== 'hidden') return [];
  const body = { ...comment.body, state: isHeld ? ('hidden' as const) : ('published' as const) };
  const { id, account, target, updatedAtMs } = comment;
  return [{ kind: 'comment', account, target, body, id, expected: updatedAtMs }];
}
