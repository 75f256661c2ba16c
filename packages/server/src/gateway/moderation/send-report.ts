// How a report comes about: it is kept in the reporter's home cell, and goes on without the reporter
// to the cell of what is reported. Rules: docs/spec/moderation.md (MO1 to MO6).

import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import { isId } from '@holdfast/protocol/ids.ts';
import {
  isOneOf,
  isReportReason,
  MODERATION_TEXT_CHARS_MAX,
  REPORTED_KINDS,
} from '@holdfast/protocol/reports.ts';
import type { ReportReason } from '@holdfast/protocol/reports.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import type { WritingOf } from '../../people/kinds.ts';
import { reportedTarget } from '../../people/report.ts';
import type { Reported } from '../../people/report.ts';
import type { Body } from '../answers.ts';
import { UNKNOWN_COMMENT } from '../comments/comment-parts.ts';
import { commentedVideo } from '../comments/commented-video.ts';
import type { CellClients } from '../parts.ts';
import { writeAs, writingAbout } from '../person.ts';
import { refusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import { NOBODY_HERE } from '../routes/people.ts';
import type { Account } from '../signed-in.ts';
import { textOf } from '../words.ts';

export type ReportSources = Readonly<{
  cells: CellClients;
  catalog: Catalog;
  publicCatalog: PublicCatalog;
}>;

const TARGET_FORM = refusal(
  'invalid-request',
  `target must be { kind, id } with a kind of ${REPORTED_KINDS.join(', ')}. Nothing was recorded.`,
);
const REASON_FORM = refusal(
  'invalid-request',
  'reason must be a code of GET /v1/report-reasons. Nothing was recorded.',
);
const NOTE_FORM = refusal(
  'invalid-request',
  `note must be text of at most ${MODERATION_TEXT_CHARS_MAX} characters. Nothing was recorded.`,
);

export type NewReport = Readonly<{
  kind: 'new-report';
  about: Reported;
  reason: ReportReason;
  note: string;
}>;

/** Reads a report off a body. */
export function newReportOf({ target, reason, note = '' }: Body): NewReport | Refusal {
  if (typeof target !== 'object' || target === null) return TARGET_FORM;
  const { kind, id } = target as Readonly<{ kind?: unknown; id?: unknown }>;
  if (!isOneOf(REPORTED_KINDS, kind) || !isId(id)) return TARGET_FORM;
  if (!isReportReason(reason)) return REASON_FORM;
  const words = textOf(note, MODERATION_TEXT_CHARS_MAX);
  return words === undefined
    ? NOTE_FORM
    : { kind: 'new-report', about: { kind, id }, reason, note: words };
}

type Place = Readonly<{ kind: 'place'; jurisdiction: Jurisdiction; account: string | null }>;

/** In which cell a thing is decided about, and whose it is (MO2). */
function placeOf(
  { catalog, publicCatalog }: ReportSources,
  { kind, id }: Reported,
  reporter: Account,
): Place | Refusal {
  if (kind === 'comment') {
    const known = publicCatalog.comment(id);
    if (known === undefined) return UNKNOWN_COMMENT;
    return { kind: 'place', jurisdiction: known.jurisdiction, account: known.record.account };
  }
  if (kind === 'person') {
    const known = publicCatalog.profileOf(id);
    if (known === undefined) return NOBODY_HERE;
    return { kind: 'place', jurisdiction: known.jurisdiction, account: id };
  }
  const video = commentedVideo({ catalog, publicCatalog }, id as VideoId);
  if (video.kind === 'refusal') return video;
  const { jurisdiction = reporter.jurisdiction, account = null } = video.creator ?? {};
  return { kind: 'place', jurisdiction, account };
}

type Report = WritingOf<'report'>;
export type SentReport = Readonly<{ kind: 'report'; report: Report; isNew: boolean }>;

/** Keeps a report and sends it on; the same one again while it waits or its case is open (MO4). */
export async function sendReport(
  sources: ReportSources,
  reporter: Account,
  wanted: NewReport,
): Promise<SentReport | Refusal> {
  const { about, reason, note } = wanted;
  const place = placeOf(sources, about, reporter);
  if (place.kind === 'refusal') return place;
  const target = reportedTarget(about);
  const found = await writingAbout(reporter, 'report', target);
  if (found.kind === 'refusal') return found;
  const known = found.writing;
  if (known !== undefined && (await isOpen(sources, known))) {
    return passOn(sources, reporter, { report: known, isNew: false });
  }
  const body = { about, reason, note, cell: place.jurisdiction, case: null };
  const put = { kind: 'report', target, body } as const;
  const written = await writeAs(reporter, sources.publicCatalog, { puts: [put] });
  if (written.kind === 'refusal') return written;
  const [report] = written.items;
  if (report?.kind !== 'report') throw new Error('a report was written as something else');
  return passOn(sources, reporter, { report, isNew: true });
}

/** Whether a report waits, or its case is open; a cell that is silent has not decided. */
async function isOpen({ cells }: ReportSources, { body }: Report): Promise<boolean> {
  if (body.case === null) return true;
  const told = await cells
    .get(body.cell as Jurisdiction)
    ?.call('caseStates', { cases: [body.case] });
  return told?.kind !== 'case-states' || told.items[0]?.state === 'open';
}

/** Sends a report that waits to the cell of the thing; it stays waiting when that is silent (MO3). */
export async function passOn(
  sources: ReportSources,
  reporter: Account,
  { report, isNew }: Readonly<{ report: Report; isNew: boolean }>,
): Promise<SentReport | Refusal> {
  const { body, id, target, updatedAtMs } = report;
  const kept = { kind: 'report', report, isNew } as const;
  if (body.case !== null) return kept;
  const { about, reason, note } = body;
  const account = ownerOf(sources, about);
  const opened = await sources.cells
    .get(body.cell as Jurisdiction)
    ?.call('openCase', { report: id, about, account, reason, note });
  if (opened?.kind !== 'opened') return kept;
  const changed = { ...body, case: opened.case };
  const put = { kind: 'report', target, body: changed, id, expected: updatedAtMs } as const;
  const written = await writeAs(reporter, sources.publicCatalog, { puts: [put] });
  // Sent again, it is found by its name and counted once.
  if (written.kind === 'refusal') return kept;
  const [sent] = written.items;
  return sent?.kind === 'report' ? { ...kept, report: sent } : kept;
}

function ownerOf({ publicCatalog }: ReportSources, { kind, id }: Reported): string | null {
  return kind === 'video' ? (publicCatalog.video(id)?.record.account ?? null) : null;
}
