// A store in memory for tests: it outlives the exchange over it, can be told to fail, and can lose
// its last batches as a disk does in a power cut.

import type { KnownWatermark } from './cell-watermark.ts';
import type { SaveBatch, SubtotalStore } from './subtotal-store.ts';

type Row = SaveBatch['rows'][number];

export class FakeStore {
  batches: SaveBatch[] = [];
  failure: Error | undefined;
  open = true;

  readonly port: SubtotalStore = {
    load: (book) => {
      for (const { video } of this.batches.flatMap(({ videos }) => videos)) {
        book.columns.addVideo(video);
      }
      for (const { cell, slot, subtotal } of this.rows.values()) {
        book.columns.merge(cell, slot, subtotal);
        book.columns.markSaved(cell, slot);
      }
      for (const [cell, { epoch, seq, atMs }] of this.positions) {
        book.loadWatermark(cell, { kind: 'loaded', epoch, seq, atMs });
      }
    },
    save: (batch) => {
      if (this.failure !== undefined) throw this.failure;
      this.batches.push(batch);
    },
    close: () => {
      this.open = false;
    },
  };

  /** The last row of every (cell, slot). */
  get rows(): ReadonlyMap<string, Row> {
    const rows = this.batches.flatMap((batch) => batch.rows);
    return new Map(rows.map((row) => [`${row.cell}/${row.slot}`, row]));
  }

  /** The last position of every cell. */
  get positions(): ReadonlyMap<number, KnownWatermark> {
    const positions = this.batches.flatMap((batch) => batch.positions);
    return new Map(positions.map(({ cell, watermark }) => [cell, watermark]));
  }

  get batchSizes(): readonly number[] {
    return this.batches.map(({ videos, rows }) => videos.length + rows.length);
  }

  loseLast(batches: number): void {
    this.batches = this.batches.slice(0, Math.max(this.batches.length - batches, 0));
  }
}
