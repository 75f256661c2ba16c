import { expect, test } from 'vitest';
import { Progress } from './progress.ts';

const STEPS = ['a', 'b', 'c'].map((label) => ({ label, estimateSeconds: 10 }));

test('the time left follows how long the steps before it really took', () => {
  let nowMs = 0;
  const progress = new Progress(STEPS, { isTTY: false, write: () => undefined }, () => nowMs);
  expect(progress.secondsLeft()).toBe(30);
  progress.start();
  nowMs = 20_000;
  progress.finish('done');
  expect(progress.secondsLeft()).toBe(40);
});

test('a step begins where the one before it ended', () => {
  let nowMs = 0;
  const progress = new Progress(STEPS, { isTTY: false, write: () => undefined }, () => nowMs);
  progress.start();
  for (const _ of ['a', 'b']) {
    nowMs += 10_000;
    progress.finish('done');
  }
  expect(progress.secondsLeft()).toBe(10);
});

test('each finished step is a line with its place, its result and the time left', () => {
  const lines: string[] = [];
  const output = { isTTY: false, write: (text: string) => void lines.push(text) };
  let nowMs = 0;
  const progress = new Progress(STEPS.slice(0, 2), output, () => nowMs);
  for (const result of ['1 ops/s', '2 ops/s']) {
    progress.start();
    nowMs += 10_000;
    progress.finish(result);
  }
  expect(lines).toEqual(['[1/2] a: 1 ops/s; about 10 s left\n', '[2/2] b: 2 ops/s\n']);
});
