import { describe, expect, it } from 'vitest';
import { stretchesOf, sumSeries } from './series.ts';
import type { SeriesAsk, Stretch } from './series.ts';
import { zoneOf } from './zone.ts';

const at = (text: string): number => Date.parse(text);
const text = (ms: number | undefined): string => new Date(ms ?? Number.NaN).toISOString();
const nowMs = at('2026-11-22T14:20:30Z');
const HOUR_MS = 3_600_000;

function ask(grain: SeriesAsk['grain'], from: string, to: string, tz = 'UTC'): SeriesAsk {
  const zone = zoneOf(tz);
  if (zone === undefined) throw new Error(`no zone ${tz}`);
  const range = { fromMs: at(from), toMs: at(to) };
  return { grain, ...range, zone, utc: tz === 'UTC', nowMs, bucketsMax: 10_000 };
}

function stretches(asked: SeriesAsk): readonly Stretch[] {
  const found = stretchesOf(asked);
  if (found === 'too-many') throw new Error('too many buckets');
  return found;
}

function only(asked: SeriesAsk): Stretch {
  const [first, ...more] = stretches(asked);
  if (first === undefined || more.length > 0) throw new Error('not one stretch');
  return first;
}

describe('the buckets of a series', () => {
  it('A57: are whole, from the one that holds the beginning', () => {
    const asked = ask('hour', '2026-11-22T10:20:00Z', '2026-11-22T12:00:00Z');
    expect(only(asked)).toEqual({
      cellGrain: 'quarter',
      edges: [10, 11, 12].map((hour) => at(`2026-11-22T${hour}:00:00Z`)),
      firstCut: false,
    });
  });

  it('A57: of days are local days, summed from quarter-hours', () => {
    const tz = 'America/New_York';
    const stretch = only(ask('day', '2026-10-31T04:00:00Z', '2026-11-03T00:00:00Z', tz));
    expect(stretch.cellGrain).toBe('quarter');
    expect(stretch.edges.map(text)).toEqual([
      '2026-10-31T04:00:00.000Z',
      '2026-11-01T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z',
      '2026-11-03T05:00:00.000Z',
    ]);
  });

  it('A58: leave out minutes that are not kept any more', () => {
    const { edges } = only(ask('minute', '2026-11-01T00:00:00Z', '2026-11-22T14:20:30Z'));
    expect(text(edges[0])).toBe('2026-11-20T14:30:00.000Z');
    expect(text(edges.at(-1))).toBe('2026-11-22T14:21:00.000Z');
  });

  it.each(['quarter', 'hour'] as const)(
    'A58: leave out a %s that is not kept any more',
    (grain) => {
      const { edges } = only(ask(grain, '2026-01-01T00:00:00Z', '2026-08-26T00:00:00Z'));
      expect(text(edges[0])).toBe('2026-08-25T00:00:00.000Z');
    },
  );

  it('A60: are UTC days for what is older than 90 days, and meet the local ones without a gap', () => {
    const tz = 'America/New_York';
    const [old, recent] = stretches(ask('day', '2026-08-23T12:00:00Z', '2026-08-27T00:00:00Z', tz));
    expect(old?.cellGrain).toBe('day');
    expect(old?.edges.map(text)).toEqual([
      '2026-08-23T00:00:00.000Z',
      '2026-08-24T00:00:00.000Z',
      '2026-08-25T00:00:00.000Z',
    ]);
    expect(recent?.cellGrain).toBe('quarter');
    expect(recent?.edges.map(text)).toEqual([
      '2026-08-25T00:00:00.000Z',
      '2026-08-25T04:00:00.000Z',
      '2026-08-26T04:00:00.000Z',
      '2026-08-27T04:00:00.000Z',
    ]);
    expect(recent?.firstCut).toBe(true);
  });

  it('A60: are UTC days for ever when UTC is asked for', () => {
    const { cellGrain, edges } = only(ask('day', '2020-01-01T00:00:00Z', '2020-01-03T00:00:00Z'));
    expect(cellGrain).toBe('day');
    expect(edges).toHaveLength(3);
  });

  it('A62: are at most as many as allowed', () => {
    const asked = ask('day', '2020-01-01T00:00:00Z', '2020-01-04T00:00:00Z');
    expect(stretchesOf({ ...asked, bucketsMax: 3 })).not.toBe('too-many');
    expect(stretchesOf({ ...asked, bucketsMax: 2 })).toBe('too-many');
    const far = ask('day', '0001-01-01T00:00:00Z', '9999-01-01T00:00:00Z', 'Asia/Tokyo');
    expect(stretchesOf(far)).toBe('too-many');
  });
});

describe('the sum of a series', () => {
  const hours = (count: number): Stretch => ({
    cellGrain: 'quarter',
    edges: Array.from({ length: count + 1 }, (_, index) => index * HOUR_MS),
    firstCut: false,
  });
  const values = (
    stretch: Stretch,
    cells: readonly (readonly [number, number])[][],
    asOfMs: number,
  ) =>
    sumSeries(
      stretch,
      cells.map((cell) => cell.map(([atMs, value]) => ({ atMs, value }))),
      asOfMs,
    ).map(({ value, partial }) => [value, partial]);

  it('A56: adds up all cells and all quarter-hours of a bucket', () => {
    const us: [number, number][] = [
      [0, 1],
      [HOUR_MS - 900_000, 2],
      [HOUR_MS, 4],
    ];
    const eu: [number, number][] = [[HOUR_MS + 900_000, 8]];
    expect(values(hours(2), [us, eu], 9 * HOUR_MS)).toEqual([
      [3, false],
      [12, false],
    ]);
  });

  it('A58: has a 0 where nothing happened, and nothing where nothing is known yet', () => {
    expect(values(hours(5), [[[0, 1]]], 3 * HOUR_MS)).toEqual([
      [1, false],
      [0, false],
      [0, false],
    ]);
  });

  it('A59: is partial in the bucket that is not over', () => {
    expect(values(hours(3), [[]], 2 * HOUR_MS + 1)).toEqual([
      [0, false],
      [0, false],
      [0, true],
    ]);
  });

  it('A59: is partial in a first bucket of which only a part is in the sum', () => {
    expect(values({ ...hours(2), firstCut: true }, [[]], 9 * HOUR_MS)).toEqual([
      [0, true],
      [0, false],
    ]);
  });

  it('A56: takes no number from outside the range', () => {
    const beyond: [number, number][] = [
      [-900_000, 5],
      [2 * HOUR_MS, 7],
    ];
    expect(values(hours(2), [beyond], 9 * HOUR_MS)).toEqual([
      [0, false],
      [0, false],
    ]);
  });
});
