// What the project promised itself, and whether a run kept it.

import type { ContenderName } from '../contenders/contender.ts';
import type { MetricName } from '../workloads/workload.ts';
import { formatValue, type Unit } from './format.ts';
import { spread, type Spread } from './spread.ts';
import type { CaseSummary } from './summary.ts';

type Measure = Readonly<{ caseId: string; contender: ContenderName; metric: MetricName }>;

export type Target = Readonly<{ id: string; text: string; caseId: string; unit: Unit }> &
  (
    | Readonly<{ kind: 'at-least' | 'under'; of: Measure; value: number }>
    | Readonly<{ kind: 'ratio'; of: Measure; to: Measure; value: number }>
  );

export type Verdict = Readonly<{ target: string; caseId: string; text: string }> &
  (
    | Readonly<{ kind: 'met' | 'missed'; got: Spread; wanted: number; unit: Unit; by: string }>
    | Readonly<{ kind: 'not-measured'; why: string }>
  );

const ours = (caseId: string, metric: MetricName): Measure => ({
  caseId,
  contender: 'holdfast',
  metric,
});

const GB = 1_000_000_000;

export const TARGETS: readonly Target[] = [
  ...['one-op-64', 'one-op-256'].flatMap((caseId) => oneOpTargets(caseId)),
  {
    id: 'hot-as-fast-as-spread',
    caseId: 'hot-64',
    text: 'no slower than 0.9x of the spread case',
    kind: 'ratio',
    of: ours('hot-64', 'opsPerSecond'),
    to: ours('one-op-64', 'opsPerSecond'),
    value: 0.9,
    unit: 'x',
  },
  atLeast('batch-50', 'opsPerSecond', 150_000, 'ops/s'),
  atLeast('bulk-views', 'opsPerSecond', 250_000, 'ops/s'),
  atLeast('engine-1m', 'opsPerSecond', 250_000, 'ops/s'),
  atLeast('engine-25m', 'opsPerSecond', 120_000, 'ops/s'),
  atLeast('counts-read', 'requestsPerSecond', 20_000, 'requests/s'),
  under('visible', 'visibleP99Ms', 250, 'ms'),
  under('restart', 'readyMs', 5_000, 's'),
  under('memory', 'residentBytes', 1.5 * GB, 'MB'),
];

function oneOpTargets(caseId: string): readonly Target[] {
  const of = ours(caseId, 'opsPerSecond');
  const versus = (contender: ContenderName, title: string, value: number): Target => ({
    id: `${caseId}-vs-${contender}`,
    caseId,
    text: `at least ${value}x the ${title} stand-in`,
    kind: 'ratio',
    of,
    to: { ...of, contender },
    value,
    unit: 'x',
  });
  return [
    versus('redis', 'Redis', 2),
    versus('postgres', 'PostgreSQL', 5),
    under(caseId, 'p99Ms', 50, 'ms'),
  ];
}

function atLeast(caseId: string, metric: MetricName, value: number, unit: Unit): Target {
  const text = `at least ${formatValue(value, unit)}`;
  return { id: caseId, caseId, text, kind: 'at-least', of: ours(caseId, metric), value, unit };
}

function under(caseId: string, metric: MetricName, value: number, unit: Unit): Target {
  const text = `${metric === 'p99Ms' ? 'p99 ' : ''}under ${formatValue(value, unit)}`;
  const id = `${caseId}-${metric}`;
  return { id, caseId, text, kind: 'under', of: ours(caseId, metric), value, unit };
}

/** Where a case's targets lie on the scale of its headline, for plots. */
export type TargetMark = Readonly<{ value: number; label: string }>;

export function targetMarks(
  caseId: string,
  headline: MetricName,
  summaries: readonly CaseSummary[],
): readonly TargetMark[] {
  return TARGETS.filter((target) => target.caseId === caseId && target.of.metric === headline)
    .map((target) => ({ label: target.text, value: markValue(target, summaries) }))
    .filter((mark): mark is TargetMark => mark.value !== null);
}

function markValue(target: Target, summaries: readonly CaseSummary[]): number | null {
  if (target.kind !== 'ratio') return target.value;
  const base = spreadOf(target.to, summaries);
  return base === null ? null : base.median * target.value;
}

/** Judges one target by medians; a ratio is taken round by round, and its median judged. */
export function judge(target: Target, summaries: readonly CaseSummary[]): Verdict {
  const base = { target: target.id, caseId: target.caseId, text: target.text };
  const got = target.kind === 'ratio' ? ratio(target, summaries) : spreadOf(target.of, summaries);
  if (got === null) return { ...base, kind: 'not-measured', why: whyMissing(target, summaries) };
  const met = target.kind === 'under' ? got.median < target.value : got.median >= target.value;
  const percent = Math.abs(got.median / target.value - 1) * 100;
  return {
    ...base,
    kind: met ? 'met' : 'missed',
    got,
    wanted: target.value,
    unit: target.unit,
    by: `${percent.toFixed(percent < 10 ? 1 : 0)} %`,
  };
}

function find(measure: Measure, summaries: readonly CaseSummary[]): CaseSummary | undefined {
  return summaries.find(
    ({ caseId, contender }) => caseId === measure.caseId && contender === measure.contender,
  );
}

function spreadOf(measure: Measure, summaries: readonly CaseSummary[]): Spread | null {
  return find(measure, summaries)?.metrics[measure.metric] ?? null;
}

function ratio(
  { of, to }: Readonly<{ of: Measure; to: Measure }>,
  summaries: readonly CaseSummary[],
): Spread | null {
  const mine = find(of, summaries)?.runs ?? [];
  const others = new Map(find(to, summaries)?.runs.map((run) => [run.round, run]));
  const ratios = mine.flatMap((run) => {
    const other = others.get(run.round);
    const value = run.kind === 'measured' ? run.metrics[of.metric] : undefined;
    const base = other?.kind === 'measured' ? other.metrics[to.metric] : undefined;
    return value === undefined || base === undefined || base === 0 ? [] : [value / base];
  });
  return spread(ratios);
}

function whyMissing(target: Target, summaries: readonly CaseSummary[]): string {
  const needed = target.kind === 'ratio' ? [target.of, target.to] : [target.of];
  for (const measure of needed) {
    const summary = find(measure, summaries);
    if (summary === undefined) return `${measure.caseId} was not run for ${measure.contender}`;
    const reasons = summary.runs.flatMap((run) => (run.kind === 'measured' ? [] : [run.why]));
    if (reasons.length > 0) return reasons[0] ?? '';
  }
  return 'no round measured both';
}
