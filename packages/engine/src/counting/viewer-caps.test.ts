import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { VideoNo } from './numbers.ts';
import { VIDEOS_MAX } from './numbers.ts';
import { takeView, VIEWER_DAY_VIDEOS_MAX } from './viewer-caps.ts';
import type { ViewerCaps } from './viewer-caps.ts';

const TIMES_MAX = 10;
const noCaps = (): ViewerCaps => ({ capsDay: 0, caps: [] });
const take = (viewer: ViewerCaps, video: number, day: number): boolean =>
  takeView(viewer, video as VideoNo, day, TIMES_MAX);

test('V3: the list says what a count for each viewer, video and day would say', () => {
  const video = fc.constantFrom(1, 2, 3, 16, 17, VIDEOS_MAX - 1);
  const views = fc.array(fc.record({ video, nextDay: fc.boolean() }), { maxLength: 120 });
  fc.assert(
    fc.property(views, fc.integer({ min: 2, max: 9 }), (steps, stay) => {
      const viewer = noCaps();
      const counted = new Map<string, number>();
      let day = 20_000;
      steps.forEach((view, index) => {
        if (view.nextDay && index % stay === 0) day += 1;
        const key = `${day}/${view.video}`;
        const before = counted.get(key) ?? 0;
        expect(take(viewer, view.video, day)).toBe(before < TIMES_MAX);
        if (before < TIMES_MAX) counted.set(key, before + 1);
      });
    }),
  );
});

test('V3: a viewer of 4,096 videos in one day can see those again, and no other until tomorrow', () => {
  const viewer = noCaps();
  for (let video = 1; video <= VIEWER_DAY_VIDEOS_MAX; video += 1) {
    expect(take(viewer, video, 1)).toBe(true);
  }
  expect(take(viewer, VIEWER_DAY_VIDEOS_MAX + 1, 1)).toBe(false);
  expect(take(viewer, 1, 1)).toBe(true);
  expect(viewer.caps).toHaveLength(VIEWER_DAY_VIDEOS_MAX);
  expect(take(viewer, VIEWER_DAY_VIDEOS_MAX + 1, 2)).toBe(true);
  expect(viewer.caps).toHaveLength(1);
});

test('V3: a view that is capped changes nothing', () => {
  const viewer = noCaps();
  for (let times = 0; times < TIMES_MAX; times += 1) take(viewer, 7, 1);
  const before = structuredClone(viewer);
  expect(take(viewer, 7, 1)).toBe(false);
  expect(viewer).toEqual(before);
});
