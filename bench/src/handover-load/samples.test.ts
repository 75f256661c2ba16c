import { describe, expect, test } from 'vitest';
import { Samples, STEP_MS } from './samples.ts';

describe('what people met around a cut', () => {
  test('the longest op and the longest silence are those since the watch began', () => {
    const samples = new Samples(1_000);
    samples.acknowledged(1_010, 20, 900);
    samples.watch(2_000);
    samples.acknowledged(2_030, 20, 12);
    samples.acknowledged(2_400, 20, 380);
    expect(samples.watched(2_410)).toMatchObject({
      ...{ fromMs: 1_000, toMs: 1_410, ops: 40, longestMs: 380, gapMs: 370 },
    });
  });

  test('a silence that is not over counts for as long as it is', () => {
    const samples = new Samples(0);
    samples.watch(0);
    samples.acknowledged(10, 1, 5);
    expect(samples.watched(900).gapMs).toBe(890);
  });

  test('a stall of the generator itself is told apart', () => {
    const samples = new Samples(0);
    samples.ran(1);
    samples.watch(2);
    samples.ran(3);
    samples.ran(203);
    expect(samples.watched(204).ownStallMs).toBe(200);
  });
});

describe('windows', () => {
  test('a window that is opened again goes on, and none is between', () => {
    const samples = new Samples(0);
    samples.open('joint');
    samples.acknowledged(1, 1, 10);
    samples.open(null);
    samples.acknowledged(2, 1, 500);
    samples.open('joint');
    samples.acknowledged(3, 1, 20);
    expect(samples.windows()).toMatchObject({ joint: { count: 2, maxMs: 20 } });
  });
});

describe('the series', () => {
  test('steps in which nothing came are there, and are 0', () => {
    const samples = new Samples(0);
    samples.acknowledged(10, 20, 4);
    samples.acknowledged(2 * STEP_MS, 5, 300);
    expect(samples.series()).toEqual([
      { ops: 20, longestMs: 4 },
      { ops: 0, longestMs: 0 },
      { ops: 5, longestMs: 300 },
    ]);
  });
});
