// From single runs to what is written down: medians with the least and the greatest.

import type { ContenderName } from '../contenders/contender.ts';
import type { BenchCase, Headline, MetricName, RunMetrics } from '../workloads/workload.ts';
import { spread, type Spread } from './spread.ts';

export type RunRecord = Readonly<{ round: number; startedAt: string }> &
  (
    | Readonly<{ kind: 'measured'; metrics: RunMetrics }>
    | Readonly<{ kind: 'not-measured'; why: string }>
    /** An answer or a count was wrong: the speed of a wrong run is worth nothing. */
    | Readonly<{ kind: 'failed'; why: string }>
  );

export type CaseSummary = Readonly<{
  caseId: string;
  title: string;
  contender: ContenderName;
  headline: Headline;
  runs: readonly RunRecord[];
  metrics: Readonly<Partial<Record<MetricName, Spread>>>;
}>;

export function summarize(
  benchCase: BenchCase,
  contender: ContenderName,
  runs: readonly RunRecord[],
): CaseSummary {
  const values = new Map<MetricName, number[]>();
  for (const run of runs) {
    if (run.kind !== 'measured') continue;
    for (const [name, value] of Object.entries(run.metrics)) {
      // Object.entries widens the keys of a partial record to string.
      const metric = name as MetricName;
      values.set(metric, [...(values.get(metric) ?? []), value]);
    }
  }
  const metrics: Partial<Record<MetricName, Spread>> = {};
  for (const [metric, list] of values) {
    const found = spread(list);
    if (found !== null) metrics[metric] = found;
  }
  const { id: caseId, title, headline } = benchCase;
  return { caseId, title, contender, headline, runs, metrics };
}
