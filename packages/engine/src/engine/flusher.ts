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

/** Runs once after a time and keeps no process alive for it; returns how to cancel. */
export type After = (delayMs: number, run: () => void) => () => void;

/** The timers of the system. */
export const systemAfter: After = (delayMs, run) => {
  const timer = setTimeout(run, delayMs).unref();
  return () => clearTimeout(timer);
};

export class Flusher {
  readonly #view: RowView;
  readonly #store: StateStore;
  readonly #limits: FlushLimits;
  readonly #onFailure: (error: unknown) => void;
  #flushing: Promise<void> | undefined;
  readonly #after: After;
  #cancelTimer: (() => void) | undefined;
  #isClosing = false;
  /** A change has waited long enough. */
  #isDue = false;
  #isInBatch = false;
  #holds = 0;
  readonly #afterBatch: (() => void)[] = [];
  /** What a flush is storing, until the store has it. */
  #unstored: StateChanges | undefined;

  constructor(
    view: RowView,
    store: StateStore,
    limits: FlushLimits,
    onFailure: (error: unknown) => void,
    after: After,
  ) {
    this.#after = after;
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

  /**
   * Keeps the stored state where it is until the returned function is called, so that somebody can
   * read it at one batch. Memory comes first: once the overlay is full, it is stored all the same.
   */
  hold(): () => void {
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      if (this.#holds === 0 && !this.#isClosing && this.#view.isAhead) this.#poke();
    };
  }

  #poke(): void {
    if (this.#flushing !== undefined || this.#isInBatch) return;
    if (this.#holds > 0 && this.#view.youngRows <= this.#limits.overlayRowsMax) return;
    if (this.#isDue || this.#view.youngRows >= this.#limits.flushRowsMin) {
      // It fails only while `close` waits for it, and `close` tells of the failure.
      this.#begin().catch(() => undefined);
      return;
    }
    this.#cancelTimer ??= this.#after(this.#limits.flushAgeMsMax, () => {
      this.#cancelTimer = undefined;
      this.#isDue = true;
      this.#poke();
    });
  }

  /** Begins a flush and gives its end, which rejects only while closing. */
  async #begin(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
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
        await new Promise<void>((resolve) => this.#after(RETRY_MS, resolve));
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
    this.#cancelTimer?.();
    try {
      await this.flushAll();
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
