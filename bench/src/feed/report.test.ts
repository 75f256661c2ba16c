import { expect, test } from 'vitest';
import { verdictsOf } from './report.ts';
import type { Round } from './report.ts';

type Sample = Readonly<{ residentMb: readonly number[]; dropped: number; likeMs: number }>;

/** A round whose feed was looked at each 50 clips. */
function roundOf({ residentMb, dropped, likeMs }: Sample): Round {
  const looks = residentMb.map((value, at) => ({
    clip: at === 0 ? 1 : at * 50,
    residentMb: value,
    ownMb: 100,
    sharedMb: 20,
    heapMb: 5,
    nodes: 900,
    listeners: 400,
  }));
  const run = { frames: 5_000, cpuMsAClip: 300, looks };
  return {
    load: 0.1,
    floor: { ...run, droppedParts: 0.01 },
    app: { ...run, droppedParts: dropped, likeMs },
  };
}

const GOOD: Sample = { residentMb: [200, 260, 262, 259, 270], dropped: 0.015, likeMs: 40 };
const missedOf = (...samples: readonly Sample[]): readonly string[] =>
  verdictsOf({ rounds: samples.map(roundOf) })
    .filter(({ isMet }) => !isMet)
    .map(({ got }) => got);

test('a feed within its budgets misses nothing', () => {
  expect(missedOf(GOOD)).toEqual([]);
});

test('the worst round is judged', () => {
  expect(missedOf(GOOD, { ...GOOD, likeMs: 200 }, GOOD)).toEqual(['200 ms']);
});

test('memory is judged where it was highest, and not only at the end', () => {
  expect(missedOf({ ...GOOD, residentMb: [200, 260, 310, 259, 260] })).toEqual(['310 MB']);
});

test('memory that grows with the clips is missed, however little it is', () => {
  expect(missedOf({ ...GOOD, residentMb: [100, 120, 140, 160, 180] })).toEqual(['60 MB']);
});

test('frames are judged as they are, and against those of the bare page', () => {
  expect(missedOf({ ...GOOD, dropped: 0.025 })).toEqual(['2.50 %']);
  expect(missedOf({ ...GOOD, dropped: 0.035 })).toEqual(['3.50 %', '2.50 %']);
});
