// Runs the plan: rounds outermost, then cases, then contenders, so that ours and theirs alternate
// and whatever else the machine does falls on all of them.

import type { Contender } from '../contenders/contender.ts';
import { formatValue } from '../results/format.ts';
import { summarize, type CaseSummary, type RunRecord } from '../results/summary.ts';
import type { BenchCase, CaseTools } from '../workloads/workload.ts';
import { Progress, type ProgressOutput } from './progress.ts';

export type Plan = Readonly<{
  cases: readonly BenchCase[];
  contenders: readonly Contender[];
  runs: number;
}>;

export type RunnerOptions = Readonly<{
  plan: Plan;
  toolsFor: (say: (text: string) => void) => CaseTools;
  output: ProgressOutput;
}>;

type PlannedRun = Readonly<{ benchCase: BenchCase; contender: Contender; round: number }>;

/** Runs everything; a failed run is kept as a record and does not stop the others. */
export async function runPlan(options: RunnerOptions): Promise<readonly CaseSummary[]> {
  const { plan, output } = options;
  const planned = planRuns(plan);
  const steps = planned.map(({ benchCase, contender, round }) => ({
    label: `round ${round} of ${plan.runs}, ${benchCase.id}, ${contender.title}`,
    estimateSeconds: benchCase.estimateSeconds,
  }));
  const progress = new Progress(steps, output, () => performance.now());
  const tools = options.toolsFor((text) => progress.say(text));
  const records = new Map<string, RunRecord[]>();
  for (const run of planned) {
    progress.start();
    const record = await runOnce(run, tools);
    const key = keyOf(run);
    records.set(key, [...(records.get(key) ?? []), record]);
    progress.finish(describeRecord(run.benchCase, record));
  }
  return plan.cases.flatMap((benchCase) =>
    plan.contenders.flatMap((contender) => {
      const runs = records.get(keyOf({ benchCase, contender }));
      return runs === undefined ? [] : [summarize(benchCase, contender.name, runs)];
    }),
  );
}

export function planRuns({ cases, contenders, runs }: Plan): readonly PlannedRun[] {
  const rounds = Array.from({ length: runs }, (_, index) => index + 1);
  return rounds.flatMap((round) =>
    cases
      .filter((benchCase) => round <= benchCase.runsMax)
      .flatMap((benchCase) =>
        contenders
          .filter(({ name }) => benchCase.contenders.includes(name))
          .map((contender) => ({ benchCase, contender, round })),
      ),
  );
}

function keyOf({ benchCase, contender }: Pick<PlannedRun, 'benchCase' | 'contender'>): string {
  return `${benchCase.id} ${contender.name}`;
}

async function runOnce(run: PlannedRun, tools: CaseTools): Promise<RunRecord> {
  const base = { round: run.round, startedAt: new Date().toISOString() };
  try {
    return { ...base, ...(await run.benchCase.measure(tools, run.contender)) };
  } catch (error) {
    return { ...base, kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

function describeRecord({ headline }: BenchCase, record: RunRecord): string {
  if (record.kind === 'failed') return `FAILED: ${record.why}`;
  if (record.kind === 'not-measured') return `not measured: ${record.why}`;
  const { metrics } = record;
  const value = metrics[headline.metric] ?? 0;
  const parts = [formatValue(value, headline.unit)];
  if (metrics.p99Ms !== undefined) parts.push(`p99 ${formatValue(metrics.p99Ms, 'ms')}`);
  parts.push(`${(metrics.videosCompared ?? 0).toLocaleString('en-US')} videos compared, all right`);
  return parts.join(', ');
}
