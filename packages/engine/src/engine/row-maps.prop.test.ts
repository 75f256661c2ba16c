import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { COMMITTED, LINE, Lines } from '../counting/lines.ts';
import type { PersonNo, VideoNo } from '../counting/numbers.ts';
import { newVideoRow } from '../counting/rows.ts';
import type { PersonRow, SessionRow, VideoRow } from '../counting/rows.ts';
import { TALLY_LENGTH } from '../counting/tallies.ts';
import { withLine } from '../testing/batches.ts';
import { NumberMap } from './number-map.ts';
import { PersonTable } from './person-table.ts';
import type { RowMap } from './row-table.ts';
import { SessionTable } from './session-table.ts';
import { VideoTable } from './video-table.ts';

const count = fc.oneof(fc.nat(9), fc.maxSafeInteger().map(Math.abs));
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const no = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 26 }));
const caps = fc.array(count, { maxLength: 3 });

const session: fc.Arbitrary<SessionRow> = fc.record({
  startedAtMs: count,
  highest: count,
  seenLow: uint32,
  seenHigh: uint32,
  claimedMs: count,
  capsDay: fc.nat(30_000),
  caps,
});
const person: fc.Arbitrary<PersonRow> = fc.record({
  person: no as fc.Arbitrary<PersonNo>,
  pseudonym: fc.uint32Array({ minLength: 8, maxLength: 8 }),
  creatorKey: fc.string(),
  erasedAtMs: count,
  capsDay: fc.nat(30_000),
  caps,
});
const tally = fc
  .uniqueArray(fc.nat(TALLY_LENGTH - 1))
  .chain((slots) =>
    fc.tuple(
      ...slots.map((slot) => fc.integer({ min: 1, max: 2 ** 40 }).map((n) => n * 32 + slot)),
    ),
  );
const video: fc.Arbitrary<VideoRow> = fc
  .record({ no, likes: count, views: count, starts: count, loops: count, watchMs: count, tally })
  .chain((numbers) =>
    fc
      .record({ likesCorrected: fc.maxSafeInteger(), viewsCorrected: fc.maxSafeInteger() })
      .map((corrected): VideoRow => ({
        ...newVideoRow(numbers.no as VideoNo, `v${numbers.no}` as VideoId, 9, 'c', 3 as Seq),
        ...numbers,
        ...corrected,
        no: numbers.no as VideoNo,
      })),
  );

/** Whether a map of rows gives what a `Map` would, after each of these. */
function saysWhatAMapWould<Key, Row>(
  newMap: () => RowMap<Key, Row>,
  entry: fc.Arbitrary<readonly [Key, Row]>,
): void {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), entry, (entries, [other]) => {
      const rows = newMap();
      const plain = new Map<Key, Row>();
      for (const [key, row] of entries) {
        expect(rows.has(key)).toBe(plain.has(key));
        rows.set(key, row);
        plain.set(key, row);
        expect(rows.get(key)).toEqual(row);
      }
      expect(rows.size).toBe(plain.size);
      expect(new Map(rows)).toEqual(plain);
      expect([...rows.keys()]).toEqual([...plain.keys()]);
      expect(rows.get(other)).toEqual(plain.get(other));
    }),
  );
}

test('sessions come back as they went in', () => {
  const key = fc.oneof(
    fc.string(),
    fc.nat(20).map((part) => `~${part}`),
  );
  saysWhatAMapWould(() => new SessionTable(), fc.tuple(key, session));
});

test('persons come back as they went in', () => {
  saysWhatAMapWould(
    () => new PersonTable(),
    person.map((row) => [row.person, row] as const),
  );
});

test('videos come back as they went in, however many classes their tally has', () => {
  saysWhatAMapWould(
    () => new VideoTable(),
    video.map((row) => [row.no, row] as const),
  );
});

test('things come back that went in under a number', () => {
  saysWhatAMapWould(() => new NumberMap<number, unknown>(), fc.tuple(count, fc.anything()));
});

const SEQ = 8 as Seq;
const fields = COMMITTED.filter((field) => field in LINE);
const moves = fc.record({
  deltas: fc.array(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), {
    minLength: fields.length,
    maxLength: fields.length,
  }),
  slots: fc.array(fc.nat(TALLY_LENGTH - 1), { maxLength: 40 }),
});

test('C10, C20: a line adds to a video what it says, in place, and the older generation stays', () => {
  const small = video.map((row) => {
    const next = { ...row };
    for (const field of fields) next[field] %= 2 ** 40;
    return next;
  });
  fc.assert(
    fc.property(small, moves, fc.boolean(), (row, { deltas, slots }, isOld) => {
      const lines = new Lines();
      const line = lines.begin(row.no);
      fields.forEach((field, index) => lines.add(line, field, deltas[index] ?? 0));
      for (const slot of slots) lines.end(line, slot);
      const [young, old] = [new VideoTable(), new VideoTable()];
      (isOld ? old : young).set(row.no, row);
      const at = young.own(row.no, old);
      young.addLine(at, lines, line, SEQ);
      lines.forEachEnd((_, slot) => young.addEnd(at, slot));
      expect(young.get(row.no)).toEqual(withLine(row, lines, line, SEQ));
      expect(old.get(row.no)).toEqual(isOld ? row : undefined);
      expect(young.facts(row.no)).toMatchObject({ no: row.no, video: row.video });
    }),
    { numRuns: 300 },
  );
});
