import fc from 'fast-check';
import { expect, test } from 'vitest';
import { likeKey, PERSONS_MAX, VIDEOS_MAX } from './numbers.ts';
import type { PersonNo, VideoNo } from './numbers.ts';
import { LikeMap } from './like-map.ts';

const person = fc.oneof(
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: PERSONS_MAX - 5, max: PERSONS_MAX - 1 }),
);
const video = fc.oneof(
  fc.integer({ min: 1, max: 400 }),
  fc.integer({ min: VIDEOS_MAX - 5, max: VIDEOS_MAX - 1 }),
);
const change = fc.tuple(person, video, fc.nat());

test('a like map says what a map would, through growth and overwriting', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 3_000, size: 'max' }), (changes) => {
      const likes = new LikeMap();
      const plain = new Map<number, number>();
      for (const [personNo, videoNo, value] of changes) {
        const key = likeKey(personNo as PersonNo, videoNo as VideoNo);
        expect(likes.get(key)).toBe(plain.get(key));
        likes.set(key, value);
        plain.set(key, value);
      }
      expect(likes.size).toBe(plain.size);
      expect(new Map(likes)).toEqual(plain);
    }),
    { numRuns: 30 },
  );
});
