import { expect, test } from 'vitest';
import { OpsBySeq, READINGS_MAX } from './ops-by-seq.ts';

test('ops up to a seq are known at readings, estimated between them, and nowhere else', () => {
  const ops = new OpsBySeq();
  ops.note(10, 100);
  ops.note(20, 300);
  expect([10, 15, 20].map((seq) => ops.at(seq))).toEqual([100, 200, 300]);
  expect([9, 21].map((seq) => ops.at(seq))).toEqual([undefined, undefined]);
});

test('only the newest readings are kept', () => {
  const ops = new OpsBySeq();
  for (let seq = 0; seq <= READINGS_MAX; seq += 1) ops.note(seq, seq);
  expect([ops.at(0), ops.at(1)]).toEqual([undefined, 1]);
});
