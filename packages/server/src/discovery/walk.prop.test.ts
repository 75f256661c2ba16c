import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { rank } from './rank.ts';
import type { Candidate } from './rank.ts';
import {
  cursorOf,
  hashOf,
  isLastCreator,
  isSeen,
  newWalk,
  walked,
  walkOf,
  WALK_VIDEOS_MAX,
} from './walk.ts';
import type { Walk } from './walk.ts';

const NOW_MS = Date.parse('2026-11-22T14:00:00Z');

const counts = fc.option(fc.nat(5_000), { nil: undefined });
const aCandidate: fc.Arbitrary<Candidate> = fc.record({
  video: fc.stringMatching(/^[a-z0-9]{6}$/).map((id) => id as VideoId),
  hash: fc.constant(0),
  creator: fc.constantFrom('a', 'b', 'c', 'd'),
  publishedAtMs: fc.nat(30 * 86_400_000).map((ageMs) => NOW_MS - ageMs),
  likes: counts,
  views: counts,
  engagement: fc.option(fc.record({ starts: fc.nat(500), views: fc.nat(500) }), {
    nil: undefined,
  }),
});
const candidatesOf = (minLength: number) =>
  fc
    .uniqueArray(aCandidate, { minLength, maxLength: 40, selector: ({ video }) => video })
    .map((list) => list.map((each) => ({ ...each, hash: hashOf(each.video) })));

/** A page of a walk, and the walk as its cursor has it. */
function pageOf(candidates: readonly Candidate[], walk: Walk, itemsMax: number) {
  const page = rank({
    candidates,
    isFollowed: (creator) => creator === 'a',
    isSeen: (candidate) => isSeen(walk, candidate),
    place: walk.seen.size,
    isLastCreator: (creator) => isLastCreator(walk, creator),
    seed: walk.seed,
    nowMs: NOW_MS,
    itemsMax,
  }).map(({ candidate }) => candidate);
  if (page.length === 0) return { page, next: walk };
  const next = walkOf(cursorOf(walked(walk, page)));
  if (next === undefined) throw new Error('a cursor of our own was refused');
  return { page, next };
}

function mixed<Item>(items: readonly Item[]): readonly Item[] {
  return items
    .flatMap((item, at) => (at % 2 === 0 ? [] : item))
    .concat(items.filter((_, at) => at % 2 === 0));
}

describe('a walk', () => {
  it('DI9: has every video once, also when counts change between its pages', () => {
    fc.assert(
      fc.property(candidatesOf(1), fc.nat(), fc.integer({ min: 1, max: 9 }), (all, seed, size) => {
        let walk = newWalk(seed);
        const shown: string[] = [];
        let candidates = all;
        for (;;) {
          const { page, next } = pageOf(candidates, walk, size);
          shown.push(...page.map(({ video }) => video));
          walk = next;
          candidates = candidates.map((each) => ({ ...each, likes: (each.likes ?? 0) + 7 }));
          if (page.length < size) break;
        }
        expect(shown.toSorted()).toEqual(all.map(({ video }) => video).toSorted());
      }),
    );
  });

  it('DI6: has two of one creator in a row only when nobody else is left', () => {
    fc.assert(
      fc.property(candidatesOf(2), fc.nat(), fc.integer({ min: 1, max: 9 }), (all, seed, size) => {
        let walk = newWalk(seed);
        const shown: Candidate[] = [];
        while (shown.length < all.length) {
          const { page, next } = pageOf(all, walk, size);
          shown.push(...page);
          walk = next;
        }
        for (const [at, { creator }] of shown.entries()) {
          const left = shown.slice(at).map((each) => each.creator);
          const isRepeat = at > 0 && shown[at - 1]?.creator === creator;
          expect(isRepeat && left.some((other) => other !== creator)).toBe(false);
        }
      }),
    );
  });

  it('DI8: does not depend on the order in which candidates come', () => {
    fc.assert(
      fc.property(candidatesOf(1), fc.nat(), (all, seed) => {
        const walk = newWalk(seed);
        expect(pageOf(mixed(all), walk, 20).page).toEqual(pageOf(all, walk, 20).page);
      }),
    );
  });
});

/** A cursor of a header and what follows it. */
function textOf(...rest: readonly Uint8Array[]): string {
  return Buffer.concat([Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), ...rest]).toString('base64url');
}

describe('a cursor', () => {
  const seenOf = (videos: number): Candidate[] =>
    Array.from({ length: videos }, (_, n) => ({
      video: `v${n}` as VideoId,
      hash: hashOf(`v${n}`),
      creator: `c${n}`,
      publishedAtMs: 0,
      likes: 0,
      views: 0,
      engagement: undefined,
    }));

  it('DI9: of the longest walk fits into a query', () => {
    const walk = walked(newWalk(0xffff_ffff), seenOf(WALK_VIDEOS_MAX));
    const cursor = cursorOf(walk);
    expect(cursor.length).toBeLessThan(7_000);
    expect(walkOf(cursor)).toEqual(walk);
  });

  it.each([
    ['that is empty', ''],
    ['of other characters', 'a=b'],
    ['that is too short', 'AQ'],
    ['of another version', `Ag${cursorOf(walked(newWalk(1), seenOf(3))).slice(2)}`],
    ['that ends within a number', Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 200]).toString('base64url')],
    [
      'with a number too large',
      Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 127]).toString('base64url'),
    ],
    ['of endless zeros', textOf(new Uint8Array(9).fill(128), Uint8Array.of(1))],
    ['of 100,000 characters', 'A'.repeat(100_000)],
    ['with more videos than a walk has', textOf(new Uint8Array(WALK_VIDEOS_MAX + 1))],
  ])('DI10: %s is none', (_, cursor) => {
    expect(walkOf(cursor)).toBeUndefined();
  });
});
