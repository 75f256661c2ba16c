// The order of the feed "for you": which videos, and why each of them.
//
// Rules: docs/spec/discovery.md (DI1 to DI8).
//
// Why it can be explained: a score is the sum of the parts that are shown with it, each a weight of
// the table below times a value from 0 to 1, and nothing else moves a video but the two rules of
// order: a place in eight is for a new video, and a creator does not follow themselves.

import type { VideoId } from '@holdfast/protocol/ids.ts';

export const PART_CODES = ['fresh', 'engaged', 'liked', 'followed', 'explore'] as const;
export type PartCode = (typeof PART_CODES)[number];

/** What each part of a score can add at most. */
export const RANK_WEIGHTS: Readonly<Record<PartCode, number>> = {
  fresh: 0.25,
  engaged: 0.25,
  liked: 0.25,
  followed: 0.15,
  explore: 0.1,
};

/** `fresh` is 1 for a video of this moment and halves in this time. */
export const FRESH_HALF_LIFE_MS = 48 * 3_600_000;
/** A video is judged as if it had had this many starts before, of which this part became views. */
export const ENGAGED_PRIOR_STARTS = 20;
export const ENGAGED_PRIOR_RATE = 0.5;
/** … and this many views, of which this part came with a like. */
export const LIKED_PRIOR_VIEWS = 50;
export const LIKED_PRIOR_RATE = 0.05;
/** A video is new so long after its publication, and while it has fewer views than this. */
export const NEW_AGE_MS_MAX = 7 * 86_400_000;
export const NEW_VIEWS_MAX = 100;
/** One place in so many is for a new video, the first of them at `EXPLORE_FIRST`. */
export const EXPLORE_EVERY = 8;
export const EXPLORE_FIRST = 4;

export type Candidate = Readonly<{
  video: VideoId;
  /** 32 bits that depend on the id alone. */
  hash: number;
  /** Names who made it; only compared. */
  creator: string;
  publishedAtMs: number;
  /** Last good counts; `undefined` where a count is unknown, which is not 0. */
  likes: number | undefined;
  views: number | undefined;
  /** Starts, and the views at the time they were asked for; `undefined` where not known. */
  engagement: Readonly<{ starts: number; views: number }> | undefined;
}>;

export type Part = Readonly<{ code: PartCode; weight: number; value: number }>;
/** Why a video stands where it does; `score` is the sum of weight times value. */
export type Why = Readonly<{ score: number; parts: readonly Part[] }>;
export type Ranked = Readonly<{ candidate: Candidate; why: Why }>;

export type RankRequest = Readonly<{
  candidates: readonly Candidate[];
  isFollowed: (creator: string) => boolean;
  /** Whether the walk had the video before. */
  isSeen: (candidate: Candidate) => boolean;
  /** How many videos the walk had before, and who made the last of them. */
  place: number;
  isLastCreator: (creator: string) => boolean;
  /** 32 random bits of the walk: which of the new videos it shows. */
  seed: number;
  nowMs: number;
  itemsMax: number;
}>;

/** The next videos of a walk, in order. The same request has the same answer. */
export function rank(request: RankRequest): readonly Ranked[] {
  const { candidates, isSeen, seed, nowMs, itemsMax } = request;
  const left = candidates.filter((candidate) => !isSeen(candidate));
  const best = byNumber(left, (candidate) => scoreOf(request, candidate));
  const drawn = byNumber(
    left.filter((candidate) => isNew(candidate, nowMs)),
    ({ hash }) => drawOf(hash, seed),
  );
  const taken = new Set<Candidate>();
  const ranked: Ranked[] = [];
  let isLast = request.isLastCreator;
  while (ranked.length < itemsMax && taken.size < left.length) {
    const isForNew = (request.place + ranked.length) % EXPLORE_EVERY === EXPLORE_FIRST;
    const explored = isForNew ? firstOf(drawn, taken, isLast) : undefined;
    const chosen = explored ?? firstOf(best, taken, isLast) ?? firstOf(best, taken, () => false);
    if (chosen === undefined) break;
    taken.add(chosen);
    ranked.push({ candidate: chosen, why: whyOf(request, chosen, explored !== undefined) });
    const { creator } = chosen;
    isLast = (other) => other === creator;
  }
  return ranked;
}

/** Highest number first, and equal ones in an order that does not depend on the input's. */
function byNumber(
  candidates: readonly Candidate[],
  numberOf: (candidate: Candidate) => number,
): readonly Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, number: numberOf(candidate) }))
    .sort(
      (left, right) =>
        right.number - left.number || (left.candidate.video < right.candidate.video ? -1 : 1),
    )
    .map(({ candidate }) => candidate);
}

function firstOf(
  candidates: readonly Candidate[],
  taken: ReadonlySet<Candidate>,
  isLast: (creator: string) => boolean,
): Candidate | undefined {
  return candidates.find((candidate) => !taken.has(candidate) && !isLast(candidate.creator));
}

function whyOf(request: RankRequest, candidate: Candidate, isExplored: boolean): Why {
  const { nowMs, isFollowed } = request;
  const values: Readonly<Record<PartCode, number>> = {
    fresh: freshness(candidate.publishedAtMs, nowMs),
    engaged: engagedRate(candidate),
    liked: likedValue(candidate),
    followed: isFollowed(candidate.creator) ? 1 : 0,
    explore: isExplored ? 1 : 0,
  };
  const parts = PART_CODES.map((code) => ({
    code,
    weight: RANK_WEIGHTS[code],
    value: values[code],
  }));
  return { score: parts.reduce((sum, { weight, value }) => sum + weight * value, 0), parts };
}

/** The score without the part that only a place gives. */
function scoreOf({ nowMs, isFollowed }: RankRequest, candidate: Candidate): number {
  const { fresh, engaged, liked, followed } = RANK_WEIGHTS;
  return (
    fresh * freshness(candidate.publishedAtMs, nowMs) +
    engaged * engagedRate(candidate) +
    liked * likedValue(candidate) +
    (isFollowed(candidate.creator) ? followed : 0)
  );
}

function freshness(publishedAtMs: number, nowMs: number): number {
  // A publication of another machine can lie a little in the future.
  return 2 ** (-Math.max(0, nowMs - publishedAtMs) / FRESH_HALF_LIFE_MS);
}

/** The part of all starts that became views. */
function engagedRate({ engagement }: Candidate): number {
  const { starts, views } = engagement ?? { starts: 0, views: 0 };
  // Corrections can lift views above starts.
  const became = Math.min(views, starts);
  const prior = ENGAGED_PRIOR_STARTS * ENGAGED_PRIOR_RATE;
  return (became + prior) / (starts + ENGAGED_PRIOR_STARTS);
}

/** Likes a view, so that a usual rate is 0.5 and no rate is above 1. */
function likedValue({ likes, views }: Candidate): number {
  const known =
    likes === undefined || views === undefined ? { likes: 0, views: 0 } : { likes, views };
  const prior = LIKED_PRIOR_VIEWS * LIKED_PRIOR_RATE;
  const rate = (known.likes + prior) / (known.views + LIKED_PRIOR_VIEWS);
  return rate / (rate + LIKED_PRIOR_RATE);
}

function isNew({ publishedAtMs, views }: Candidate, nowMs: number): boolean {
  return nowMs - publishedAtMs < NEW_AGE_MS_MAX && views !== undefined && views < NEW_VIEWS_MAX;
}

/** A number that is as good as random, from 0 to 2^32 - 1, the same for the same two. */
function drawOf(hash: number, seed: number): number {
  let mixed = hash ^ seed;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
