// Brings what the book has accepted to the store, piece by piece between requests (X20 to X26).
//
// A sweep notes every cell's watermark and how many videos there are, then writes what is unsaved:
// new videos, then each cell's subtotals, then the noted watermark. A subtotal that arrives
// meanwhile may go along, which is safe, or waits for the next sweep, which is safe too, since it
// came after the noted watermark. A crash between two pieces leaves newer subtotals beside the
// older position; the other way round cannot happen.

import { setImmediate as turnOfLoop } from 'node:timers/promises';
import type { CellWatermark } from './cell-watermark.ts';
import type { ExchangeProblem } from './exchange-problem.ts';
import type { SubtotalBook } from './subtotal-book.ts';
import type { SubtotalColumns } from './subtotal-columns.ts';
import type { SaveBatch, SubtotalStore } from './subtotal-store.ts';
import type { Timers } from './timers.ts';

/** Rows in one transaction: a few milliseconds on a slow disk. */
export const ROWS_PER_SAVE_MAX = 128;
/** From the end of one sweep to the start of the next. */
export const SAVE_PAUSE_MS = 1_000;
/** From a failure to the next try. */
export const SAVE_RETRY_MS = 5_000;
/** Between two pieces of a sweep, as a multiple of what the last one took: leaves 3/4 to reads. */
const PIECE_PAUSE_FACTOR = 3;
const PIECE_PAUSE_MS_MIN = 1;

export type SubtotalSaverParts = Readonly<{
  book: SubtotalBook;
  store: SubtotalStore;
  monotonicMs: () => number;
  timers: Timers;
  onProblem: (problem: ExchangeProblem) => void;
}>;

type GrowingBatch = { [Part in keyof SaveBatch]: SaveBatch[Part][number][] };

export class SubtotalSaver {
  readonly #parts: SubtotalSaverParts;
  readonly #savedWatermarks: CellWatermark[];
  #savedVideos: number;
  #failing = false;
  #cancel: () => void;

  /** `book` is as the store's `load` has left it. */
  constructor(parts: SubtotalSaverParts) {
    const { book, timers } = parts;
    this.#parts = parts;
    this.#savedVideos = book.columns.size;
    this.#savedWatermarks = book.jurisdictions.map((_, cell) => book.watermark(cell));
    this.#cancel = timers.after(SAVE_PAUSE_MS, () => this.#step(this.#sweep()));
  }

  /** Saves the rest and closes the store; a failure is told, not thrown. */
  async close(): Promise<void> {
    this.#cancel();
    for (const batch of this.#sweep()) {
      if (!this.#save(batch)) break;
      await turnOfLoop();
    }
    this.#parts.store.close();
  }

  #step(sweep: Iterator<SaveBatch, void>): void {
    const { timers, monotonicMs } = this.#parts;
    const again = (): void => this.#step(this.#sweep());
    const startedAtMs = monotonicMs();
    const next = sweep.next();
    if (next.done === true) {
      this.#cancel = timers.after(SAVE_PAUSE_MS, again);
    } else if (this.#save(next.value)) {
      const tookMs = monotonicMs() - startedAtMs;
      const pauseMs = Math.max(tookMs * PIECE_PAUSE_FACTOR, PIECE_PAUSE_MS_MIN);
      this.#cancel = timers.after(pauseMs, () => this.#step(sweep));
    } else {
      // What was not saved is still marked so: a new sweep finds it.
      this.#cancel = timers.after(SAVE_RETRY_MS, again);
    }
  }

  #save(batch: SaveBatch): boolean {
    const { store, onProblem } = this.#parts;
    try {
      store.save(batch);
    } catch (cause) {
      if (!this.#failing) onProblem(saveFailed(cause));
      this.#failing = true;
      return false;
    }
    this.#noteSaved(batch);
    if (this.#failing) onProblem(SAVE_RESUMED);
    this.#failing = false;
    return true;
  }

  #noteSaved({ videos, rows, positions }: SaveBatch): void {
    const { columns } = this.#parts.book;
    for (const { slot } of videos) this.#savedVideos = slot + 1;
    for (const { cell, slot } of rows) columns.markSaved(cell, slot);
    for (const { cell, watermark } of positions) this.#savedWatermarks[cell] = watermark;
  }

  /** Each batch must be saved in the turn it is made in, or the sweep given up. */
  *#sweep(): Generator<SaveBatch, void> {
    const { book } = this.#parts;
    const { columns } = book;
    const slotsEnd = columns.size;
    const watermarks = book.jurisdictions.map((_, cell) => book.watermark(cell));
    let batch = emptyBatch();
    for (let slot = this.#savedVideos; slot < slotsEnd; slot += 1) {
      batch.videos.push({ slot, video: columns.videoAt(slot) });
      if (sizeOf(batch) < ROWS_PER_SAVE_MAX) continue;
      yield batch;
      batch = emptyBatch();
    }
    for (const [cell, watermark] of watermarks.entries()) {
      for (const row of unsavedRows(columns, cell, slotsEnd)) {
        batch.rows.push(row);
        if (sizeOf(batch) < ROWS_PER_SAVE_MAX) continue;
        yield batch;
        batch = emptyBatch();
      }
      if (watermark.kind === 'none' || watermark === this.#savedWatermarks[cell]) continue;
      // Without room for a video its subtotals are missing, and a resync must start before them.
      if (!columns.overflowed) batch.positions.push({ cell, watermark });
    }
    if (sizeOf(batch) > 0) yield batch;
  }
}

const emptyBatch = (): GrowingBatch => ({ videos: [], rows: [], positions: [] });

function sizeOf({ videos, rows, positions }: SaveBatch): number {
  return videos.length + rows.length + positions.length;
}

function* unsavedRows(
  columns: SubtotalColumns,
  cell: number,
  slotsEnd: number,
): Generator<SaveBatch['rows'][number]> {
  let slot = columns.nextUnsaved(cell, 0);
  while (slot !== -1 && slot < slotsEnd) {
    const subtotal = columns.subtotal(cell, slot);
    if (subtotal === undefined) throw new Error(`slot ${slot} is unsaved but empty`);
    yield { cell, slot, subtotal };
    slot = columns.nextUnsaved(cell, slot + 1);
  }
}

function saveFailed(cause: unknown): ExchangeProblem {
  return {
    kind: 'save-failed',
    message:
      'The last good counts could not be saved. Nothing is lost: reads go on from memory, and the ' +
      'cells hold the truth. Until saving works again, a restart while a cell is away would show ' +
      'older counts of that cell, marked stale. Check the space and the rights of exchange.db; it ' +
      `is tried again every ${SAVE_RETRY_MS / 1_000} s.`,
    cause,
  };
}

const SAVE_RESUMED: ExchangeProblem = {
  kind: 'save-resumed',
  message: 'The last good counts are being saved again, and what had waited with them.',
  cause: undefined,
};
