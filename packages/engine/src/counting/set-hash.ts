// Running commitments over rows (C23): sums of row hashes, lane by lane modulo 2^32.
//
// Eight lanes of 32 bits. Adding and subtracting keep a sum up to date in any order, and equal sets
// have equal sums. It finds accidents, not adversaries: see docs/spec/counting.md.

import type { PersonNo, VideoNo } from './numbers.ts';

export const HASH_LANES = 8;

/** A hash of something, or a sum of hashes. */
export type LaneHash = Uint32Array;

export function emptyHash(): LaneHash {
  return new Uint32Array(HASH_LANES);
}

/** The finaliser of MurmurHash3 (Appleby, public domain): every input bit moves every output bit. */
export function mix32(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A hash of a short text, such as the id of a video. */
export function textHash(text: string): LaneHash {
  const hash = new Uint32Array(HASH_LANES);
  for (let lane = 0; lane < HASH_LANES; lane += 1) {
    let state = mix32(text.length + Math.imul(lane + 1, 0x9e3779b9));
    for (let index = 0; index < text.length; index += 1) {
      state = Math.imul(state ^ text.charCodeAt(index), 0x01000193) ^ (state >>> 13);
    }
    hash[lane] = mix32(state);
  }
  return hash;
}

/** Different constants for each lane, so that a collision in one is none in the others. */
const LANE_SALT: readonly number[] = Array.from({ length: HASH_LANES }, (_, lane) =>
  mix32(0x9e3779b9 + lane),
);

/** Adds (`sign` 1) or takes away (-1) the hash of the like row of a person and a video. */
export function moveLike(sum: LaneHash, person: PersonNo, video: VideoNo, sign: 1 | -1): void {
  for (let lane = 0; lane < HASH_LANES; lane += 1) {
    const salt = LANE_SALT[lane] ?? 0;
    const row = mix32(mix32(person ^ salt) + Math.imul(video, salt | 1));
    sum[lane] = (sum[lane] ?? 0) + sign * row;
  }
}

/**
 * Adds `delta` times the hash of (video, number `slot` of its counts). Linear in `delta`, so that
 * many small moves and one large one come to the same; a difference of an exact multiple of 2^32
 * in one number is the one thing it cannot see.
 */
export function moveCount(sum: LaneHash, video: VideoNo, slot: number, delta: number): void {
  if (delta === 0) return;
  for (let lane = 0; lane < HASH_LANES; lane += 1) {
    const salt = LANE_SALT[lane] ?? 0;
    const unit = mix32(mix32(video ^ salt) + Math.imul(slot + 1, salt | 1));
    sum[lane] = (sum[lane] ?? 0) + Math.imul(unit, delta);
  }
}

/** Adds or takes away that a number stands for a name, given as a hash of the name. */
export function moveName(sum: LaneHash, no: number, name: LaneHash, sign: 1 | -1): void {
  for (let lane = 0; lane < HASH_LANES; lane += 1) {
    const row = mix32(mix32(no ^ (LANE_SALT[lane] ?? 0)) ^ (name[lane] ?? 0));
    sum[lane] = (sum[lane] ?? 0) + sign * row;
  }
}

/** Whether two hashes are equal. */
export function sameHash(left: LaneHash, right: LaneHash): boolean {
  return left.every((value, lane) => value === right[lane]);
}

/** A hash as 64 hexadecimal digits. */
export function hashHex(hash: LaneHash): string {
  return Array.from(hash, (lane) => lane.toString(16).padStart(8, '0')).join('');
}
