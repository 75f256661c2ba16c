// The one form in which a run is written down; JSON, table and plot are made from it.

import type { Commit, Machine } from '../run/machine.ts';
import type { CaseSummary } from './summary.ts';
import type { Verdict } from './targets.ts';

export type ContenderReport = Readonly<{ name: string; title: string }> &
  (Readonly<{ kind: 'ran'; describe: string }> | Readonly<{ kind: 'missing'; why: string }>);

export type Report = Readonly<{
  format: 1;
  startedAt: string;
  finishedAt: string;
  /** A try-out at small scale: not to be compared with the targets' scale. */
  quick: boolean;
  /** All workloads were run. */
  complete: boolean;
  seconds: number;
  warmUpSeconds: number;
  rounds: number;
  machine: Machine;
  contenders: readonly ContenderReport[];
  verdicts: readonly Verdict[];
  cases: readonly CaseSummary[];
}> &
  Commit;

/** `2026-11-22-1a2b3c4d5e6f`; with `-dirty` when the work tree had changes, and `-partial`. */
export function reportName({ startedAt, commit, dirty, complete }: Report): string {
  const date = startedAt.slice(0, 10);
  return `${date}-${commit}${dirty ? '-dirty' : ''}${complete ? '' : '-partial'}`;
}

/** `3 rounds of 10 s after 3 s of warm-up`. */
export function describeRounds({ rounds, seconds, warmUpSeconds }: Report): string {
  const count = rounds === 1 ? '1 round' : `${rounds} rounds`;
  return `${count} of ${seconds} s after ${warmUpSeconds} s of warm-up`;
}

export function failures(report: Report): readonly string[] {
  return report.cases.flatMap(({ caseId, contender, runs }) =>
    runs.flatMap((run) =>
      run.kind === 'failed' ? [`${caseId}, ${contender}, round ${run.round}: ${run.why}`] : [],
    ),
  );
}
