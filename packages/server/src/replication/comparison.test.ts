import { describe, expect, test } from 'vitest';
import { hashHex } from '@holdfast/engine/counting/set-hash.ts';
import { newVideoRow } from '@holdfast/engine/counting/rows.ts';
import type { VideoRow } from '@holdfast/engine/counting/rows.ts';
import type { VideoNo } from '@holdfast/engine/counting/numbers.ts';
import type { Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { compareCommitments, compareCounts, NOTHING_COMPARED } from './comparison.ts';
import { POSITIONS_MAX, PositionRing } from './position-ring.ts';

const hash = (first: number): Uint32Array => Uint32Array.from([first, 0, 0, 0, 0, 0, 0, 0]);
const position = (seq: number, likes = seq): Parameters<PositionRing['note']>[0] => {
  return { seq, likesHash: hash(likes), countsHash: hash(7) };
};
const applied = (seq: number, likes = seq): Parameters<typeof compareCommitments>[2] => {
  return { seq, chain: '', likesHash: hashHex(hash(likes)), countsHash: hashHex(hash(7)) };
};

describe('H36: commitments', () => {
  test('are compared at equal seq, and a difference is told', () => {
    const ring = new PositionRing();
    ring.note(position(3));
    const once = compareCommitments(NOTHING_COMPARED, ring, applied(3));
    expect(once).toMatchObject({ compared: 1, different: 0 });
    const twice = compareCommitments(once, ring, applied(3, 99));
    expect(twice).toMatchObject({ compared: 2, different: 1 });
    expect(twice.first).toContain('after batch 3');
  });

  test('of a batch that is not remembered are no comparison', () => {
    const ring = new PositionRing();
    ring.note(position(3));
    expect(compareCommitments(NOTHING_COMPARED, ring, applied(2))).toBe(NOTHING_COMPARED);
  });

  test('are those of the batch, though the owner has gone on in the same memory', () => {
    const ring = new PositionRing();
    const now = position(3);
    ring.note(now);
    now.likesHash[0] = 1_000;
    expect(ring.agrees(applied(3))).toBe(true);
  });

  test('are remembered for the newest batches alone', () => {
    const ring = new PositionRing();
    for (let seq = 1; seq <= POSITIONS_MAX + 1; seq += 1) ring.note(position(seq));
    expect(ring.agrees(applied(1))).toBeUndefined();
    expect(ring.agrees(applied(2))).toBe(true);
  });
});

describe('H36: counts of a video', () => {
  const row = (seq: number, views: number): VideoRow => {
    const video = newVideoRow(1 as VideoNo, 'v1' as VideoId, 1_000, 'c', seq as Seq);
    return { ...video, views };
  };
  const probed = (seq: number, views: number): Parameters<typeof compareCounts>[2] => {
    return { video: 1, seq, likes: 0, views, watchMs: 0 };
  };

  test.each([
    ['equal at both', row(4, 2), probed(4, 2), { compared: 1, different: 0 }],
    ['other views', row(4, 2), probed(4, 3), { compared: 1, different: 1 }],
    ['another last change', row(4, 2), probed(3, 2), { compared: 1, different: 1 }],
    ['not applied here yet', row(4, 2), probed(5, 3), { compared: 0, different: 0 }, 4],
    ['changed here since', row(6, 3), probed(4, 2), { compared: 0, different: 0 }],
    ['changed there since', row(4, 2), probed(6, 3), { compared: 0, different: 0 }],
  ])('%s', (_what, own, other, result, ownSeq = 6) => {
    const compared = compareCounts(NOTHING_COMPARED, { row: own, ownSeq }, other, 5);
    expect(compared).toMatchObject(result);
  });
});
