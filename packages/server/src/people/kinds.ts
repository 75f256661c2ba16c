// The closed list of what people can write, with the rules of each kind: one line for each, the rule
// itself in a file of its own.

import { fits, id, nothing, text, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { DRAFT, SCHEDULE } from './draft.ts';
import type { DraftBody, ScheduleBody } from './draft.ts';
import { AUDIT, CASE, CASE_ENTRY, NOTICE } from './case.ts';
import type { AuditBody, CaseBody, CaseEntryBody, NoticeBody } from './case.ts';
import { COMMENT, COMMENT_LIKE } from './comment.ts';
import type { CommentBody, CommentLikeBody } from './comment.ts';
import { FOLLOW } from './follow.ts';
import type { FollowBody } from './follow.ts';
import { HOLD_LIST } from './hold-list.ts';
import type { HoldListBody } from './hold-list.ts';
import { PASSKEY } from './passkey.ts';
import type { PasskeyBody } from './passkey.ts';
import { PROFILE } from './profile.ts';
import type { ProfileBody } from './profile.ts';
import { REPORT } from './report.ts';
import type { ReportBody } from './report.ts';
import { SETTINGS } from './settings.ts';
import type { SettingsBody } from './settings.ts';
import type { KindRule, Writing } from './writing.ts';

/** The body of each kind. */
export type Bodies = {
  profile: ProfileBody;
  draft: DraftBody;
  schedule: ScheduleBody;
  follow: FollowBody;
  passkey: PasskeyBody;
  settings: SettingsBody;
  comment: CommentBody;
  'comment-like': CommentLikeBody;
  'hold-list': HoldListBody;
  report: ReportBody;
  case: CaseBody;
  'case-entry': CaseEntryBody;
  audit: AuditBody;
  notice: NoticeBody;
};

export type Kind = keyof Bodies;

/** A writing whose kind says what its body is. */
export type WritingOf<Name extends Kind> = {
  [One in Name]: Readonly<{ kind: One }> & Writing<Bodies[One]>;
}[Name];
export type AnyWriting = WritingOf<Kind>;

export const KINDS: Readonly<{ [Name in Kind]: KindRule<Bodies[Name]> }> = {
  profile: PROFILE,
  draft: DRAFT,
  schedule: SCHEDULE,
  follow: FOLLOW,
  passkey: PASSKEY,
  settings: SETTINGS,
  comment: COMMENT,
  'comment-like': COMMENT_LIKE,
  'hold-list': HOLD_LIST,
  report: REPORT,
  case: CASE,
  'case-entry': CASE_ENTRY,
  audit: AUDIT,
  notice: NOTICE,
};

/** What ids of a kind begin with. */
export const ID_PREFIXES: Readonly<Record<Kind, string>> = {
  profile: 'prf',
  draft: 'drf',
  schedule: 'sch',
  follow: 'fol',
  passkey: 'psk',
  settings: 'set',
  comment: 'cmt',
  'comment-like': 'clk',
  'hold-list': 'hld',
  report: 'rpt',
  case: 'cas',
  'case-entry': 'cse',
  audit: 'aud',
  notice: 'ntc',
};

export const TARGET_CHARS_MAX = 128;

export function isKind(value: unknown): value is Kind {
  return typeof value === 'string' && Object.hasOwn(KINDS, value);
}

/** The rule of a writing's kind, for a writing of any kind. */
export function ruleOf(kind: Kind): KindRule<Bodies[Kind]> {
  // Each rule is only ever given writings of its own kind, which `WritingOf` pairs with it.
  return KINDS[kind] as KindRule<Bodies[Kind]>;
}

/** A writing in exactly the form of its kind. */
export const writingShape: Shape = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { kind } = value as Readonly<{ kind?: unknown }>;
  if (!isKind(kind)) return false;
  const fields = {
    id,
    kind: (one: unknown) => one === kind,
    account: id,
    target: text(TARGET_CHARS_MAX),
    body: KINDS[kind].body,
    createdAtMs: uint,
    updatedAtMs: uint,
  };
  return fits(fields, value);
};

/** What somebody asks to be written as theirs, in exactly the form of its kind. */
export const ownPutShape: Shape = (value) => {
  if (typeof value !== 'object' || value === null) return false;
  const { kind } = value as Readonly<{ kind?: unknown }>;
  if (!isKind(kind) || KINDS[kind].writtenBy !== 'person') return false;
  const fields = {
    kind: (one: unknown) => one === kind,
    target: text(TARGET_CHARS_MAX),
    body: KINDS[kind].body,
    id: union(id, nothing),
    expected: union(uint, (one) => one === null, nothing),
  };
  return fits(fields, value);
};
