import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { COMMITTED, correctionRows, giveBack, Lines } from './lines.ts';
import type { LINE, LineCorrection } from './lines.ts';
import { withLine } from '../testing/batches.ts';
import type { VideoNo } from './numbers.ts';
import { unpackTally } from './tallies.ts';
import { newVideoRow, shownLikes } from './rows.ts';
import type { VideoRow } from './rows.ts';
import { emptyHash, moveCount } from './set-hash.ts';
import type { LaneHash } from './set-hash.ts';

const SEQ = 7 as Seq;
const VIDEO = 1 as VideoNo;

function video(counts: Partial<VideoRow> = {}): VideoRow {
  return { ...newVideoRow(VIDEO, 'v1' as VideoId, 10_000, 'nobody', 1 as Seq), ...counts };
}

type Moves = Partial<Record<Exclude<keyof typeof LINE, 'video'>, number>> & {
  slots?: readonly number[];
  corrections?: readonly LineCorrection[];
};

/** Lines with one of `VIDEO`; it is the first, so it begins at 0. */
function line({ slots = [], corrections = [], ...numbers }: Moves): Lines {
  const lines = new Lines();
  lines.begin(VIDEO);
  for (const [field, delta] of Object.entries(numbers)) lines.add(0, field as 'likes', delta);
  for (const slot of slots) lines.end(0, slot);
  for (const correction of corrections) lines.correct(0, correction);
  return lines;
}

/** Ends a line and adds it to a row. */
function addLine(
  row: VideoRow,
  lines: Lines,
  seq: Seq,
  countsHash: LaneHash,
): Readonly<{ row: VideoRow; givenBack: number }> {
  const givenBack = giveBack(lines, 0, () => shownLikes(row));
  lines.moveHash(0, countsHash);
  return { row: withLine(row, lines, 0, seq), givenBack };
}

function hashOf(row: VideoRow): LaneHash {
  const sum = emptyHash();
  COMMITTED.forEach((field, slot) => moveCount(sum, row.no, slot, row[field]));
  return sum;
}

const fraud = (delta: number, metric: 'likes' | 'views' = 'likes'): LineCorrection => ({
  metric,
  delta,
  reason: 'fraud',
  note: 'bots',
});

describe('C16: giving back', () => {
  test('what unlikes would take below zero goes back to the correction, exactly', () => {
    const row = video({ likes: 5, likesCorrected: -4 });
    const added = addLine(row, line({ likes: -3 }), SEQ, emptyHash());
    expect(added.givenBack).toBe(2);
    expect(added.row).toMatchObject({ likes: 2, likesCorrected: -2 });
    expect(shownLikes(added.row)).toBe(0);
  });

  test('nothing goes back while the shown count stays at or above zero', () => {
    const row = video({ likes: 5, likesCorrected: -4 });
    expect(addLine(row, line({ likes: -1 }), SEQ, emptyHash()).givenBack).toBe(0);
  });

  test('it is listed with the reason rule, beside the erased likes that caused it', () => {
    const rows = correctionRows(line({ likes: -3, erasedLikes: 3 }), 0, 2, SEQ, 99);
    expect(rows).toMatchObject([
      { delta: -3, reason: 'erasure', fromRows: true, seq: SEQ, atMs: 99 },
      { delta: 2, reason: 'rule', fromRows: false, seq: SEQ, atMs: 99 },
    ]);
  });
});

test('C23: the counts hash moves from that of the old row to that of the new one', () => {
  const count = fc.integer({ min: 0, max: 2 ** 50 });
  const delta = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
  const before = fc.record({
    likes: count,
    views: count,
    starts: count,
    loops: count,
    watchMs: count,
  });
  const moves = fc.record({
    likes: delta,
    views: fc.nat(),
    starts: fc.nat(),
    loops: fc.nat(),
    watchMs: fc.nat(2 ** 31),
    corrections: fc.array(fc.constantFrom(fraud(-3), fraud(5), fraud(2 ** 40, 'views'))),
  });
  fc.assert(
    fc.property(before, moves, (counts, moved) => {
      const row = video(counts);
      const hash = hashOf(row);
      const added = addLine(row, line(moved), SEQ, hash);
      expect(hash).toEqual(hashOf(added.row));
      expect(shownLikes(added.row)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('C5: a line leaves the row and its tally as they were', () => {
  const row = video({ likes: 3 });
  const before = structuredClone(row);
  addLine(row, line({ likes: 1, slots: [0, 9] }), SEQ, emptyHash());
  expect(row).toEqual(before);
});

test('C10: each op of a line is in the tally of its video once', () => {
  const { row } = addLine(video(), line({ slots: [0, 9, 9, 26] }), SEQ, emptyHash());
  const tally = unpackTally(row.tally);
  expect([tally[0], tally[9], tally[26]]).toEqual([1, 2, 1]);
  expect(row.seq).toBe(SEQ);
});

test('C14: corrections of both metrics move their own number and are listed in order', () => {
  const both = line({ corrections: [fraud(4), fraud(2, 'views'), fraud(-1)] });
  const { row } = addLine(video(), both, SEQ, emptyHash());
  expect(row).toMatchObject({ likes: 0, likesCorrected: 3, views: 0, viewsCorrected: 2 });
  expect(correctionRows(both, 0, 0, SEQ, 99).map(({ metric, delta }) => [metric, delta])).toEqual([
    ['likes', 4],
    ['views', 2],
    ['likes', -1],
  ]);
});

test('C20: a line with any number that a rollup holds makes a bucket, books alone do not', () => {
  expect(line({ slots: [2], corrections: [fraud(1)] }).movesMinute(0)).toBe(false);
  for (const field of ['likes', 'views', 'starts', 'loops', 'watchMs'] as const) {
    expect(line({ [field]: -1 }).movesMinute(0), field).toBe(true);
  }
});
