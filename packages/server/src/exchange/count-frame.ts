// What all videos of a tick share in their counts: states, times and positions of the cells.
//
// At most a few dozen times a second a watermark moves or a state flips; each time the shared text
// is made once, so that a video's JSON is its numbers put between parts that are ready (X13).

import type { CellCounts, Count, CountState } from '@holdfast/protocol/counts.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellWatermark } from './cell-watermark.ts';

type KnownCell = Readonly<{
  jurisdiction: Jurisdiction;
  state: 'live' | 'stale';
  asOf: string;
  asOfMs: number;
  epoch: number;
  seq: number;
}>;

/** A cell as readers see it, without numbers of a video. */
export type CellFrame = Readonly<{ jurisdiction: Jurisdiction; state: 'unknown' }> | KnownCell;

export type CountFrame = Readonly<{
  cells: readonly CellFrame[];
  /** Of a video that every cell knows; `undefined` while some cell knows none (X8, X9). */
  total: Readonly<{ state: 'live' | 'stale'; asOf: string; json: JsonFrame }> | undefined;
}>;

/** Text between the numbers of a video, each part as long as it can be: joining costs the time. */
type JsonFrame = Readonly<{
  /** Before the sum of likes, and between the sums. */
  open: string;
  middle: string;
  /** Before the likes of the first cell. Between likes and views of a cell: `,"views":`. */
  cells: string;
  /** After the views of each cell, up to the likes of the next one or the end. */
  afterCell: readonly string[];
}>;

const UNKNOWN_COUNT: Count = { value: null, state: 'unknown', asOf: null };
const UNKNOWN_CELL: CellCounts = {
  likes: null,
  views: null,
  state: 'unknown',
  asOf: null,
  epoch: null,
  seq: null,
};

/** The frame of one cell. */
export function cellFrame(
  jurisdiction: Jurisdiction,
  watermark: CellWatermark,
  state: CountState,
): CellFrame {
  if (watermark.kind === 'none' || state === 'unknown') return { jurisdiction, state: 'unknown' };
  const { epoch, seq, atMs: asOfMs } = watermark;
  const asOf = new Date(asOfMs).toISOString();
  return { jurisdiction, state, asOf, asOfMs, epoch, seq };
}

/** The frame over all cells (X9). */
export function countFrame(cells: readonly CellFrame[]): CountFrame {
  const known = cells.filter((cell) => cell.state !== 'unknown');
  if (known.length < cells.length) return { cells, total: undefined };
  const oldest = known.reduce((a, b) => (b.asOfMs < a.asOfMs ? b : a));
  const state = known.every((cell) => cell.state === 'live') ? 'live' : 'stale';
  return { cells, total: { state, asOf: oldest.asOf, json: jsonFrame(known, state, oldest.asOf) } };
}

function jsonFrame(cells: readonly KnownCell[], state: string, asOf: string): JsonFrame {
  const total = `,"state":"${state}","asOf":"${asOf}"}`;
  const openings = cells.map(({ jurisdiction }) => `"${jurisdiction}":{"likes":`);
  return {
    open: '{"likes":{"value":',
    middle: `${total},"views":{"value":`,
    cells: `${total},"cells":{${openings[0]}`,
    afterCell: cells.map((cell, index) => {
      const shown = `,"state":"${cell.state}","asOf":"${cell.asOf}"`;
      const opening = openings[index + 1];
      const next = opening === undefined ? '}}' : `,${opening}`;
      return `${shown},"epoch":${cell.epoch},"seq":${cell.seq}}${next}`;
    }),
  };
}

/** The sum over all cells; `undefined` stands for a video that some cell does not know. */
export function totalCount({ total }: CountFrame, value: number | undefined): Count {
  if (total === undefined || value === undefined) return UNKNOWN_COUNT;
  return { value, state: total.state, asOf: total.asOf };
}

/** One cell's part; `undefined` stands for a video that the cell does not know. */
export function cellCounts(
  cell: CellFrame,
  numbers: Readonly<{ likes: number; views: number }> | undefined,
): CellCounts {
  if (cell.state === 'unknown' || numbers === undefined) return UNKNOWN_CELL;
  const { likes, views } = numbers;
  const { state, asOf, epoch, seq } = cell;
  return { likes, views, state, asOf, epoch, seq };
}
