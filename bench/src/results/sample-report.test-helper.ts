// A small report for tests of what is made from it.

import type { ContenderName } from '../contenders/contender.ts';
import type { BenchCase, RunMetrics } from '../workloads/workload.ts';
import type { Report } from './report.ts';
import { summarize, type CaseSummary, type RunRecord } from './summary.ts';

export function benchCase(id: string): BenchCase {
  return {
    id,
    title: `case <${id}>`,
    contenders: ['holdfast', 'redis', 'postgres'],
    headline: { metric: 'opsPerSecond', unit: 'ops/s', better: 'higher' },
    runsMax: 3,
    estimateSeconds: 10,
    measure: () => Promise.resolve({ kind: 'measured', metrics: {} }),
  };
}

export function summaryOf(
  id: string,
  contender: ContenderName,
  rounds: readonly (RunMetrics | 'failed')[],
): CaseSummary {
  const runs = rounds.map((metrics, index): RunRecord => {
    const base = { round: index + 1, startedAt: '2026-11-22T00:00:00.000Z' };
    if (metrics === 'failed') return { ...base, kind: 'failed', why: 'a count was wrong' };
    return { ...base, kind: 'measured', metrics };
  });
  return summarize(benchCase(id), contender, runs);
}

export function sampleReport(cases: readonly CaseSummary[]): Report {
  return {
    format: 1,
    startedAt: '2026-11-22T10:00:00.000Z',
    finishedAt: '2026-11-22T10:30:00.000Z',
    commit: '0123456789ab',
    dirty: false,
    quick: false,
    complete: true,
    seconds: 10,
    warmUpSeconds: 3,
    rounds: 3,
    machine: {
      cpuModel: 'Some <Processor>',
      cores: 2,
      memoryBytes: 2 ** 34,
      kernel: 'Linux 6',
      nodeVersion: 'v24.0.0',
      fileSystem: 'ext4',
      fsyncsPerSecond: 1_000,
      loadBefore: 0.1,
    },
    contenders: [
      { kind: 'ran', name: 'holdfast', title: 'Holdfast', describe: 'ours' },
      { kind: 'missing', name: 'redis', title: 'Fastify + Redis', why: 'no redis-server' },
    ],
    verdicts: [],
    cases,
  };
}
