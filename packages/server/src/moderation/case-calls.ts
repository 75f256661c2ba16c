// What a cell answers about its cases: to moderators among its people, to whoever a case is about,
// and to gateways that bring reports and ask what became of them.
//
// Rules: docs/spec/moderation.md (MO2, MO5, MO8, MO14, MO18).

import type { DecisionAction } from '@holdfast/protocol/reports.ts';
import { THE_CELL } from '../accounts/replicated-rows.ts';
import type { CellCalls } from '../cell/cell-client.ts';
import { CASE_ENTRIES_MAX } from '../people/case.ts';
import type { CaseEntryBody } from '../people/case.ts';
import type { WritingOf } from '../people/kinds.ts';
import { edgeOf, pageOf } from '../people/page-edge.ts';
import type { Reported } from '../people/report.ts';
import { inForce } from './case-machine.ts';
import { addNote, addReport, appeal, decide, decideAppeal } from './cases.ts';
import type { CaseAccounts, CaseDone } from './cases.ts';
import type { CaseView } from './case-view.ts';
import type { RolesFile } from './roles-file.ts';

type Calls = CellCalls;

export type CaseContext = Readonly<{
  accounts: CaseAccounts;
  roles: Pick<RolesFile, 'of'>;
  nowMs: () => number;
}>;

/** Cases that one look for a state goes through. */
const CASES_READ_MAX = 5_000;
const CASES_PER_READ = 200;

const NOBODY = { kind: 'nobody' } as const;
const FORBIDDEN = { kind: 'forbidden' } as const;

/** The roles of whoever has the token. */
export function rolesOf(
  { accounts, roles }: CaseContext,
  { token }: Calls['rolesOf']['ask'],
): Calls['rolesOf']['reply'] {
  const session = accounts.session(token);
  if (session.kind === 'no-session') return NOBODY;
  return { kind: 'roles', roles: roles.of(session.accountId) };
}

type Moderator = Readonly<{ kind: 'moderator'; account: string }>;

function moderatorOf(
  { accounts, roles }: CaseContext,
  token: string,
): Moderator | typeof NOBODY | typeof FORBIDDEN {
  const session = accounts.session(token);
  if (session.kind === 'no-session') return NOBODY;
  const { accountId: account } = session;
  return roles.of(account).includes('moderator') ? { kind: 'moderator', account } : FORBIDDEN;
}

/** Takes a report without who made it (MO2). */
export function openCase(
  { accounts }: CaseContext,
  { report, about, account, reason, note }: Calls['openCase']['ask'],
): Calls['openCase']['reply'] {
  const author = authorOf(accounts, about, account);
  if (author === undefined) return { kind: 'unknown-target' };
  const done = addReport(accounts, { report, about, author, reason, note });
  if (done.kind === 'done') return { kind: 'opened', case: done.case.id };
  return done.kind === 'unknown' ? { kind: 'unknown-target' } : { kind: 'case-full' };
}

/** Whose a thing is: `null` for what is nobody's of this cell, `undefined` for what is not there. */
function authorOf(
  accounts: CaseAccounts,
  about: Reported,
  account: string | null,
): string | null | undefined {
  if (about.kind === 'comment') {
    const comment = accounts.writings.get(about.id);
    const isThere = comment?.kind === 'comment' && comment.body.state !== 'deleted';
    return isThere ? comment.account : undefined;
  }
  const owner = about.kind === 'person' ? about.id : account;
  if (owner === null) return null;
  return accounts.authorOf(owner) === undefined ? undefined : owner;
}

/** What became of cases (MO5). */
export function caseStates(
  { accounts, nowMs }: CaseContext,
  { cases: asked }: Calls['caseStates']['ask'],
): Calls['caseStates']['reply'] {
  const items = asked.flatMap((id) => {
    const known = accounts.writings.get(id);
    if (known?.kind !== 'case') return [];
    const { state } = known.body;
    const held = inForce(state, nowMs())?.action;
    const action: DecisionAction | null = state.kind === 'open' ? null : (held ?? 'none');
    return [{ case: id, state: state.kind, action }];
  });
  return { kind: 'case-states', items };
}

/** A moderator's look at the queue, or at one case with all that was said in it. */
export function cases(
  context: CaseContext,
  { token, find }: Calls['cases']['ask'],
): Calls['cases']['reply'] {
  const moderator = moderatorOf(context, token);
  if (moderator.kind !== 'moderator') return moderator;
  const { accounts } = context;
  const { writings } = accounts;
  if (find.by === 'id') {
    const known = writings.get(find.id);
    if (known?.kind !== 'case') return { kind: 'cases', items: [], entries: [], next: undefined };
    const entries = writings
      .about('case-entry', find.id, { itemsMax: CASE_ENTRIES_MAX })
      .map(({ body, createdAtMs }) => ({ atMs: createdAtMs, entry: body }))
      .reverse();
    const said = entries.map(({ entry }) => entry);
    return { kind: 'cases', items: [viewOf(accounts, known, said)], entries, next: undefined };
  }
  const found: WritingOf<'case'>[] = [];
  let before = edgeOf(find.before);
  for (let read = 0; read < CASES_READ_MAX && found.length <= find.itemsMax;) {
    const some = writings.all('case', { before, itemsMax: CASES_PER_READ });
    read += CASES_PER_READ;
    found.push(...some.filter(({ body }) => body.state.kind === find.state));
    before = some.at(-1);
    if (some.length < CASES_PER_READ) break;
  }
  const { items, next } = pageOf(found, find.itemsMax);
  return { kind: 'cases', items: items.map((one) => viewOf(accounts, one)), entries: [], next };
}

function viewOf(
  accounts: CaseAccounts,
  { id, account, body, createdAtMs, updatedAtMs }: WritingOf<'case'>,
  entries: readonly CaseEntryBody[] = [],
): CaseView {
  const { about } = body;
  const said = about.kind === 'comment' ? accounts.writings.get(about.id) : undefined;
  const text = said?.kind === 'comment' ? said.body.text : null;
  const video = said?.kind === 'comment' ? said.body.video : null;
  const owner = account === THE_CELL ? null : account;
  const handle = owner === null ? null : (accounts.authorOf(owner)?.handle ?? null);
  const names = namesOf(accounts, body, entries);
  return {
    ...{ id, about, account: owner, handle, text, video, names, body },
    ...{ createdAtMs, updatedAtMs },
  };
}

/** What the moderators who have done something in a case are called. */
function namesOf(
  accounts: CaseAccounts,
  { state }: WritingOf<'case'>['body'],
  entries: readonly CaseEntryBody[],
): CaseView['names'] {
  const moderators = new Set<string>();
  if (state.kind !== 'open') moderators.add(state.decision.by);
  if (state.kind === 'closed') moderators.add(state.appealDecision.by);
  for (const entry of entries) if ('by' in entry) moderators.add(entry.by);
  return [...moderators].flatMap((account) => {
    const handle = accounts.authorOf(account)?.handle;
    return handle === undefined ? [] : [{ account, handle }];
  });
}

/** What a moderator does in a case. */
export function moderate(
  context: CaseContext,
  { token, case: id, act }: Calls['moderate']['ask'],
): Calls['moderate']['reply'] {
  const moderator = moderatorOf(context, token);
  if (moderator.kind !== 'moderator') return moderator;
  const { accounts, nowMs } = context;
  const { account: by } = moderator;
  const atMs = nowMs();
  if (act.kind === 'note') return moderated(accounts, addNote(accounts, id, by, act.text));
  if (act.kind === 'decide') {
    const { action, ground, rule, facts, hiddenMs } = act;
    const untilMs = hiddenMs === null ? null : atMs + hiddenMs;
    const decision = { by, atMs, action, ground, rule, facts, untilMs };
    return moderated(accounts, decide(accounts, id, decision));
  }
  const { outcome, facts } = act;
  return moderated(accounts, decideAppeal(accounts, id, { by, atMs, outcome, facts }));
}

function moderated(accounts: CaseAccounts, done: CaseDone): Calls['moderate']['reply'] {
  if (done.kind === 'unknown') return { kind: 'unknown-case' };
  return done.kind === 'done' ? { kind: 'moderated', item: viewOf(accounts, done.case) } : done;
}

/** An appeal of whoever has the token, against what their notice says. */
export function appealNotice(
  { accounts, nowMs }: CaseContext,
  { token, notice, text }: Calls['appealNotice']['ask'],
): Calls['appealNotice']['reply'] {
  const session = accounts.session(token);
  if (session.kind === 'no-session') return NOBODY;
  const account = session.accountId;
  const done = appeal(accounts, { notice, account, text, atMs: nowMs() });
  if (done.kind === 'unknown') return { kind: 'unknown-notice' };
  return done.kind === 'done' ? { kind: 'appealed' } : done;
}

/** What was done in the cases of this cell, newest first (MO18). */
export function caseAudit(
  context: CaseContext,
  { token, before, itemsMax }: Calls['caseAudit']['ask'],
): Calls['caseAudit']['reply'] {
  const moderator = moderatorOf(context, token);
  if (moderator.kind !== 'moderator') return moderator;
  const { accounts } = context;
  const page = { before: edgeOf(before), itemsMax: itemsMax + 1 };
  const { items, next } = pageOf(accounts.writings.all('audit', page), itemsMax);
  const lines = items.map(({ target, body, createdAtMs }) => ({
    case: target,
    atMs: createdAtMs,
    ...body,
    handle: body.by === null ? null : (accounts.authorOf(body.by)?.handle ?? null),
  }));
  return { kind: 'audit', items: lines, next };
}
