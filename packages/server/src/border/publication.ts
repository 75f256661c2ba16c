// The closed list of what a cell publishes to anybody: numbers about videos, and how far they go.
// Nothing in these types names a person, a session or a device (promise P6).

import type { Epoch, Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';

/** Cumulative counts of some videos. All that is needed to merge: keep the highest (epoch, seq). */
export type SubtotalsPublication = Readonly<{
  kind: 'subtotals';
  jurisdiction: Jurisdiction;
  epoch: Epoch;
  /** The batch that the subtotals include everything up to. */
  seq: Seq;
  /** Same length as the number columns. */
  videos: readonly VideoId[];
  likes: Float64Array;
  views: Float64Array;
}>;

/**
 * Everything up to `seq` has been published. Sent each tick, changed or not, so silence can be
 * told from quiet. Publications arrive in order, so a watermark covers all that came before it.
 */
export type WatermarkPublication = Readonly<{
  kind: 'watermark';
  jurisdiction: Jurisdiction;
  epoch: Epoch;
  seq: Seq;
  atMs: number;
}>;

export type Publication = SubtotalsPublication | WatermarkPublication;
