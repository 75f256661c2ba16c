// The part of a gateway that holds subtotals and answers reads: the port. See `open-exchange.ts`.

import type { VideoCounts } from '@holdfast/protocol/counts.ts';
import type { Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { Position } from '../cell/cell-client.ts';
import type { Publication } from '../border/publication.ts';

/** A position that a reader wants included in the answer. */
export type After = Readonly<{ jurisdiction: Jurisdiction; seq: Seq }>;

export type Exchange = Readonly<{
  /** Takes what a cell published; older than what is held changes nothing. */
  accept: (publication: Publication) => void;
  /** Where a cell's last good subtotals stand, for `CellClient.resync`. */
  positionOf: (jurisdiction: Jurisdiction) => Position | undefined;
  /**
   * The counts of a video that the catalog knows. Never throws and never waits; a cell that has
   * said nothing makes `unknown`, a silent one `stale`.
   */
  counts: (video: VideoId) => VideoCounts;
  /** The same as JSON text, fast: built from parts that all videos of a tick share. */
  countsJson: (video: VideoId) => string;
  /**
   * Resolves when every position is included, or after `waitMs`: `true` when all are. `false` at
   * once for a jurisdiction without a cell, and when 10,000 others wait already.
   */
  settled: (positions: readonly After[], waitMs: number) => Promise<boolean>;
  /**
   * Calls back, at most once a tick, with the videos of `videos` whose counts changed, until the
   * function it returns is called. Throws `ExchangeFullError` beyond 10,000 watchers.
   */
  watch: (
    videos: readonly VideoId[],
    onChange: (changed: readonly VideoId[]) => void,
  ) => () => void;
  /** The watermark of a cell as readers see it. */
  watermark: (jurisdiction: Jurisdiction) => Readonly<{
    state: 'live' | 'stale' | 'unknown';
    position: Position | undefined;
    atMs: number | undefined;
  }>;
  /** Writes what is not yet on disk and lets go of the file. */
  close: () => Promise<void>;
}>;
