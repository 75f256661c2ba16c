// When and how the overlay goes to the store: large flushes, one at a time, tried again on failure.

import type { StateChanges, StateStore } from '../state/state-store.ts';
import type { RowView } from './row-view.ts';

export type FlushLimits = Readonly<{
  /** A flush begins when this many rows were read or changed … */
  flushRowsMin: number;
  /** … or when a change has waited this long. */
  flushAgeMsMax: number;
  /** Rows that may wait in memory; beyond it batches wait for the flush. */
  overlayRowsMax: number;
}>;

const RETRY_MS = 1_000;

export class Flusher {
  readonly #view: RowView;
  readonly #store: StateStore;
  readonly #limits: FlushLimits;
  readonly #onFailure: (error: unknown) => void;
  #flushing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;
  /** A change has waited long enough. */
  #isDue = false;
  #isInBatch = false;
  readonly #afterBatch: (() => void)[] = [];
  /** What a flush is storing, until the store has it. */
  #unstored: StateChanges | undefined;

  constructor(
    view: RowView,
    store: StateStore,
    limits: FlushLimits,
    onFailure: (error: unknown) => void,
  ) {
    this.#view = view;
    this.#store = store;
    this.#limits = limits;
    this.#onFailure = onFailure;
  }

  /** Whether so much waits that batches should wait too. */
  get isFull(): boolean {
    return this.#flushing !== undefined && this.#view.youngRows > this.#limits.overlayRowsMax;
  }

  /** Resolves when the flush that is under way has ended. */
  async room(): Promise<void> {
    await this.#flushing;
  }

  /**
   * A batch begins. Until `endBatch` no flush does: a flush lets go of rows that were not used
   * lately, and the batch has looked some of them up already.
   */
  beginBatch(): void {
    this.#isInBatch = true;
  }

  /** The batch is done: begins a flush when one is due. */
  endBatch(): void {
    this.#isInBatch = false;
    this.#poke();
    for (const goOn of this.#afterBatch.splice(0)) goOn();
  }

  #poke(): void {
    if (this.#flushing !== undefined || this.#isInBatch) return;
    if (this.#isDue || this.#view.youngRows >= this.#limits.flushRowsMin) {
      void this.#begin();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#isDue = true;
      this.#poke();
    }, this.#limits.flushAgeMsMax);
    this.#timer.unref();
  }

  /** Begins a flush and gives its end, which rejects only while closing. */
  async #begin(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
    this.#flushing = this.#flush().finally(() => {
      this.#flushing = undefined;
      // Batches that came meanwhile have changes of their own.
      if (!this.#isClosing && this.#view.isAhead) this.#poke();
    });
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    const unstored = this.#unstored ?? this.#view.beginFlush();
    this.#unstored = unstored;
    for (;;) {
      try {
        // A crash here means that the state is the old or the new one; the journal has the rest.
        await this.#store.store(unstored);
        this.#unstored = undefined;
        this.#view.endFlush();
        return;
      } catch (error) {
        this.#onFailure(error);
        if (this.#isClosing) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }

  /** Stores all that was applied before the call. */
  async flushAll(): Promise<void> {
    while (this.#flushing !== undefined || this.#isInBatch) {
      await (this.#flushing ?? new Promise<void>((resolve) => this.#afterBatch.push(resolve)));
    }
    if (!this.#view.isAhead && this.#unstored === undefined) return;
    await this.#begin();
  }

  /** A last flush; a failure is told and leaves the rest to the next replay. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    try {
      await this.flushAll();
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
