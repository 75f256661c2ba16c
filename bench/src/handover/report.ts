// What one run of rehearsals came to, and whether it is what the project promised.

import type { LoadEnd, Watched } from '../handover-load/job.ts';
import type { Commit, Machine } from '../run/machine.ts';
import type { HandoverOptions } from './options.ts';
import type { Side } from './installation.ts';

export type Rehearsal = Readonly<{
  from: Side;
  to: Side;
  kind: 'first' | 'back';
  mode: 'auto' | 'approve';
  handover: string;
  outcome: 'handed-over' | 'aborted';
  reason: string;
  /** By the owner's clock: from closing to the charter's decision. */
  pauseMs: number | null;
  /** What people met from the asking until the new owner had it, and a little longer. */
  people: Watched;
  /** What the gateway told: ops held, sent again and refused in the pause; and errors to clients. */
  told: Told;
}>;

/** What gateways say of a pause in its certificate; `null` where none has. */
export type Told = Readonly<Record<'held' | 'retried' | 'refused' | 'clientErrors', number | null>>;

export const TOLD_NOTHING: Told = { held: null, retried: null, refused: null, clientErrors: null };

export type Seeding = Readonly<{
  bytes: number;
  /** From the asking until the copy is in place and follows. */
  ms: number;
  /** The same without the making of the snapshot: from the first byte on. */
  transferMs: number | null;
  diskBytesPerSecond: number;
  /** Looks at which the copy was held back on purpose, of all looks. */
  throttledShare: number;
}>;

export type Checks = Readonly<{
  fsck: Readonly<Record<Side, string>>;
  /** Certificates of the newest hand-overs that hold, and what the others lacked. */
  certificates: Readonly<{ verified: number; problems: readonly string[] }>;
}>;

export type HandoverReport = Readonly<{
  format: 1;
  startedAt: string;
  finishedAt: string;
  options: Pick<
    HandoverOptions,
    'rehearsals' | 'rows' | 'opsPerSecond' | 'quick' | 'seedMbPerSecond'
  >;
  opsPerRequest: number;
  machine: Machine;
  fillOpsPerSecond: number;
  seeding: Seeding;
  rehearsals: readonly Rehearsal[];
  load: LoadEnd;
  checks: Checks;
}> &
  Commit;

export type Verdict = Readonly<{
  text: string;
  kind: 'met' | 'missed' | 'not-measured';
  got: string;
}>;

const PAUSE_P99_MS = 350;
const PAUSE_MS_MAX = 900;
const JOINT_TIMES_MAX = 2;
const SEED_BYTES_PER_SECOND = 200_000_000;
/** A copy that takes this much of what the disk does by itself goes at the disk's speed. */
const DISK_SHARE_MIN = 0.8;

/** A promise by its limit: met below or at it, and by how much. */
function atMost(text: string, got: number | null, limit: number, unit: string): Verdict {
  if (got === null) return { text, kind: 'not-measured', got: 'nothing was measured' };
  const by = limit === 0 ? '' : `, ${Math.round(Math.abs(got / limit - 1) * 100)} %`;
  const side = got <= limit ? 'below' : 'above';
  return {
    text,
    kind: got <= limit ? 'met' : 'missed',
    got: `${rounded(got)}${unit}${limit === 0 ? '' : `${by} ${side}`}`,
  };
}

export const rounded = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 });

/** The smallest of the values with at least that share of them at or below it. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

export function pausesOf({ rehearsals }: Pick<HandoverReport, 'rehearsals'>): readonly number[] {
  return rehearsals.flatMap(({ outcome, pauseMs }) =>
    outcome === 'handed-over' && pauseMs !== null ? [pauseMs] : [],
  );
}

/** Ops that are missing in the books, and ops that stand there beyond what was acknowledged. */
export function balanceOf({ load }: Pick<HandoverReport, 'load'>): Readonly<{
  lost: number;
  doubled: number;
}> {
  const more = load.verified.opsInBooks - load.opsAcknowledged;
  return { lost: Math.max(0, -more), doubled: Math.max(0, more) };
}

export function verdictsOf(report: HandoverReport): readonly Verdict[] {
  const { load, options, rehearsals, seeding } = report;
  const pauses = pausesOf(report);
  const { lost, doubled } = balanceOf(report);
  const handedOver = rehearsals.filter(({ outcome }) => outcome === 'handed-over').length;
  const errors = Object.values(load.clientErrors).reduce((sum, count) => sum + count, 0);
  const { solo, joint } = load.windows;
  const times = solo === undefined || joint === undefined ? null : joint.p99Ms / solo.p99Ms;
  return [
    {
      text: `${options.rehearsals} rehearsals that handed the cell over`,
      kind: handedOver >= options.rehearsals ? 'met' : 'missed',
      got: `${handedOver}, and ${rehearsals.length - handedOver} stopped by themselves`,
    },
    atMost(`pause p99 under ${PAUSE_P99_MS} ms`, quantile(pauses, 0.99), PAUSE_P99_MS, ' ms'),
    atMost(`pause never over ${PAUSE_MS_MAX} ms`, quantile(pauses, 1), PAUSE_MS_MAX, ' ms'),
    atMost('client-visible errors: 0', errors, 0, ''),
    atMost('ops lost: 0', lost, 0, ''),
    atMost('ops doubled: 0', doubled, 0, ''),
    atMost('wrong counts at the end: 0', load.verified.differences, 0, ''),
    atMost('counts shown that fell, were 0, missing or an error: 0', load.counts.faults, 0, ''),
    seedVerdict(seeding),
    atMost(`load p99 in JOINT at most ${JOINT_TIMES_MAX}x of SOLO`, times, JOINT_TIMES_MAX, 'x'),
  ];
}

function seedVerdict({ bytes, ms, transferMs, diskBytesPerSecond }: Seeding): Verdict {
  const perSecond = (bytes * 1_000) / ms;
  const share = perSecond / diskBytesPerSecond;
  const isMet = perSecond >= SEED_BYTES_PER_SECOND || share >= DISK_SHARE_MIN;
  const mb = (value: number): string => `${rounded(value / 1_000_000)} MB/s`;
  const fromFirstByte =
    transferMs === null ? '' : ` in all, ${mb((bytes * 1_000) / transferMs)} from the first byte`;
  return {
    text: 'seeding at least 200 MB/s, or at disk speed',
    kind: isMet ? 'met' : 'missed',
    got: `${mb(perSecond)}${fromFirstByte}; the disk writes ${mb(diskBytesPerSecond)} by itself`,
  };
}

/** What makes a run wrong, whatever its speed; empty when every count is right. */
export function wrongs(report: HandoverReport): readonly string[] {
  const { load, checks } = report;
  const { verified, counts } = load;
  const { lost, doubled } = balanceOf(report);
  return [
    ...(lost > 0 ? [`${lost} acknowledged ops are not in the books`] : []),
    ...(doubled > 0 ? [`${doubled} ops are in the books and were not acknowledged`] : []),
    ...(verified.booksBalanced ? [] : ['the books are not balanced']),
    ...(verified.detail === '' ? [] : [verified.detail]),
    ...(counts.faults === 0 ? [] : [`${counts.faults} wrong readings: ${counts.firstFaults[0]}`]),
    ...Object.entries(checks.fsck).flatMap(([side, said]) =>
      said === '' ? [] : [`fsck of ${side}: ${said}`],
    ),
    ...checks.certificates.problems,
  ];
}

export function handoverReportName({ startedAt, commit, dirty }: HandoverReport): string {
  return `${startedAt.slice(0, 10)}-${commit}${dirty ? '-dirty' : ''}-handover`;
}
