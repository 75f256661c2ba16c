import { describe, expect, test } from 'vitest';
import type { Contender } from '../contenders/contender.ts';
import { benchCase } from '../results/sample-report.test-helper.ts';
import type { BenchCase, CaseTools } from '../workloads/workload.ts';
import { planRuns, runPlan } from './runner.ts';

const CONTENDERS = (['holdfast', 'redis'] as const).map((name): Contender => ({
  name,
  title: name,
  describe: name,
  launch: () => Promise.reject(new Error('not launched here')),
}));

function labels(cases: readonly BenchCase[], runs: number): string[] {
  return planRuns({ cases, contenders: CONTENDERS, runs }).map(
    (run) => `${run.round} ${run.benchCase.id} ${run.contender.name}`,
  );
}

describe('planRuns', () => {
  test('ours and theirs take turns, and every round runs every case', () => {
    expect(labels([benchCase('a'), benchCase('b')], 2)).toEqual([
      '1 a holdfast',
      '1 a redis',
      '1 b holdfast',
      '1 b redis',
      '2 a holdfast',
      '2 a redis',
      '2 b holdfast',
      '2 b redis',
    ]);
  });

  test('a long case is run fewer times', () => {
    const long: BenchCase = { ...benchCase('long'), contenders: ['holdfast'], runsMax: 1 };
    expect(labels([long], 3)).toEqual(['1 long holdfast']);
  });
});

describe('runPlan', () => {
  test('keeps a failed run with its reason and goes on', async () => {
    let calls = 0;
    const measure: BenchCase['measure'] = () => {
      calls += 1;
      if (calls === 1) return Promise.reject(new Error('a count was wrong'));
      return Promise.resolve({ kind: 'measured', metrics: { opsPerSecond: calls } });
    };
    const written: string[] = [];
    const [ours, theirs] = await runPlan({
      plan: { cases: [{ ...benchCase('a'), measure }], contenders: CONTENDERS, runs: 1 },
      // The cases above use none of the tools.
      toolsFor: () => ({}) as CaseTools,
      output: { isTTY: false, write: (text) => written.push(text) },
    });
    expect(ours?.runs[0]).toMatchObject({ kind: 'failed', why: 'a count was wrong' });
    expect(theirs?.metrics.opsPerSecond).toEqual({ median: 2, min: 2, max: 2 });
    expect(written.join('')).toContain('FAILED: a count was wrong');
  });
});
