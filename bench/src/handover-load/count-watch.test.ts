import { describe, expect, test } from 'vitest';
import { GrowingCounts } from './count-watch.ts';

describe('counts of videos that are only liked', () => {
  test('growing and standing still is right, from 0 too', () => {
    const counts = new GrowingCounts();
    for (const found of [0, 0, 3, 3, 9]) counts.note('v1', found);
    expect(counts.faults).toBe(0);
  });

  test('falling is wrong, also to 0, and each reading below the highest is', () => {
    const counts = new GrowingCounts();
    for (const found of [9, 8, 0, 9]) counts.note('v1', found);
    expect(counts.firstFaults).toEqual(['v1 fell from 9 to 8', 'v1 fell from 9 to 0']);
  });

  test('no number is wrong at any time', () => {
    const counts = new GrowingCounts();
    counts.note('v1', null);
    counts.note('v1', 2);
    counts.note('v1', null);
    expect(counts.faults).toBe(2);
  });

  test('videos are judged apart', () => {
    const counts = new GrowingCounts();
    counts.note('v1', 5);
    counts.note('v2', 1);
    expect(counts.faults).toBe(0);
  });
});
