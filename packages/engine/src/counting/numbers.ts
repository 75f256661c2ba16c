// The cell's own numbers for persons and videos. They are small, so that a like is one 53-bit key,
// and they say nothing about whom or what they stand for.

declare const brand: unique symbol;

/** A cell's number for a person, from 1; 0 is nobody. Never given twice. */
export type PersonNo = number & { readonly [brand]: 'PersonNo' };
/** A cell's number for a video, from 1; 0 is a video the cell does not know. Never given twice. */
export type VideoNo = number & { readonly [brand]: 'VideoNo' };
/** A (person, video) pair as one safe integer, ordered by person. */
export type LikeKey = number & { readonly [brand]: 'LikeKey' };
/** A (video, UTC day) pair as one safe integer, ordered by video. */
export type VideoDayKey = number & { readonly [brand]: 'VideoDayKey' };

export const NOBODY = 0 as PersonNo;
export const NO_VIDEO = 0 as VideoNo;

const VIDEO_BITS = 26;
/** Videos a cell can number; with persons it fills the 53 bits of a safe integer. */
export const VIDEOS_MAX = 2 ** VIDEO_BITS;
/** Persons a cell can number. */
export const PERSONS_MAX = 2 ** 27;
const DAYS_MAX = 2 ** 16;

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** The key of the like row of a person and a video. */
export function likeKey(person: PersonNo, video: VideoNo): LikeKey {
  return (person * VIDEOS_MAX + video) as LikeKey;
}

/** The person in a like key. */
export function personOf(key: LikeKey): PersonNo {
  return Math.floor(key / VIDEOS_MAX) as PersonNo;
}

/** The video in a like key. */
export function videoOf(key: LikeKey): VideoNo {
  return (key % VIDEOS_MAX) as VideoNo;
}

/** The number of the UTC day that a time is in, from 1970-01-01. */
export function utcDay(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

/** The UTC day that a UTC minute is in. */
export function dayOfMinute(minute: number): number {
  return Math.floor((minute * MINUTE_MS) / DAY_MS);
}

/** The key of a video's unique viewers of one UTC day. */
export function videoDayKey(video: VideoNo, day: number): VideoDayKey {
  return (video * DAYS_MAX + day) as VideoDayKey;
}

/** The key of what a UTC day of a video was made of, ordered by day: days are written one by one. */
export function dayVideoKey(day: number, video: VideoNo): number {
  return day * VIDEOS_MAX + video;
}

/** The video in a video-day key. */
export function videoOfDay(key: VideoDayKey): VideoNo {
  return Math.floor(key / DAYS_MAX) as VideoNo;
}

/** The UTC day in a video-day key. */
export function dayOf(key: VideoDayKey): number {
  return key % DAYS_MAX;
}
