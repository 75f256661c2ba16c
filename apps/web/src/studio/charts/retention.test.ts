import { expect, it } from 'vitest';
import { percentMax, placeAt, retentionOf, watchingAt } from './retention.ts';

const points = [0, 0.05, 0.1, 0.15, 0.2, 0.25].map((part, index) => ({
  part,
  watching: 100 - index * 10,
}));

it('SP10: fewer than 30 starts are a sample size and no curve', () => {
  expect(retentionOf(29, points, 15_000)).toEqual({ kind: 'too-few', starts: 29 });
  expect(retentionOf(30, points, 15_000).kind).toBe('curve');
});

it('SP10: the introduction is the first 3 s, read on the line between the points', () => {
  const at15s = retentionOf(100, points, 15_000);
  expect(at15s).toMatchObject({ intro: { atPart: 0.2, lostPart: 0.4 } });
  const at24s = retentionOf(100, points, 24_000);
  expect(at24s.kind === 'curve' && at24s.intro?.lostPart).toBeCloseTo(0.25, 10);
});

it('SP10: a video that is over in 3 s, or of unknown length, has no introduction', () => {
  expect(retentionOf(100, points, 3_000)).toMatchObject({ intro: undefined });
  expect(retentionOf(100, points, null)).toMatchObject({ intro: undefined });
});

it('says nothing about parts after the last point', () => {
  expect(watchingAt(points, 0.3)).toBeNull();
});

it('has a scale over 100 % when loops make more watch than started', () => {
  expect(percentMax(100, points)).toBe(1);
  expect(percentMax(100, [{ part: 0, watching: 130 }])).toBe(1.5);
});

it('SP10: follows the playback point by point', () => {
  expect(placeAt(points, 0)).toBe(0);
  expect(placeAt(points, 0.12)).toBe(2);
  expect(placeAt(points, 1)).toBe(5);
});
