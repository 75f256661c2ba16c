import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayOf, DAY_MS, likeKey, personOf, PERSONS_MAX, utcDay, videoDayKey } from './numbers.ts';
import { videoOf, videoOfDay, VIDEOS_MAX } from './numbers.ts';
import type { PersonNo, VideoNo } from './numbers.ts';

const person = fc.integer({ min: 1, max: PERSONS_MAX - 1 }) as fc.Arbitrary<PersonNo>;
const video = fc.integer({ min: 1, max: VIDEOS_MAX - 1 }) as fc.Arbitrary<VideoNo>;

test('C6: a like key is a safe integer that gives back its person and video', () => {
  const edge = likeKey((PERSONS_MAX - 1) as PersonNo, (VIDEOS_MAX - 1) as VideoNo);
  expect(edge).toBe(Number.MAX_SAFE_INTEGER);
  fc.assert(
    fc.property(person, video, (who, what) => {
      const key = likeKey(who, what);
      expect(Number.isSafeInteger(key)).toBe(true);
      expect([personOf(key), videoOf(key)]).toEqual([who, what]);
    }),
  );
});

test('like keys are ordered by person, so that the rows of one person lie together', () => {
  fc.assert(
    fc.property(person, video, video, (who, one, other) => {
      fc.pre(who + 1 < PERSONS_MAX);
      expect(likeKey(who, one)).toBeLessThan(likeKey((who + 1) as PersonNo, other));
    }),
  );
});

test('C22: a video-day key gives back its video and day', () => {
  fc.assert(
    fc.property(video, fc.nat(2 ** 16 - 1), (what, day) => {
      const key = videoDayKey(what, day);
      expect(Number.isSafeInteger(key)).toBe(true);
      expect([videoOfDay(key), dayOf(key)]).toEqual([what, day]);
    }),
  );
});

test('a UTC day begins at midnight', () => {
  const midnight = Date.UTC(2026, 0, 25);
  expect(utcDay(midnight) - utcDay(midnight - 1)).toBe(1);
  expect(utcDay(midnight + DAY_MS - 1)).toBe(utcDay(midnight));
});
