// A simulated process: it can be killed, started again, and held still for a while.

import type { Timers } from '@holdfast/server/exchange/timers.ts';
import type { VirtualTime } from './virtual-time.ts';

/** From one start of a process to its end. What belongs to a life that is over does nothing. */
export class Life {
  isOver = false;
  readonly process: Process;

  constructor(process: Process) {
    this.process = process;
  }

  /** Runs once after a time, unless the life is over by then; a process held still runs it late. */
  after(delayMs: number, run: () => void): () => void {
    const { time } = this.process;
    let isCancelled = false;
    const go = (): void => {
      if (this.isOver || isCancelled) return;
      const leftMs = this.process.stillUntilMs - time.nowMs;
      if (leftMs > 0) time.after(leftMs, go);
      else run();
    };
    const cancel = time.after(delayMs, go);
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  every(intervalMs: number, run: () => void): () => void {
    let cancel = (): void => undefined;
    const again = (): void => {
      cancel = this.after(intervalMs, () => {
        again();
        run();
      });
    };
    again();
    return () => cancel();
  }

  readonly timers: Timers = {
    after: (delayMs, run) => this.after(delayMs, run),
    every: (intervalMs, run) => this.every(intervalMs, run),
  };

  /** Resolves after a time, or when the signal is aborted; never when the life is over. */
  async pause(pauseMs: number, signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const cancel = this.after(pauseMs, resolve);
      signal?.addEventListener('abort', () => {
        cancel();
        if (!this.isOver) resolve();
      });
    });
  }

  /** The answer, while this life lasts; after it, none ever. */
  async whileAlive<Answer>(work: () => Promise<Answer> | Answer): Promise<Answer> {
    if (this.isOver) await NEVER;
    return work();
  }
}

const NEVER = new Promise<never>(() => undefined);

export class Process {
  readonly name: string;
  readonly time: VirtualTime;
  life: Life | undefined;
  stillUntilMs = 0;

  constructor(name: string, time: VirtualTime) {
    this.name = name;
    this.time = time;
  }

  get isUp(): boolean {
    return this.life !== undefined;
  }

  begin(): Life {
    this.life = new Life(this);
    this.stillUntilMs = 0;
    return this.life;
  }

  /** As kill -9. */
  end(): void {
    if (this.life !== undefined) this.life.isOver = true;
    this.life = undefined;
  }
}
