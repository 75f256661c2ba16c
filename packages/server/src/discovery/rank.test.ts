import { describe, expect, it } from 'vitest';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { EXPLORE_EVERY, EXPLORE_FIRST, FRESH_HALF_LIFE_MS, rank, RANK_WEIGHTS } from './rank.ts';
import type { Candidate, PartCode, RankRequest } from './rank.ts';
import { hashOf } from './walk.ts';

const NOW_MS = Date.parse('2026-11-22T14:00:00Z');
const HOUR_MS = 3_600_000;
const OLD_MS = NOW_MS - 30 * 86_400_000;

function candidate(video: string, change: Partial<Candidate> = {}): Candidate {
  return {
    video: video as VideoId,
    hash: hashOf(video),
    creator: `creator of ${video}`,
    publishedAtMs: OLD_MS,
    likes: 50,
    views: 1_000,
    engagement: undefined,
    ...change,
  };
}

function ranked(candidates: readonly Candidate[], change: Partial<RankRequest> = {}) {
  return rank({
    candidates,
    isFollowed: () => false,
    isSeen: () => false,
    place: 0,
    isLastCreator: () => false,
    seed: 1,
    nowMs: NOW_MS,
    itemsMax: candidates.length,
    ...change,
  });
}

const order = (...args: Parameters<typeof ranked>): string[] =>
  ranked(...args).map((each) => each.candidate.video);

function valueOf(code: PartCode, one: Candidate, change: Partial<RankRequest> = {}): number {
  const parts = ranked([one], change)[0]?.why.parts ?? [];
  return parts.find((part) => part.code === code)?.value ?? Number.NaN;
}

describe('the score of a video', () => {
  it('DI2: is the sum of the parts that are shown, each under the weight of the table', () => {
    const engagement = { starts: 400, views: 300 };
    const [first] = ranked([candidate('a', { engagement, publishedAtMs: NOW_MS - HOUR_MS })], {
      isFollowed: () => true,
      place: EXPLORE_FIRST,
    });
    const sum = first?.why.parts.reduce((all, { weight, value }) => all + weight * value, 0);
    expect(first?.why.score).toBeCloseTo(sum ?? Number.NaN, 12);
    expect(first?.why.parts.map(({ code, weight }) => [code, weight])).toEqual(
      Object.entries(RANK_WEIGHTS),
    );
  });

  it('DI2: has weights that sum to 1', () => {
    expect(Object.values(RANK_WEIGHTS).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1);
  });

  it('DI2: has a freshness that halves in 48 hours and is never above 1', () => {
    expect(valueOf('fresh', candidate('a', { publishedAtMs: NOW_MS }))).toBe(1);
    const halved = candidate('a', { publishedAtMs: NOW_MS - FRESH_HALF_LIFE_MS });
    expect(valueOf('fresh', halved)).toBe(0.5);
    expect(valueOf('fresh', candidate('a', { publishedAtMs: NOW_MS + HOUR_MS }))).toBe(1);
  });

  it('DI3: has the rate of starts that became views, and a half where it is not known', () => {
    expect(valueOf('engaged', candidate('a'))).toBe(0.5);
    const many = candidate('a', { engagement: { starts: 1_980, views: 1_590 } });
    expect(valueOf('engaged', many)).toBe(0.8);
  });

  it('DI3: is not lifted above 1 by views that were added by a correction', () => {
    const corrected = candidate('a', { engagement: { starts: 10, views: 900 } });
    expect(valueOf('engaged', corrected)).toBeLessThan(1);
  });

  it('DI4: does not make one like of one view a winner', () => {
    const lucky = candidate('lucky', { likes: 1, views: 1 });
    const loved = candidate('loved', { likes: 1_500, views: 10_000 });
    expect(order([lucky, loved])).toEqual(['loved', 'lucky']);
  });

  it('DI5: takes an unknown count for what is usual and not for 0', () => {
    const unknown = candidate('unknown', { likes: undefined, views: undefined });
    const unloved = candidate('unloved', { likes: 0, views: 1_000 });
    expect(valueOf('liked', unknown)).toBe(0.5);
    expect(order([unloved, unknown])).toEqual(['unknown', 'unloved']);
  });
});

describe('the order', () => {
  it('DI2: puts a followed creator before an equal one', () => {
    const videos = [candidate('a'), candidate('b')];
    const isFollowed = (creator: string) => creator === 'creator of b';
    expect(order(videos, { isFollowed })).toEqual(['b', 'a']);
  });

  it('DI6: does not let a creator follow themselves while there is another', () => {
    const best = { likes: 300, creator: 'one' };
    const videos = [candidate('a', best), candidate('b', best), candidate('c'), candidate('d')];
    expect(order(videos)).toEqual(['a', 'c', 'b', 'd']);
    expect(order(videos, { isLastCreator: (creator) => creator === 'one' })[0]).toBe('c');
  });

  it('DI6: goes on with the one creator that is left', () => {
    const one = { creator: 'one' };
    expect(order([candidate('a', one), candidate('b', one)])).toEqual(['a', 'b']);
  });

  it('DI7: gives one place in eight to a new video', () => {
    const known = Array.from({ length: 30 }, (_, n) => candidate(`known-${n}`, { likes: 200 }));
    const fresh = { publishedAtMs: NOW_MS - 6 * 86_400_000, likes: 0, views: 0 };
    const unloved = { engagement: { starts: 900, views: 10 }, ...fresh };
    const added = Array.from({ length: 9 }, (_, n) => candidate(`new-${n}`, unloved));
    const places = order([...known, ...added], { itemsMax: 24 }).flatMap((video, place) =>
      video.startsWith('new') ? place : [],
    );
    expect(places).toEqual([0, 1, 2].map((n) => EXPLORE_FIRST + n * EXPLORE_EVERY));
  });

  it('DI7: draws by the bits of the walk', () => {
    const fresh = { publishedAtMs: NOW_MS, likes: 0, views: 0 };
    const added = Array.from({ length: 40 }, (_, n) => candidate(`new-${n}`, fresh));
    const drawn = (seed: number) => order(added, { place: EXPLORE_FIRST, itemsMax: 1, seed });
    const firsts = new Set(Array.from({ length: 40 }, (_, seed) => drawn(seed)[0]));
    expect(firsts.size).toBeGreaterThan(10);
    expect(drawn(7)).toEqual(drawn(7));
  });

  it('DI7: takes no video whose views are unknown for a new one', () => {
    const best = candidate('best', { likes: 500 });
    const unknown = candidate('unknown', { publishedAtMs: OLD_MS + 1, views: undefined });
    const first = { place: EXPLORE_FIRST, nowMs: OLD_MS + 2 };
    expect(order([best, unknown], first)).toEqual(['best', 'unknown']);
  });
});
