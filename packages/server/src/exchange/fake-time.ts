// Time for tests: it passes when a test says so, and the wall clock can jump on its own.

import type { Timers } from './timers.ts';

type Due = { atMs: number; intervalMs: number | undefined; run: () => void };

export class FakeTime {
  #monotonicMs = 5_000;
  #wallMs = Date.UTC(2026, 10, 22, 14);
  readonly #due = new Set<Due>();

  readonly clock = {
    nowMs: (): number => this.#wallMs,
    monotonicMs: (): number => this.#monotonicMs,
  };

  readonly timers: Timers = {
    every: (intervalMs, run) =>
      this.#add({ atMs: this.#monotonicMs + intervalMs, intervalMs, run }),
    after: (delayMs, run) =>
      this.#add({ atMs: this.#monotonicMs + delayMs, intervalMs: undefined, run }),
  };

  /** Timers that would still run. */
  get pending(): number {
    return this.#due.size;
  }

  /** Lets time pass and runs what falls due, in order. */
  pass(ms: number): void {
    const endMs = this.#monotonicMs + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#moveTo(next.atMs);
      if (next.intervalMs === undefined) this.#due.delete(next);
      else next.atMs += next.intervalMs;
      next.run();
    }
    this.#moveTo(endMs);
  }

  /** Lets time pass while the event loop is held up, so that no timer runs. */
  block(ms: number): void {
    this.#moveTo(this.#monotonicMs + ms);
  }

  jumpWall(ms: number): void {
    this.#wallMs += ms;
  }

  #next(endMs: number): Due | undefined {
    const due = [...this.#due].filter(({ atMs }) => atMs <= endMs);
    return due.toSorted((a, b) => a.atMs - b.atMs)[0];
  }

  #moveTo(monotonicMs: number): void {
    const passedMs = Math.max(monotonicMs - this.#monotonicMs, 0);
    this.#monotonicMs += passedMs;
    this.#wallMs += passedMs;
  }

  #add(due: Due): () => void {
    this.#due.add(due);
    return () => this.#due.delete(due);
  }
}
