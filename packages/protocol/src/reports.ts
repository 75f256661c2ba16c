// Reports and decisions as they go over the wire. Rules: docs/spec/moderation.md.

/** Longest note of a report, of a moderator, and longest facts of a decision, in characters. */
export const MODERATION_TEXT_CHARS_MAX = 1_000;
/** Longest time for which something can be hidden, in days. */
export const HIDDEN_DAYS_MAX = 365;

/** Why something is reported, and by which rule it is decided; closed, because it becomes public. */
export const REPORT_REASONS = {
  spam: 'Spam or misleading',
  harassment: 'Harassment or bullying',
  hate: 'Hate against a group of people',
  violence: 'Violence or threats',
  sexual: 'Sexual content',
  minors: 'Endangers children or teenagers',
  'self-harm': 'Suicide or self-harm',
  'illegal-goods': 'Sale of illegal or dangerous goods',
  fraud: 'Fraud or deception',
  impersonation: 'Pretends to be somebody else',
  privacy: 'Shows private information',
  copyright: 'Breaks copyright or another right',
  terrorism: 'Terrorism or extremism',
  'other-law': 'Breaks a law in another way',
  other: 'Something else against the rules',
} as const;

export type ReportReason = keyof typeof REPORT_REASONS;

export function isReportReason(value: unknown): value is ReportReason {
  return typeof value === 'string' && Object.hasOwn(REPORT_REASONS, value);
}

export const REPORTED_KINDS = ['video', 'comment', 'person'] as const;
export type ReportedKind = (typeof REPORTED_KINDS)[number];

export const DECISION_ACTIONS = ['none', 'hide', 'remove'] as const;
export type DecisionAction = (typeof DECISION_ACTIONS)[number];

export const DECISION_GROUNDS = ['rules', 'law'] as const;
export type DecisionGround = (typeof DECISION_GROUNDS)[number];

export const APPEAL_OUTCOMES = ['upheld', 'reversed'] as const;
export type AppealOutcome = (typeof APPEAL_OUTCOMES)[number];

export const CASE_STATES = ['open', 'decided', 'appealed', 'closed'] as const;
export type CaseStateKind = (typeof CASE_STATES)[number];

/** Whether a value is one of a closed list; `REPORTED_KINDS` and the like. */
export function isOneOf<Value extends string>(
  values: readonly Value[],
  value: unknown,
): value is Value {
  return values.some((each) => each === value);
}
