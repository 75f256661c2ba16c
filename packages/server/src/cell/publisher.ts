// What a cell tells the world, and when: each tick the counts that changed, then the watermark.
//
// Subtotals are cumulative, so a tick that is lost or repeated does no harm. Watermarks go on while a
// resync runs, for those who did not ask for it: each says which resyncs were done before it, and
// whoever asked waits for the first that says so of theirs.

import type { Epoch, Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import type { VideoNo } from '@holdfast/engine/counting/numbers.ts';
import { shownLikes, shownViews } from '@holdfast/engine/counting/rows.ts';
import type { MetaRow, VideoRow } from '@holdfast/engine/counting/rows.ts';
import type { ChangedVideos } from '@holdfast/engine/engine/row-view.ts';
import type { SubtotalsPublication, WatermarkPublication } from '../border/publication.ts';
import type { Position } from './cell-client.ts';

/** Time between two ticks: a third of what a reader may wait to see an op is well above it. */
export const TICK_MS = 50;
/** Videos in one publication. */
const VIDEOS_PER_PUBLICATION = 5_000;
/** Without changes a watermark is sent this often; a third of the age at which counts go stale. */
const QUIET_WATERMARK_MS = 500;

export type PublisherSource = Readonly<{
  jurisdiction: Jurisdiction;
  /** The ownership that publishes; the newest batch may be of an earlier one. */
  epoch: () => Epoch;
  meta: () => Readonly<MetaRow>;
  nowMs: () => number;
  monotonicMs: () => number;
  /** Videos after a number, in order, with all that was acknowledged. */
  videosAfter: (after: VideoNo, videosMax: number) => Promise<readonly Readonly<VideoRow>[]>;
  publish: (publication: SubtotalsPublication) => void;
  /** `resynced`: the newest request for a resync of which everything was sent before. */
  publishWatermark: (publication: WatermarkPublication, resynced: number) => void;
}>;

/** How far requests for resyncs are: which are done, and the newest that is not. */
export type Resyncs = Readonly<{ done: number; open: number | undefined }>;

export const NO_RESYNCS: Resyncs = { done: 0, open: undefined };

export class Publisher {
  readonly #source: PublisherSource;
  #changed = new Map<VideoNo, Readonly<VideoRow>>();
  #resync: { after: VideoNo; sinceSeq: number; id: number } | undefined;
  #resynced: number;
  #sentResynced = 0;
  #isReading = false;
  #sentSeq = -1;
  #sentEpoch = -1;
  #sentAt = 0;

  /** `resyncs` are those of whoever published before on the same line. */
  constructor(source: PublisherSource, resyncs: Resyncs = NO_RESYNCS) {
    this.#source = source;
    this.#resynced = resyncs.done;
    if (resyncs.open !== undefined) this.resync(undefined, resyncs.open);
  }

  /** For whoever publishes next on the same line. */
  get resyncs(): Resyncs {
    return { done: this.#resynced, open: this.#resync?.id };
  }

  /** Notes the newest rows of videos; they are sent with the next tick. */
  note(videos: ChangedVideos): void {
    videos.forEach((row, no) => this.#changed.set(no, row));
  }

  /** Sends again all that changed after a position, or all there is. */
  resync(position: Position | undefined, id: number): void {
    const epoch = this.#source.epoch();
    // Positions of another epoch say nothing about this one's seq.
    const sinceSeq = position?.epoch === epoch ? position.seq : -1;
    const before = this.#resync?.sinceSeq ?? sinceSeq;
    this.#resync = { after: 0 as VideoNo, sinceSeq: Math.min(before, sinceSeq), id };
  }

  /** One tick. Never rejects because of the reader; a read that fails is tried next tick. */
  async tick(): Promise<void> {
    if (this.#isReading) return;
    this.#sendChanged();
    this.#sendWatermark();
    const resync = this.#resync;
    if (resync === undefined) return;
    this.#isReading = true;
    try {
      const rows = await this.#source.videosAfter(resync.after, VIDEOS_PER_PUBLICATION);
      if (this.#resync !== resync) return;
      this.#send(rows.filter((row) => row.seq > resync.sinceSeq));
      const last = rows.at(-1);
      if (last !== undefined) resync.after = last.no;
      else {
        this.#resync = undefined;
        this.#resynced = resync.id;
      }
    } finally {
      this.#isReading = false;
    }
  }

  /** Whether a resync is under way, so that the next tick should follow at once. */
  get isResyncing(): boolean {
    return this.#resync !== undefined;
  }

  #sendChanged(): void {
    if (this.#changed.size === 0) return;
    const rows = [...this.#changed.values()];
    this.#changed = new Map();
    for (let start = 0; start < rows.length; start += VIDEOS_PER_PUBLICATION) {
      this.#send(rows.slice(start, start + VIDEOS_PER_PUBLICATION));
    }
  }

  #send(rows: readonly Readonly<VideoRow>[]): void {
    if (rows.length === 0) return;
    const epoch = this.#source.epoch();
    const { seq } = this.#source.meta();
    this.#source.publish({
      kind: 'subtotals',
      jurisdiction: this.#source.jurisdiction,
      epoch,
      seq,
      videos: rows.map((row): VideoId => row.video),
      likes: Float64Array.from(rows, shownLikes),
      views: Float64Array.from(rows, shownViews),
    });
  }

  #sendWatermark(): void {
    const epoch = this.#source.epoch();
    const { seq } = this.#source.meta();
    const now = this.#source.monotonicMs();
    const isSent =
      seq === this.#sentSeq && epoch === this.#sentEpoch && this.#resynced === this.#sentResynced;
    if (isSent && now - this.#sentAt < QUIET_WATERMARK_MS) return;
    this.#sentSeq = seq;
    this.#sentEpoch = epoch;
    this.#sentResynced = this.#resynced;
    this.#sentAt = now;
    const atMs = this.#source.nowMs();
    const { jurisdiction } = this.#source;
    const watermark = { kind: 'watermark', jurisdiction, epoch, seq, atMs } as const;
    this.#source.publishWatermark(watermark, this.#resynced);
  }
}
