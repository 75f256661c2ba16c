// Cases, notices and reports as the API shows them.

import type { DecisionAction } from '@holdfast/protocol/reports.ts';
import type { AuditLine } from '../../cell/cell-client.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import type { CaseView } from '../../moderation/case-view.ts';
import type { AppealDecision, Decision } from '../../moderation/case-machine.ts';
import type { CaseEntryBody } from '../../people/case.ts';
import type { WritingOf } from '../../people/kinds.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { timeText } from '../answers.ts';

/** What goes out as JSON; `openapi/paths-reports.ts` has its form, and a test holds it to that. */
type Json = Readonly<Record<string, unknown>>;

type Sources = Readonly<{ catalog: Catalog; publicCatalog: PublicCatalog }>;
const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeText(ms));

/** What a moderator is called: by their handle, or by their account when it is gone. */
type NameOf = (account: string) => string;

function namesIn({ names }: CaseView): NameOf {
  const handles = new Map(names.map(({ account, handle }) => [account, handle]));
  return (account) => handles.get(account) ?? account;
}

function decisionJson(decision: Omit<Decision, 'by'>) {
  const { atMs, action, ground, rule, facts, untilMs } = decision;
  return { at: timeText(atMs), action, ground, rule, facts, until: timeOrNull(untilMs) };
}

function endJson({ atMs, outcome, facts }: Omit<AppealDecision, 'by'>) {
  return { at: timeText(atMs), outcome, facts };
}

export function caseJson(sources: Sources, view: CaseView): Json {
  const { id, about, account, handle, body, createdAtMs, updatedAtMs } = view;
  const { state, reports, reasons } = body;
  const nameOf = namesIn(view);
  const decision =
    state.kind === 'open'
      ? null
      : { ...decisionJson(state.decision), by: nameOf(state.decision.by) };
  const isAppealed = state.kind === 'appealed' || state.kind === 'closed';
  const appeal = isAppealed ? { at: timeText(state.appeal.atMs), text: state.appeal.text } : null;
  const appealDecision =
    state.kind === 'closed'
      ? { ...endJson(state.appealDecision), by: nameOf(state.appealDecision.by) }
      : null;
  return {
    id,
    target: about,
    state: state.kind,
    reports,
    reasons,
    openedAt: timeText(createdAtMs),
    updatedAt: timeText(updatedAtMs),
    author: account === null ? null : { account, handle },
    subject: subjectOf(sources, view),
    decision,
    appeal,
    appealDecision,
  };
}

/** What the reported thing says, for those who decide about it. */
function subjectOf({ catalog, publicCatalog }: Sources, { about, text, video }: CaseView) {
  if (about.kind === 'comment') return { video, title: null, text };
  if (about.kind === 'person') {
    const profile = publicCatalog.profileOf(about.id)?.record;
    return { video: null, title: profile?.displayName ?? null, text: profile?.bio ?? null };
  }
  const entry = catalog.entry(about.id as VideoId);
  return { video: about.id, title: entry?.title ?? null, text: entry?.caption ?? null };
}

export function entriesJson(
  view: CaseView,
  entries: readonly Readonly<{ atMs: number; entry: CaseEntryBody }>[],
): readonly Json[] {
  const nameOf = namesIn(view);
  return entries.map(({ atMs, entry }) => {
    const at = timeText(atMs);
    const none = { by: null, text: null, reason: null, action: null, outcome: null, rule: null };
    const { what } = entry;
    switch (entry.what) {
      case 'report':
        return { what, at, ...none, text: entry.note, reason: entry.reason };
      case 'note':
        return { what, at, ...none, by: nameOf(entry.by), text: entry.text };
      case 'decision': {
        const { by, action, rule, facts } = entry.decision;
        return { what, at, ...none, by: nameOf(by), text: facts, action, rule };
      }
      case 'appeal':
        return { what, at, ...none, text: entry.text };
      case 'appeal-decision': {
        const { by, outcome, facts } = entry;
        return { what, at, ...none, by: nameOf(by), text: facts, outcome };
      }
    }
  });
}

export function auditJson({
  case: of,
  atMs,
  what,
  by,
  handle,
  action,
  outcome,
  rule,
}: AuditLine): Json {
  return { case: of, at: timeText(atMs), what, by: handle ?? by, action, outcome, rule };
}

export function noticeJson({ id, body, createdAtMs }: WritingOf<'notice'>): Json {
  const { about, decision, ended, appealedAtMs } = body;
  return {
    id,
    target: about,
    at: timeText(createdAtMs),
    decision: decisionJson(decision),
    appealedAt: timeOrNull(appealedAtMs),
    ended: ended === null ? null : endJson(ended),
  };
}

/** A report as its reporter sees it; `decided` is what became of its case, as far as is known. */
export function reportJson(
  { id, body, createdAtMs }: WritingOf<'report'>,
  decided: Readonly<{ state: string; action: DecisionAction | null }>,
): Json {
  const { about, reason, note } = body;
  return { id, target: about, reason, note, receivedAt: timeText(createdAtMs), ...decided };
}
