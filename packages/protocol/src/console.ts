// The contract between the operators' console in a browser and the cell process that serves it: the
// texts that a person's key signs, and the documents that the console shows.
//
// Rules: docs/spec/console.md. Each text begins with what it is for, so that a signature over one
// can never be shown as one over another.

export const CONSOLE_API = '/console/api';

/** Different persons whose approval a cut needs. */
export const APPROVALS_NEEDED = 2;
/** An approval is good for so long. */
export const APPROVAL_MS_MAX: number = 15 * 60_000;
/** Pause of writes that is aimed at, and the one at which a hand-over is stopped. */
export const PAUSE_MS_AIM = 350;
export const PAUSE_MS_MAX = 900;
/** Samples that a cell keeps for charts, one a second. */
export const SAMPLES_MAX = 600;

export const STAFF_ROLES = ['operator', 'viewer'] as const;
/** An operator may act, a viewer may look. */
export type StaffRole = (typeof STAFF_ROLES)[number];

const STAFF_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** Whether a value can be the name of a person of the staff. */
export function isStaffName(value: unknown): boolean {
  return typeof value === 'string' && STAFF_NAME.test(value);
}

/** What a browser's new key signs, to show that it is there. */
export function enrolText(
  fields: Readonly<{ cell: string; name: string; code: string; publicKey: string }>,
): string {
  return text('enrol', [fields.cell, fields.name, fields.code, fields.publicKey]);
}

/** What a key signs to sign its person in. */
export function signInText(
  fields: Readonly<{ cell: string; name: string; keyId: string; challenge: string }>,
): string {
  return text('sign-in', [fields.cell, fields.name, fields.keyId, fields.challenge]);
}

export type ApprovalFields = Readonly<{
  cell: string;
  handover: string;
  /** `operator/site` of the party that has the cell, and of the one that is to have it. */
  source: string;
  target: string;
  /** Epoch in which the hand-over waits. */
  epoch: number;
  name: string;
  keyId: string;
  challenge: string;
}>;

/** What a person's key signs to approve one cut. */
export function approvalText(fields: ApprovalFields): string {
  const { cell, handover, source, target, epoch, name, keyId, challenge } = fields;
  return text('approve', [cell, handover, source, target, epoch, name, keyId, challenge]);
}

function text(kind: string, lines: readonly (string | number)[]): string {
  return [`holdfast console 1 ${kind}`, ...lines].join('\n');
}

/** Who a session is of. */
export type ConsoleSession = Readonly<{
  name: string;
  role: StaffRole;
  keyId: string;
  cell: string;
  expiresAtMs: number;
}>;

type PartyName = Readonly<{ operator: string; site: string; url: string }>;
type Light = 'green' | 'red' | 'unknown';

/** How the hand-over stands at this party. A number that is not known is null, never 0. */
export type ConsoleStatus = Readonly<{
  cell: string;
  party: PartyName;
  state: string;
  epoch: number;
  owner: PartyName | null;
  act: string | null;
  handover: Readonly<{
    id: string;
    mode: 'auto' | 'approve' | 'follow';
    isApproved: boolean;
    target: PartyName;
    startedAtMs: number;
    ended: Readonly<{ outcome: 'handed-over' | 'aborted'; reason: string; atMs: number }> | null;
  }> | null;
  progress: Readonly<{
    copying: Readonly<{
      bytes: number;
      bytesTotal: number;
      bytesPerSecond: number | null;
      /** Why the source lets it go no faster, in words; `null` when it does not hold it back. */
      heldBack: string | null;
    }> | null;
    batchesLeft: number | null;
    leftMs: number | null;
    pace: 'unknown' | 'throttled' | 'stalled' | 'diverging' | 'converging' | 'idle';
  }>;
  lag: Readonly<
    | { kind: 'unknown'; reason: string }
    | { kind: 'known'; lagMs: number; trend: 'falling' | 'steady' | 'rising' }
  >;
  rates: Readonly<{
    ownerOpsPerSecond: number | null;
    ownerBatchesPerSecond: number | null;
    followerOpsPerSecond: number | null;
    followerBatchesPerSecond: number | null;
  }>;
  gates: readonly Readonly<{ name: string; light: Light; reason: string }>[];
  pause: Readonly<{ pauseMs: number; isOver: boolean }> | null;
  certificate: Readonly<{ handover: string; isMade: boolean; detail: string }> | null;
}>;

/** One second of a chart; null is a gap. */
export type ConsoleSample = Readonly<{
  n: number;
  atMs: number;
  state: string;
  ownerOpsPerSecond: number | null;
  followerOpsPerSecond: number | null;
  lagMs: number | null;
  pauseMs: number | null;
}>;

/** Who approved the cut of the newest hand-over, and whose approval still counts. */
export type ConsoleApprovals = Readonly<{
  needed: number;
  persons: readonly Readonly<{ name: string; atMs: number }>[];
  /** Approved at the command line, with the operator's own key; that suffices alone. */
  byOperatorKey: boolean;
}>;

export type ConsoleLive = Readonly<{
  session: ConsoleSession;
  nowMs: number;
  /** Null while this party waits for the registrar. */
  status: ConsoleStatus | null;
  approvals: ConsoleApprovals;
  history: Readonly<{ id: string; samples: readonly ConsoleSample[] }>;
}>;

export type ConsoleAuditEntry = Readonly<{
  at: string;
  /** Name of a person, `the command line`, `the operator's key`, or `the cell` itself. */
  who: string;
  what: string;
  outcome: 'done' | 'refused';
  detail: string;
}>;

export type PreflightCheck = Readonly<{ name: string; light: Light; reason: string }>;

/** What a start or a rollback did, or would do. */
export type ConsoleStarted = Readonly<
  | { kind: 'started'; handover: string; checks: readonly PreflightCheck[] }
  | { kind: 'dry-run'; checks: readonly PreflightCheck[]; steps: readonly string[]; fits: boolean }
>;
