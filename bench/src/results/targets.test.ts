import { describe, expect, test } from 'vitest';
import { summaryOf } from './sample-report.test-helper.ts';
import { judge, targetMarks, TARGETS, type Verdict } from './targets.ts';
import type { CaseSummary } from './summary.ts';

function verdict(id: string, summaries: readonly CaseSummary[]): Verdict {
  const target = TARGETS.find((one) => one.id === id);
  if (target === undefined) throw new Error(`no target ${id}`);
  return judge(target, summaries);
}

const rate = (opsPerSecond: number): { opsPerSecond: number } => ({ opsPerSecond });

describe('judge', () => {
  test('meets a least value at its exact value, and says by how much one is missed', () => {
    const at = (value: number): Verdict =>
      verdict('batch-50', [summaryOf('batch-50', 'holdfast', [rate(value)])]);
    expect(at(150_000)).toMatchObject({ kind: 'met', by: '0.0 %' });
    expect(at(120_000)).toMatchObject({ kind: 'missed', by: '20 %' });
  });

  test('misses an upper limit at its exact value', () => {
    const at = (p99Ms: number): Verdict =>
      verdict('one-op-64-p99Ms', [summaryOf('one-op-64', 'holdfast', [{ p99Ms }])]);
    expect(at(49.9)).toMatchObject({ kind: 'met' });
    expect(at(50)).toMatchObject({ kind: 'missed' });
  });

  test('takes a ratio round by round, so that a slow spell of the machine hits both sides', () => {
    const ours = summaryOf('one-op-64', 'holdfast', [rate(300), rate(30), rate(330)]);
    const theirs = summaryOf('one-op-64', 'redis', [rate(100), rate(10), rate(100)]);
    const got = { median: 3, min: 3, max: 3.3 };
    expect(verdict('one-op-64-vs-redis', [ours, theirs])).toMatchObject({ kind: 'met', got });
  });

  test('leaves out a round in which one side failed', () => {
    const ours = summaryOf('one-op-64', 'holdfast', [rate(900), rate(300)]);
    const theirs = summaryOf('one-op-64', 'redis', ['failed', rate(100)]);
    const got = { median: 3, min: 3, max: 3 };
    expect(verdict('one-op-64-vs-redis', [ours, theirs])).toMatchObject({ got });
  });

  test('says that a stand-in was not there, and never counts that as met', () => {
    const ours = summaryOf('one-op-64', 'holdfast', [rate(300)]);
    expect(verdict('one-op-64-vs-redis', [ours])).toMatchObject({
      kind: 'not-measured',
      why: 'one-op-64 was not run for redis',
    });
  });

  test('gives a failed run as the reason, and never its speed', () => {
    const failed = summaryOf('batch-50', 'holdfast', ['failed']);
    const why = 'a count was wrong';
    expect(verdict('batch-50', [failed])).toMatchObject({ kind: 'not-measured', why });
  });
});

test('a ratio lies on the plot at the multiple of what it is compared with', () => {
  const theirs = summaryOf('one-op-64', 'redis', [rate(100)]);
  const marks = targetMarks('one-op-64', 'opsPerSecond', [theirs]);
  expect(marks).toEqual([{ value: 200, label: 'at least 2x the Redis stand-in' }]);
});
