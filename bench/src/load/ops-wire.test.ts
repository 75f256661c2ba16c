import { describe, expect, test } from 'vitest';
import { judgeOutcomes, opText, seqOf } from './ops-wire.ts';

const OPS = [
  { n: 4, liked: true, video: 1 },
  { n: 5, liked: false, video: 2 },
];

function answer(...outcomes: readonly string[]): Buffer {
  const results = outcomes.map((outcome, index) => ({ n: 4 + index, outcome }));
  return Buffer.from(JSON.stringify({ cell: 'us', epoch: 1, seq: 123, results }));
}

describe('judgeOutcomes', () => {
  test('accepts ops that were all counted', () => {
    expect(() => judgeOutcomes(OPS, answer('counted', 'counted'), 1)).not.toThrow();
  });

  test('accepts a duplicate of an op that was sent twice', () => {
    expect(() => judgeOutcomes(OPS, answer('duplicate', 'counted'), 2)).not.toThrow();
  });

  test.each(['duplicate', 'unchanged', 'invalid', 'held'])(
    'refuses %s at first sight',
    (outcome) => {
      const judging = (): void => judgeOutcomes(OPS, answer('counted', outcome), 1);
      expect(judging).toThrow(`"video":"v0000002"} was answered with ${outcome}`);
    },
  );

  test('refuses an answer that leaves an op out', () => {
    expect(() => judgeOutcomes(OPS, answer('counted'), 1)).toThrow('answered with nothing');
  });
});

test('an op is written as JSON.stringify would write it', () => {
  const text = opText({ n: 3, liked: false, video: 9 }, 'v9');
  expect(text).toBe(JSON.stringify({ n: 3, kind: 'unlike', video: 'v9' }));
});

test('an answer without a position has position 0', () => {
  expect(seqOf(answer('counted'))).toBe(123);
  expect(seqOf(Buffer.from('{"results":[]}'))).toBe(0);
});
