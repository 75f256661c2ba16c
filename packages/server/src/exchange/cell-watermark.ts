// How far a cell's publications go, and whether the cell is still speaking (rules X4 to X8, X10).
//
// Pure: the time of arrival is the gateway's monotonic clock and comes in. The cell's own clock is
// carried along to be shown as as-of and decides nothing, so a clock that jumps can make a count
// neither look fresh nor look old.

import type { CountState } from '@holdfast/protocol/counts.ts';
import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import { LIVE_AGE_MS_MAX } from '@holdfast/protocol/limits.ts';
import type { WatermarkPublication } from '../border/publication.ts';

/** The last moment that a date can name. */
const AT_MS_MAX = 8.64e15;

type Mark = { epoch: Epoch; seq: Seq; atMs: number };

export type KnownWatermark = Readonly<
  /** From disk: of an earlier run, so nothing tells whether the cell still speaks. */
  ({ kind: 'loaded' } & Mark) | ({ kind: 'arrived'; arrivedAtMs: number } & Mark)
>;

export type CellWatermark = Readonly<{ kind: 'none' }> | KnownWatermark;

/** Whether position a is before position b: epochs first, then seqs within an epoch. */
export function isBefore(aEpoch: number, aSeq: number, bEpoch: number, bSeq: number): boolean {
  return aEpoch < bEpoch || (aEpoch === bEpoch && aSeq < bSeq);
}

/** The watermark to hold after one has arrived: `held` itself when the new one is lower (X4). */
export function mergeWatermark(
  held: CellWatermark,
  { epoch, seq, atMs }: WatermarkPublication,
  arrivedAtMs: number,
): CellWatermark {
  // A time that cannot be written as a date would make every later read throw (X12).
  if (!Number.isInteger(atMs) || atMs < 0 || atMs > AT_MS_MAX) {
    throw new Error(`a watermark says it is of ${atMs} ms`);
  }
  if (held.kind !== 'none' && isBefore(epoch, seq, held.epoch, held.seq)) return held;
  return { kind: 'arrived', epoch, seq, atMs, arrivedAtMs };
}

/** What readers may be told of the cell at `nowMs` of the monotonic clock. */
export function stateAt(watermark: CellWatermark, nowMs: number): CountState {
  if (watermark.kind === 'none') return 'unknown';
  return nowMs < liveUntilMs(watermark) ? 'live' : 'stale';
}

/** The moment of the monotonic clock from which the cell is not `live`. */
export function liveUntilMs(watermark: CellWatermark): number {
  return watermark.kind === 'arrived' ? watermark.arrivedAtMs + LIVE_AGE_MS_MAX : -Infinity;
}
