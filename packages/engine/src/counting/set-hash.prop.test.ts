import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMITTED } from './lines.ts';
import type { PersonNo, VideoNo } from './numbers.ts';
import { emptyHash, HASH_LANES, hashHex, moveCount, moveLike } from './set-hash.ts';
import { moveName, sameHash, textHash } from './set-hash.ts';
import type { LaneHash } from './set-hash.ts';

type Row = Readonly<{ person: number; video: number }>;

const row = fc.record({ person: fc.nat(500), video: fc.nat(500) });
const rows = fc.uniqueArray(row, { selector: ({ person, video }) => `${person}/${video}` });

const personNo = (no: number): PersonNo => no as PersonNo;
const videoNo = (no: number): VideoNo => no as VideoNo;

function likesHash(all: readonly Row[]): LaneHash {
  const sum = emptyHash();
  for (const { person, video } of all) moveLike(sum, personNo(person), videoNo(video), 1);
  return sum;
}

const shuffled = <Value>(list: readonly Value[], keys: readonly number[]): Value[] =>
  list
    .map((value, index) => ({ value, key: keys[index % keys.length] ?? 0 }))
    .sort((left, right) => left.key - right.key)
    .map(({ value }) => value);

describe('C23: the likes hash', () => {
  test('is the same in whatever order the rows came', () => {
    const keys = fc.array(fc.nat(), { minLength: 1 });
    fc.assert(
      fc.property(rows, keys, (all, order) => {
        expect(likesHash(shuffled(all, order))).toEqual(likesHash(all));
      }),
    );
  });

  test('is as if a row had never been once it is gone again', () => {
    fc.assert(
      fc.property(rows, row, (all, { person, video }) => {
        const sum = likesHash(all);
        moveLike(sum, personNo(person), videoNo(video), -1);
        moveLike(sum, personNo(person), videoNo(video), 1);
        expect(sum).toEqual(likesHash(all));
      }),
    );
  });

  test('differs in every lane when one row is missing, one too many, or another one', () => {
    fc.assert(
      fc.property(fc.tuple(rows, row, row), ([all, one, other]) => {
        fc.pre(one.person !== other.person || one.video !== other.video);
        const sum = likesHash([...all, one]);
        for (const wrong of [all, [...all, one, one], [...all, other]]) {
          const found = likesHash(wrong);
          expect(sameHash(sum, found)).toBe(false);
          // One lane may meet by chance; eight do not.
          const equal = sum.filter((lane, index) => lane === found[index]).length;
          expect(equal).toBeLessThan(HASH_LANES / 2);
        }
      }),
    );
  });

  test('tells who likes what from the other way round', () => {
    const swapped = likesHash([
      { person: 1, video: 2 },
      { person: 2, video: 1 },
    ]);
    const straight = likesHash([
      { person: 1, video: 1 },
      { person: 2, video: 2 },
    ]);
    expect(sameHash(swapped, straight)).toBe(false);
  });
});

describe('C23: the counts hash', () => {
  // Eight of them still add up to a safe integer.
  const big = fc.integer({ min: -(2 ** 49), max: 2 ** 49 });
  const slot = fc.nat(COMMITTED.length - 1);

  test('is linear: many small moves and one large one come to the same, also beyond 2^32', () => {
    const parts = fc.array(fc.oneof(big, fc.integer({ min: -5, max: 5 })), { maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(500), slot, parts, (video, at, deltas) => {
        const total = deltas.reduce((sum, delta) => sum + delta, 0);
        const small = emptyHash();
        for (const delta of deltas) moveCount(small, videoNo(video), at, delta);
        const large = emptyHash();
        moveCount(large, videoNo(video), at, total);
        expect(small).toEqual(large);
      }),
    );
  });

  test('is what a sum with numbers of any size would be, lane by lane', () => {
    fc.assert(
      fc.property(fc.nat(500), slot, big, (video, at, delta) => {
        const unit = emptyHash();
        moveCount(unit, videoNo(video), at, 1);
        const sum = emptyHash();
        moveCount(sum, videoNo(video), at, delta);
        const exact = Array.from(unit, (lane) =>
          Number(BigInt.asUintN(32, BigInt(lane) * BigInt(delta))),
        );
        expect([...sum]).toEqual(exact);
      }),
    );
  });

  test('differs when one number is wrong, or stands in another place or at another video', () => {
    fc.assert(
      fc.property(fc.nat(500), slot, fc.integer({ min: 1, max: 2 ** 31 }), (video, at, delta) => {
        const right = emptyHash();
        moveCount(right, videoNo(video), at, delta);
        const elsewhere: [number, number, number][] = [
          [video, at, delta + 1],
          [video, (at + 1) % COMMITTED.length, delta],
          [video + 1, at, delta],
        ];
        for (const [otherVideo, otherSlot, otherDelta] of elsewhere) {
          const wrong = emptyHash();
          moveCount(wrong, videoNo(otherVideo), otherSlot, otherDelta);
          expect(sameHash(right, wrong)).toBe(false);
        }
      }),
    );
  });
});

test('the hash of a text differs for texts that differ in one character', () => {
  const ids = Array.from({ length: 20_000 }, (_, index) => `v${index}`);
  expect(new Set(ids.map((id) => hashHex(textHash(id)))).size).toBe(ids.length);
  for (let lane = 0; lane < HASH_LANES; lane += 1) {
    const values = new Set(ids.map((id) => textHash(id)[lane]));
    // 20,000 of 2^32 values meet by chance less than once.
    expect(values.size).toBeGreaterThan(ids.length - 5);
  }
});

test('a hash as text is 64 digits, zeros included', () => {
  expect(hashHex(emptyHash())).toBe('0'.repeat(64));
  expect(hashHex(Uint32Array.of(1, 0xffff_ffff, 0, 0, 0, 0, 0, 16))).toBe(
    `00000001ffffffff${'0'.repeat(40)}00000010`,
  );
});

test('C23: a number that stands for another name changes the hash, and the right one mends it', () => {
  const sum = emptyHash();
  moveName(sum, 1, textHash('v1'), 1);
  const other = emptyHash();
  moveName(other, 1, textHash('v2'), 1);
  expect(sameHash(sum, other)).toBe(false);
  moveName(other, 1, textHash('v2'), -1);
  moveName(other, 1, textHash('v1'), 1);
  expect(sameHash(sum, other)).toBe(true);
});
