// That somebody reported something: kept where they live, and told to nobody else.
//
// Rules: docs/spec/moderation.md (MO1 to MO6).

import {
  MODERATION_TEXT_CHARS_MAX,
  REPORT_REASONS,
  REPORTED_KINDS,
} from '@holdfast/protocol/reports.ts';
import type { ReportedKind, ReportReason } from '@holdfast/protocol/reports.ts';
import { choice, id, jurisdiction } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { chars, orNull } from '../border/public-records.ts';
import type { KindRule } from './writing.ts';

export type Reported = Readonly<{ kind: ReportedKind; id: string }>;
export const reported: Shape = { kind: choice(...REPORTED_KINDS), id };
export const reportReason: Shape = choice(...Object.keys(REPORT_REASONS));
/** What somebody wrote about a case. */
export const caseText: Shape = chars(MODERATION_TEXT_CHARS_MAX);

/** Reports of one account. */
export const REPORTS_MAX = 5_000;

export type ReportBody = Readonly<{
  about: Reported;
  reason: ReportReason;
  note: string;
  /** The cell in which the case is. */
  cell: string;
  /** `null` until the report has arrived there. */
  case: string | null;
}>;

/** Its target is what is reported. */
export const REPORT: KindRule<ReportBody> = {
  body: {
    about: reported,
    reason: reportReason,
    note: caseText,
    cell: jurisdiction,
    case: orNull(id),
  },
  writtenBy: 'person',
  perAccountMax: REPORTS_MAX,
};

/** What is reported, as a target. */
export function reportedTarget({ kind, id: of }: Reported): string {
  return `${kind}/${of}`;
}
