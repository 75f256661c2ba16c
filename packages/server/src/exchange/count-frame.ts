// What all videos of a tick share in their counts: states, times and positions of the cells.
//
// At most a few dozen times a second a watermark moves or a state flips; each time the shared text
// is made once, so that a video's JSON is its numbers put between parts that are ready (X13).

import type { CellCounts, Count, CountState } from '@holdfast/protocol/counts.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellWatermark } from './cell-watermark.ts';

/** A cell as readers see it, without numbers of a video. */
export type CellFrame = Readonly<{
  jurisdiction: Jurisdiction;
  /** JSON before the cell's likes, and after its views; between them stands `,"views":`. */
  open: string;
  close: string;
  shown:
    | Readonly<{ state: 'unknown' }>
    | Readonly<{
        state: 'live' | 'stale';
        asOf: string;
        asOfMs: number;
        epoch: number;
        seq: number;
      }>;
}>;

export type CountFrame = Readonly<{
  cells: readonly CellFrame[];
  /** Of a video that every cell knows; `undefined` while some cell knows none (X8, X9). */
  total:
    | Readonly<{
        state: 'live' | 'stale';
        asOf: string;
        /** JSON before the likes, between likes and views, after the views up to the cells. */
        open: string;
        middle: string;
        close: string;
      }>
    | undefined;
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

/** The frame of one cell; `index` is its place among the cells. */
export function cellFrame(
  jurisdiction: Jurisdiction,
  index: number,
  watermark: CellWatermark,
  state: CountState,
): CellFrame {
  const open = `${index === 0 ? '' : ','}"${jurisdiction}":{"likes":`;
  if (watermark.kind === 'none' || state === 'unknown') {
    return { jurisdiction, open, close: '', shown: { state: 'unknown' } };
  }
  const { epoch, seq, atMs: asOfMs } = watermark;
  const asOf = new Date(asOfMs).toISOString();
  const close = `,"state":"${state}","asOf":"${asOf}","epoch":${epoch},"seq":${seq}}`;
  return { jurisdiction, open, close, shown: { state, asOf, asOfMs, epoch, seq } };
}

/** The frame over all cells (X9). */
export function countFrame(cells: readonly CellFrame[]): CountFrame {
  let state: 'live' | 'stale' = 'live';
  let asOf = '';
  let asOfMs = Infinity;
  for (const { shown } of cells) {
    if (shown.state === 'unknown') return { cells, total: undefined };
    if (shown.state === 'stale') state = 'stale';
    if (shown.asOfMs < asOfMs) {
      asOfMs = shown.asOfMs;
      asOf = shown.asOf;
    }
  }
  const close = `,"state":"${state}","asOf":"${asOf}"}`;
  return {
    cells,
    total: {
      state,
      asOf,
      open: '{"likes":{"value":',
      middle: `${close},"views":{"value":`,
      close: `${close},"cells":{`,
    },
  };
}

/** The sum over all cells; `undefined` stands for a video that some cell does not know. */
export function totalCount({ total }: CountFrame, value: number | undefined): Count {
  if (total === undefined || value === undefined) return UNKNOWN_COUNT;
  return { value, state: total.state, asOf: total.asOf };
}

/** One cell's part; `undefined` stands for a video that the cell does not know. */
export function cellCounts(
  { shown }: CellFrame,
  numbers: Readonly<{ likes: number; views: number }> | undefined,
): CellCounts {
  if (shown.state === 'unknown' || numbers === undefined) return UNKNOWN_CELL;
  const { likes, views } = numbers;
  const { state, asOf, epoch, seq } = shown;
  return { likes, views, state, asOf, epoch, seq };
}
