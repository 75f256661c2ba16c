import { LIVE_AGE_MS_MAX } from '@holdfast/protocol/limits.ts';
import { describe, expect, test } from 'vitest';
import type { Publication } from '../border/publication.ts';
import { a, b, eu, subtotals, us, watermark } from './fake-publications.ts';
import { SubtotalBook } from './subtotal-book.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const NOON_TEXT = '2026-11-22T12:00:00.000Z';

function bookOf(nowMs: number, publications: readonly Publication[], videosMax = 100) {
  const book = new SubtotalBook([us, eu], videosMax);
  for (const publication of publications) take(book, nowMs, publication);
  return book;
}

function take(book: SubtotalBook, nowMs: number, publication: Publication) {
  const cell = book.cellNumber(publication.jurisdiction) ?? -1;
  if (publication.kind === 'watermark') return book.mergeWatermark(cell, publication, nowMs);
  return book.mergeSubtotals(cell, publication, undefined);
}

const bothLive = [
  subtotals(us, 1, 123, { a: [7, 300] }),
  watermark(us, 1, 123, NOON),
  subtotals(eu, 1, 88, { a: [5, 45] }),
  watermark(eu, 1, 88, NOON + 20),
];

describe('merging', () => {
  test('X1: a count is the sum over the cells, beside what each contributes', () => {
    expect(bookOf(0, bothLive).counts(a, 0)).toEqual({
      likes: { value: 12, state: 'live', asOf: NOON_TEXT },
      views: { value: 345, state: 'live', asOf: NOON_TEXT },
      cells: {
        us: { likes: 7, views: 300, state: 'live', asOf: NOON_TEXT, epoch: 1, seq: 123 },
        eu: {
          likes: 5,
          views: 45,
          state: 'live',
          asOf: '2026-11-22T12:00:00.020Z',
          epoch: 1,
          seq: 88,
        },
      },
    });
  });

  test.each([
    ['a newer seq replaces', 2, 51, 9],
    ['the same seq changes nothing', 2, 50, 7],
    ['an older seq changes nothing', 2, 49, 7],
    ['a newer epoch replaces, whatever its seq', 3, 1, 9],
    ['an older epoch changes nothing, whatever its seq', 1, 999, 7],
  ])('X2: %s', (_, epoch, seq, expected) => {
    const book = bookOf(0, [
      ...bothLive,
      subtotals(us, 2, 50, { a: [7, 300] }),
      subtotals(us, epoch, seq, { a: [9, 301] }),
    ]);
    expect(book.counts(a, 0).cells['us']?.likes).toBe(expected);
  });

  test('X2: a count may fall, since the newest subtotal is the truth', () => {
    const book = bookOf(0, [...bothLive, subtotals(us, 1, 124, { a: [6, 300] })]);
    expect(book.counts(a, 0).likes.value).toBe(11);
  });

  test.each([
    ['a lower watermark changes nothing', 1, 122, NOON + 500, { seq: 123, asOf: NOON_TEXT }],
    ['an equal one renews as-of', 1, 123, NOON + 500, { asOf: '2026-11-22T12:00:00.500Z' }],
    ['one of a newer epoch replaces', 2, 1, NOON + 500, { epoch: 2, seq: 1 }],
  ])('X4: %s', (_, epoch, seq, atMs, expected) => {
    const book = bookOf(0, [...bothLive, watermark(us, epoch, seq, atMs)]);
    expect(book.counts(a, 0).cells['us']).toMatchObject(expected);
  });

  test('X4: a lower watermark does not keep a cell alive', () => {
    const book = bookOf(0, bothLive);
    take(book, 1_500, watermark(us, 1, 122, NOON + 1_500));
    expect(book.state(0, LIVE_AGE_MS_MAX)).toBe('stale');
  });

  test('X5: a value newer than the watermark is shown beside the position of the watermark', () => {
    const book = bookOf(0, [...bothLive, subtotals(us, 1, 130, { a: [8, 310] })]);
    expect(book.counts(a, 0).cells['us']).toEqual({
      likes: 8,
      views: 310,
      state: 'live',
      asOf: NOON_TEXT,
      epoch: 1,
      seq: 123,
    });
  });

  test('X2: columns of different lengths are refused', () => {
    const torn = { ...subtotals(us, 1, 1, { a: [1, 1] }), likes: new Float64Array(2) };
    expect(() => bookOf(0, [torn])).toThrow('different lengths');
  });

  test('X27: a video beyond the limit stays unknown and those within it do not', () => {
    const book = bookOf(0, [...bothLive, subtotals(us, 1, 124, { a: [8, 1], b: [1, 1] })], 1);
    expect([book.counts(a, 0).likes.value, book.counts(b, 0).likes.value]).toEqual([13, null]);
  });
});

describe('state', () => {
  test.each([
    ['live', LIVE_AGE_MS_MAX - 1],
    ['stale', LIVE_AGE_MS_MAX],
  ])('X6: a cell is %s %i ms after its last watermark', (state, ageMs) => {
    const book = bookOf(1_000, bothLive);
    expect(book.state(0, 1_000 + ageMs)).toBe(state);
  });

  test('X7: a silent cell keeps its values, as of its last watermark', () => {
    const book = bookOf(0, bothLive);
    take(book, 5_000, watermark(eu, 1, 88, NOON + 5_000));
    expect(book.counts(a, 5_000)).toMatchObject({
      likes: { value: 12, state: 'stale', asOf: NOON_TEXT },
      cells: { us: { likes: 7, state: 'stale', asOf: NOON_TEXT }, eu: { state: 'live' } },
    });
  });

  test('X7: a cell that speaks again is live again', () => {
    const book = bookOf(0, bothLive);
    book.refresh(5_000);
    take(book, 5_000, watermark(us, 1, 123, NOON + 5_000));
    take(book, 5_000, watermark(eu, 1, 88, NOON + 5_000));
    expect(book.counts(a, 5_000).likes.state).toBe('live');
  });

  test.each([
    ['a cell has sent no watermark', bothLive.slice(0, 3)],
    ['a cell has sent no subtotal of it', [...bothLive.slice(0, 2), watermark(eu, 1, 88, NOON)]],
    ['nothing has been heard of it', []],
  ])('X8: a video is unknown while %s', (_, publications) => {
    const { likes, views, cells } = bookOf(0, publications).counts(a, 0);
    const unknown = { value: null, state: 'unknown', asOf: null };
    expect([likes, views]).toEqual([unknown, unknown]);
    expect(cells['eu']).toEqual({
      likes: null,
      views: null,
      state: 'unknown',
      asOf: null,
      epoch: null,
      seq: null,
    });
  });

  test('X8: a 0 that cells have sent is a known 0', () => {
    const book = bookOf(0, [
      ...bothLive,
      subtotals(us, 1, 124, { b: [0, 0] }),
      subtotals(eu, 1, 89, { b: [0, 0] }),
    ]);
    expect(book.counts(b, 0).likes).toMatchObject({ value: 0, state: 'live' });
  });

  test('X9: what is live takes as-of from the oldest watermark too', () => {
    const book = bookOf(0, bothLive);
    take(book, 0, watermark(us, 1, 124, NOON + 900));
    expect(book.counts(a, 0).likes.asOf).toBe('2026-11-22T12:00:00.020Z');
  });

  test('X10: what was loaded is stale until the first watermark', () => {
    const book = bookOf(0, [subtotals(us, 1, 123, { a: [7, 300] })]);
    const at = watermark(us, 1, 120, NOON);
    book.loadWatermark(0, { kind: 'loaded', epoch: at.epoch, seq: at.seq, atMs: at.atMs });
    expect(book.counts(a, 0).cells['us']).toMatchObject({ likes: 7, state: 'stale', seq: 120 });
    take(book, 0, watermark(us, 1, 130, NOON + 1));
    expect(book.counts(a, 0).cells['us']).toMatchObject({ state: 'live', seq: 130 });
  });

  test.each([[Number.NaN], [9e15], [-1], [0.5]])(
    'X12: a watermark of %d ms is refused and changes no read',
    (atMs) => {
      const book = bookOf(0, bothLive);
      expect(() => take(book, 0, watermark(us, 1, 200, atMs))).toThrow('a watermark says');
      expect(book.counts(a, 0).cells['us']).toMatchObject({ state: 'live', seq: 123 });
    },
  );
});

test('X13: the JSON text has the members in the order of the contract', () => {
  expect(bookOf(0, bothLive).countsJson(a, 0)).toBe(
    '{"likes":{"value":12,"state":"live","asOf":"2026-11-22T12:00:00.000Z"},' +
      '"views":{"value":345,"state":"live","asOf":"2026-11-22T12:00:00.000Z"},' +
      '"cells":{"us":{"likes":7,"views":300,"state":"live","asOf":"2026-11-22T12:00:00.000Z",' +
      '"epoch":1,"seq":123},"eu":{"likes":5,"views":45,"state":"live",' +
      '"asOf":"2026-11-22T12:00:00.020Z","epoch":1,"seq":88}}}',
  );
});
