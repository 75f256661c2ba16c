import { expect, it } from 'vitest';
import { bucketsOf } from './buckets.ts';
import { lineGeometry, marksIn } from './line-geometry.ts';
import type { LineAsk } from './line-geometry.ts';
import { zoneOf } from '../zone.ts';

const DAY_MS = 86_400_000;
const at = (day: number): number => Date.UTC(2026, 10, day);
const values = [4, 8, null, 6, 2];
const series = values.map((value, index) => ({
  at: new Date(at(index + 1)).toISOString(),
  value,
  partial: index === 4,
}));
const ask: LineAsk = {
  buckets: bucketsOf(series, DAY_MS),
  compared: [],
  marks: [],
  grainMs: DAY_MS,
  unit: 'count',
  zone: zoneOf('UTC'),
  widthPx: 476,
  heightPx: 252,
};

it('SP1: a gap has no point, no stroke through it, and a band that fills the room between', () => {
  const { points, strokes, bands, xs } = lineGeometry(ask);
  expect(points[2]).toBeUndefined();
  expect(strokes.map(({ kind }) => kind)).toEqual(['settled', 'unfinished']);
  expect(bands).toHaveLength(1);
  expect(bands[0]?.x).toBe(((xs[1] ?? 0) + (xs[2] ?? 0)) / 2);
  expect(bands[0]?.width).toBe(100);
});

it('SP2: the bucket that is not over yet is a hollow point', () => {
  const { hollow, points } = lineGeometry(ask);
  expect(hollow).toEqual([points[4]]);
});

it('SP3: 0 is the floor of the chart, also when all that there is lies far above', () => {
  const high = { at: new Date(at(1)).toISOString(), value: 90_000, partial: false };
  const { yTicks, frame } = lineGeometry({ ...ask, buckets: bucketsOf([high], DAY_MS) });
  expect(yTicks[0]).toEqual({ value: 0, y: frame.bottom });
});

it('SP5: what it is compared with is on the same scale', () => {
  const compared = ask.buckets.map((bucket) => ({ ...bucket, kind: 'whole' as const, value: 80 }));
  const { yTicks, comparedPoints } = lineGeometry({ ...ask, compared });
  expect(yTicks.at(-1)?.value).toBe(80);
  expect(comparedPoints).toHaveLength(5);
});

it('SP6: marks of another time are not drawn, and one that lasts has a length', () => {
  const marks = [
    { kind: 'handover' as const, atMs: at(2) },
    { kind: 'incident' as const, atMs: at(3), untilMs: at(4) },
    { kind: 'correction' as const, atMs: at(20) },
  ];
  const placedMarks = lineGeometry({ ...ask, marks }).marks;
  expect(placedMarks.map(({ mark }) => mark.kind)).toEqual(['handover', 'incident']);
  expect(placedMarks[0]?.toX).toBeUndefined();
  expect(placedMarks[1]?.toX).toBe((placedMarks[1]?.x ?? 0) + 100);
});

it('SP6: the cursor finds the marks of its bucket', () => {
  const marks = [
    { kind: 'incident' as const, atMs: at(3) + 5, untilMs: at(4) + 5 },
    { kind: 'correction' as const, atMs: at(4) + DAY_MS - 1 },
  ];
  expect(marksIn(marks, at(3), DAY_MS)).toEqual([0]);
  expect(marksIn(marks, at(4), DAY_MS)).toEqual([0, 1]);
  expect(marksIn(marks, at(5), DAY_MS)).toEqual([]);
});

it('draws nothing at all without buckets', () => {
  const { points, xTicks, marks } = lineGeometry({ ...ask, buckets: [] });
  expect([points, xTicks, marks]).toEqual([[], [], []]);
});
