// What the cell answers to the console, read from text at this one place: an answer that is not of
// the form is a fault and is never shown half.

import type {
  ConsoleAuditEntry,
  ConsoleLive,
  ConsoleSession,
  ConsoleStarted,
  PreflightCheck,
} from '@holdfast/protocol/console.ts';

type Fields = Readonly<Partial<Record<string, unknown>>>;
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const bool: Check = (value) => typeof value === 'boolean';
const maybe =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.some((one) => one === value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Whether an object has these fields; others may stand beside them. */
const has =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const fields = fieldsOf(value);
    return Object.entries(shape).every(([name, check]) => check(fields[name]));
  };

const light = oneOf('green', 'red', 'unknown');
const check = has({ name: text, light, reason: text });
const party = has({ operator: text, site: text, url: text });
const session = has({
  name: text,
  role: oneOf('operator', 'viewer'),
  keyId: text,
  cell: text,
  expiresAtMs: number,
});
const handover = has({
  id: text,
  mode: oneOf('auto', 'approve', 'follow'),
  isApproved: bool,
  target: party,
  startedAtMs: number,
  ended: maybe(has({ outcome: oneOf('handed-over', 'aborted'), reason: text, atMs: number })),
});
const progress = has({
  copying: maybe(
    has({
      bytes: number,
      bytesTotal: number,
      bytesPerSecond: maybe(number),
      heldBack: maybe(text),
    }),
  ),
  batchesLeft: maybe(number),
  leftMs: maybe(number),
  pace: oneOf('unknown', 'throttled', 'stalled', 'diverging', 'converging', 'idle'),
});
const lag: Check = (value) =>
  has({ kind: oneOf('unknown'), reason: text })(value) ||
  has({ kind: oneOf('known'), lagMs: number, trend: oneOf('falling', 'steady', 'rising') })(value);
const status = has({
  cell: text,
  party,
  state: text,
  epoch: number,
  owner: maybe(party),
  act: maybe(text),
  handover: maybe(handover),
  progress,
  lag,
  rates: has({
    ownerOpsPerSecond: maybe(number),
    ownerBatchesPerSecond: maybe(number),
    followerOpsPerSecond: maybe(number),
    followerBatchesPerSecond: maybe(number),
  }),
  gates: listOf(check),
  pause: maybe(has({ pauseMs: number, isOver: bool })),
  certificate: maybe(has({ handover: text, isMade: bool, detail: text })),
});
const sample = has({
  n: number,
  atMs: number,
  state: text,
  ownerOpsPerSecond: maybe(number),
  followerOpsPerSecond: maybe(number),
  lagMs: maybe(number),
  pauseMs: maybe(number),
});
const live = has({
  session,
  nowMs: number,
  status: maybe(status),
  approvals: has({
    needed: number,
    persons: listOf(has({ name: text, atMs: number })),
    byOperatorKey: bool,
  }),
  history: has({ id: text, samples: listOf(sample) }),
});
const entry = has({
  at: text,
  who: text,
  what: text,
  outcome: oneOf('done', 'refused'),
  detail: text,
});
const checks = listOf(check);
const started: Check = (value) =>
  has({ kind: oneOf('started'), handover: text, checks })(value) ||
  has({ kind: oneOf('dry-run'), checks, steps: listOf(text), fits: bool })(value);

/** Each reader has looked at every field that its type names, which is what its cast says. */
export const readSession = (value: unknown): ConsoleSession | undefined =>
  session(value) ? (value as ConsoleSession) : undefined;
export const readLive = (value: unknown): ConsoleLive | undefined =>
  live(value) ? (value as ConsoleLive) : undefined;
export const readStarted = (value: unknown): ConsoleStarted | undefined =>
  started(value) ? (value as ConsoleStarted) : undefined;
export const readChecks = (value: unknown): readonly PreflightCheck[] =>
  checks(value) ? (value as readonly PreflightCheck[]) : [];

export function readAudit(value: unknown): readonly ConsoleAuditEntry[] | undefined {
  const { entries } = fieldsOf(value);
  return listOf(entry)(entries) ? (entries as readonly ConsoleAuditEntry[]) : undefined;
}
