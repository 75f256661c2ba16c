import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Publication } from '../border/publication.ts';
import { eu, subtotals, us, watermark } from './fake-publications.ts';
import { SubtotalBook } from './subtotal-book.ts';

const ROW = 'row' as Jurisdiction;
const CELLS = [us, eu, ROW];
const VIDEOS = ['a', 'b', 'c', 'd'] as VideoId[];
const NOON = Date.UTC(2026, 10, 22, 12);

/** What a cell says at a position is one truth, so numbers follow from the position. */
function truth(cell: number, epoch: number, seq: number, video: string): [number, number] {
  const mixed = (epoch * 31 + seq * 7 + cell * 3 + video.charCodeAt(0)) % 11;
  return [mixed, mixed * 1_000_003];
}

const position = fc.record({
  cell: fc.nat(CELLS.length - 1),
  epoch: fc.integer({ min: 1, max: 3 }),
  seq: fc.integer({ min: 1, max: 12 }),
});

const publication: fc.Arbitrary<Publication> = fc.oneof(
  fc
    .tuple(position, fc.subarray(VIDEOS, { minLength: 1 }))
    .map(([{ cell, epoch, seq }, videos]) =>
      subtotals(
        CELLS[cell] ?? us,
        epoch,
        seq,
        Object.fromEntries(videos.map((video) => [video, truth(cell, epoch, seq, video)])),
      ),
    ),
  position.map(({ cell, epoch, seq }) =>
    watermark(CELLS[cell] ?? us, epoch, seq, NOON + epoch * 1_000 + seq),
  ),
);

function take(book: SubtotalBook, arrived: Publication, nowMs: number): void {
  const cell = book.cellNumber(arrived.jurisdiction) ?? -1;
  if (arrived.kind === 'watermark') book.mergeWatermark(cell, arrived, nowMs);
  else book.mergeSubtotals(cell, arrived, undefined);
}

function countsAfter(publications: readonly Publication[]) {
  const book = new SubtotalBook(CELLS, 100);
  for (const arrived of publications) take(book, arrived, 0);
  return VIDEOS.map((video) => book.counts(video, 0));
}

const repeatedAndShuffled = fc.array(publication, { maxLength: 40 }).chain((sent) =>
  fc.tuple(
    fc.constant(sent),
    fc.shuffledSubarray([...sent, ...sent, ...sent], {
      minLength: sent.length * 3,
      maxLength: sent.length * 3,
    }),
  ),
);

test('X3: publications repeated and shuffled end where publications in order end', () => {
  fc.assert(
    fc.property(repeatedAndShuffled, ([sent, arrived]) => {
      expect(countsAfter(arrived)).toEqual(countsAfter(sent));
    }),
    { numRuns: 1_000 },
  );
});

test('X3: what was lost is healed by the next publication of the same videos', () => {
  const tail = CELLS.flatMap((jurisdiction, cell) => [
    subtotals(
      jurisdiction,
      4,
      1,
      Object.fromEntries(VIDEOS.map((video) => [video, truth(cell, 4, 1, video)])),
    ),
    watermark(jurisdiction, 4, 1, NOON),
  ]);
  fc.assert(
    fc.property(repeatedAndShuffled, fc.nat(), ([sent, arrived], keep) => {
      const some = arrived.filter((_, index) => (index + keep) % 3 === 0);
      expect(countsAfter([...some, ...tail])).toEqual(countsAfter([...sent, ...tail]));
    }),
  );
});

const step = fc.oneof(publication, fc.integer({ min: 0, max: 1_500 }));

test('X13: the JSON text of a count is what JSON.stringify makes of the count', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      (steps, size) => {
        const book = new SubtotalBook(CELLS.slice(0, size), 100);
        let nowMs = 0;
        for (const next of steps) {
          if (typeof next === 'number') nowMs += next;
          else if (book.cellNumber(next.jurisdiction) !== undefined) take(book, next, nowMs);
          for (const video of VIDEOS) {
            expect(book.countsJson(video, nowMs)).toBe(JSON.stringify(book.counts(video, nowMs)));
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
