// Reports, notices and cases as the API sends them, checked.

import { REPORT_REASONS } from '@holdfast/protocol/reports.ts';
import { fieldsOf, listOf, textOf, timeOf, wholeOf } from '../app/parse.ts';

export type Reason = keyof typeof REPORT_REASONS;
export type ThingKind = 'video' | 'comment' | 'person';
export type Thing = Readonly<{ kind: ThingKind; id: string }>;
export type Action = 'none' | 'hide' | 'remove';
export type Ground = 'rules' | 'law';
export type Outcome = 'upheld' | 'reversed';
export type CaseState = 'open' | 'decided' | 'appealed' | 'closed';

export const REASONS = Object.keys(REPORT_REASONS) as readonly Reason[];
export const ACTIONS: readonly Action[] = ['none', 'hide', 'remove'];
export const GROUNDS: readonly Ground[] = ['rules', 'law'];
export const OUTCOMES: readonly Outcome[] = ['upheld', 'reversed'];
const THINGS: readonly ThingKind[] = ['video', 'comment', 'person'];
const STATES: readonly CaseState[] = ['open', 'decided', 'appealed', 'closed'];
const ENTRIES = ['report', 'note', 'decision', 'appeal', 'appeal-decision'] as const;

const oneOf = <T extends string>(list: readonly T[], value: unknown): T | undefined =>
  list.find((one) => one === value);

function parseThing(value: unknown): Thing | undefined {
  const fields = fieldsOf(value);
  const kind = oneOf(THINGS, fields['kind']);
  const id = textOf(fields['id']);
  return kind === undefined || id === undefined ? undefined : { kind, id };
}

export type Report = Readonly<{
  id: string;
  target: Thing;
  reason: Reason;
  note: string;
  receivedAt: string;
  state: CaseState | 'received';
  /** What was decided; `undefined` before. */
  action: Action | undefined;
}>;

export function parseReport(value: unknown): Report | undefined {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  const target = parseThing(fields['target']);
  const reason = oneOf(REASONS, fields['reason']);
  const receivedAt = timeOf(fields['receivedAt']);
  if (id === undefined || target === undefined || reason === undefined) return undefined;
  if (receivedAt === undefined) return undefined;
  return {
    id,
    target,
    reason,
    receivedAt,
    note: textOf(fields['note']) ?? '',
    state: oneOf(STATES, fields['state']) ?? 'received',
    action: oneOf(ACTIONS, fields['action']),
  };
}

export type Decision = Readonly<{
  by: string | undefined;
  at: string;
  action: Action;
  ground: Ground;
  rule: Reason;
  facts: string;
  until: string | undefined;
}>;

function parseDecision(value: unknown): Decision | undefined {
  const fields = fieldsOf(value);
  const at = timeOf(fields['at']);
  const action = oneOf(ACTIONS, fields['action']);
  const ground = oneOf(GROUNDS, fields['ground']);
  const rule = oneOf(REASONS, fields['rule']);
  if (at === undefined || action === undefined) return undefined;
  if (ground === undefined || rule === undefined) return undefined;
  return {
    at,
    action,
    ground,
    rule,
    by: textOf(fields['by']),
    facts: textOf(fields['facts']) ?? '',
    until: timeOf(fields['until']),
  };
}

export type AppealEnd = Readonly<{ at: string; outcome: Outcome; facts: string }>;

function parseEnd(value: unknown): AppealEnd | undefined {
  const fields = fieldsOf(value);
  const at = timeOf(fields['at']);
  const outcome = oneOf(OUTCOMES, fields['outcome']);
  if (at === undefined || outcome === undefined) return undefined;
  return { at, outcome, facts: textOf(fields['facts']) ?? '' };
}

/** A statement of reasons, to the author of what it is about. */
export type NoticeToMe = Readonly<{
  id: string;
  target: Thing;
  decision: Decision;
  appealedAt: string | undefined;
  ended: AppealEnd | undefined;
}>;

export function parseNotice(value: unknown): NoticeToMe | undefined {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  const target = parseThing(fields['target']);
  const decision = parseDecision(fields['decision']);
  if (id === undefined || target === undefined || decision === undefined) return undefined;
  return {
    id,
    target,
    decision,
    appealedAt: timeOf(fields['appealedAt']),
    ended: parseEnd(fields['ended']),
  };
}

export type CaseLine = Readonly<{
  id: string;
  target: Thing;
  state: CaseState;
  reports: number;
  reasons: readonly Reason[];
  openedAt: string | undefined;
}>;

export function parseCaseLine(value: unknown): CaseLine | undefined {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  const target = parseThing(fields['target']);
  const state = oneOf(STATES, fields['state']);
  if (id === undefined || target === undefined || state === undefined) return undefined;
  return {
    id,
    target,
    state,
    reports: wholeOf(fields['reports']) ?? 0,
    reasons: listOf(fields['reasons'], (one) => oneOf(REASONS, one)) ?? [],
    openedAt: timeOf(fields['openedAt']),
  };
}

/** What was said or done in a case; what an entry of its kind does not have is empty. */
export type Entry = Readonly<{
  what: (typeof ENTRIES)[number];
  at: string;
  by: string | undefined;
  text: string;
  reason: Reason | undefined;
  action: Action | undefined;
  outcome: Outcome | undefined;
}>;

function parseEntry(value: unknown): Entry | undefined {
  const fields = fieldsOf(value);
  const what = oneOf(ENTRIES, fields['what']);
  const at = timeOf(fields['at']);
  if (what === undefined || at === undefined) return undefined;
  return {
    what,
    at,
    by: textOf(fields['by']),
    text: textOf(fields['text']) ?? '',
    reason: oneOf(REASONS, fields['reason']),
    action: oneOf(ACTIONS, fields['action']),
    outcome: oneOf(OUTCOMES, fields['outcome']),
  };
}

export type Case = CaseLine &
  Readonly<{
    entries: readonly Entry[];
    decision: Decision | undefined;
    /** What the reported thing says, where it still says something. */
    text: string;
  }>;

export function parseCase(value: unknown): Case | undefined {
  const line = parseCaseLine(value);
  const fields = fieldsOf(value);
  const entries = listOf(fields['entries'], parseEntry);
  if (line === undefined || entries === undefined) return undefined;
  const text = textOf(fieldsOf(fields['subject'])['text']) ?? '';
  return { ...line, entries, text, decision: parseDecision(fields['decision']) };
}

export type AuditLine = Readonly<{
  case: string;
  what: Entry['what'];
  at: string;
  by: string | undefined;
  action: Action | undefined;
  outcome: Outcome | undefined;
}>;

export function parseAuditLine(value: unknown): AuditLine | undefined {
  const entry = parseEntry(value);
  const of = textOf(fieldsOf(value)['case']);
  if (entry === undefined || of === undefined) return undefined;
  const { what, at, by, action, outcome } = entry;
  return { case: of, what, at, by, action, outcome };
}
