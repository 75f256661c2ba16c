import { beforeEach, expect, test } from 'vitest';
import { calmFaults, TOLD_AGAIN_MS } from './calm-faults.ts';

let nowMs: number;
let told: string[];
let onFault: ReturnType<typeof calmFaults>;

beforeEach(() => {
  nowMs = 5_000;
  told = [];
  onFault = calmFaults(
    (what, error, timesUntold) => told.push(`${what} ${String(error)} +${timesUntold}`),
    () => nowMs,
  );
});

test('a fault that is met again and again is told once', () => {
  for (let times = 0; times < 40; times += 1) onFault('copy', new Error('403'));
  expect(told).toEqual(['copy Error: 403 +0']);
});

test('one that lasts is told again after a while, with how often it was met', () => {
  for (let times = 0; times < 40; times += 1) onFault('copy', new Error('403'));
  nowMs += TOLD_AGAIN_MS;
  onFault('copy', new Error('403'));
  onFault('copy', new Error('403'));
  expect(told).toEqual(['copy Error: 403 +0', 'copy Error: 403 +39']);
});

test('another fault is told at once', () => {
  onFault('copy', new Error('403'));
  onFault('copy', new Error('no room'));
  onFault('seal', new Error('403'));
  expect(told).toHaveLength(3);
});
