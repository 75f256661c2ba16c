// Readers that wait until a position is included: read your own writes (rules X14, X15).

import type { After } from './exchange.ts';
import type { Timers } from './timers.ts';

/** Waits that are open at once; a reader beyond them is answered with what there is. */
export const WAITS_MAX = 10_000;

type Wait = Readonly<{ positions: readonly After[]; end: (reached: boolean) => void }>;

/** Whether a position is included; `never` where no cell serves the jurisdiction. */
export type Reached = 'yes' | 'not-yet' | 'never';

export class PositionWaits {
  readonly #timers: Timers;
  readonly #reached: (position: After) => Reached;
  readonly #waits = new Set<Wait>();
  #closed = false;

  constructor(timers: Timers, reached: (position: After) => Reached) {
    this.#timers = timers;
    this.#reached = reached;
  }

  settled(positions: readonly After[], waitMs: number): Promise<boolean> {
    const reached = positions.map(this.#reached);
    if (reached.every((answer) => answer === 'yes')) return Promise.resolve(true);
    const hopeless = reached.includes('never') || this.#closed || waitMs <= 0;
    if (hopeless || this.#waits.size >= WAITS_MAX) return Promise.resolve(false);
    return new Promise((resolve) => {
      const wait: Wait = {
        positions,
        end: (included) => {
          cancel();
          this.#waits.delete(wait);
          resolve(included);
        },
      };
      const cancel = this.#timers.after(waitMs, () => wait.end(false));
      this.#waits.add(wait);
    });
  }

  /** A watermark has moved. */
  moved(): void {
    for (const wait of this.#waits) {
      if (wait.positions.every((position) => this.#reached(position) === 'yes')) wait.end(true);
    }
  }

  close(): void {
    this.#closed = true;
    for (const wait of this.#waits) wait.end(false);
  }
}
