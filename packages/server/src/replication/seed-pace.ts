// How fast the owner lets a snapshot go: behind the people whom it serves, and within a bandwidth.
//
// Rules: docs/spec/handover.md (H54 to H56). Time and waiting are passed in.
//
// Why a copy always comes to its end: what acknowledgements may hold back is bounded for each chunk,
// so an owner that is slow for another reason is copied slowly, and not never.

/** H54: acknowledgements that are this quick hold nothing back. */
export const ACK_P99_FLOOR_MS = 50;
/** H54: so many times what they took before the copy was begun. */
export const ACK_TIMES_MAX = 2;
/** H54: the longest that a chunk waits for them; 4 MB a second at the least. */
export const HOLD_MS_MAX = 1_000;
const LOOK_MS = 50;
/** For so long after a chunk was held back, a copy is called throttled. */
export const THROTTLED_MS = 5_000;
/** What is waited for less is the timer's, not the throttle's. */
const SHORTEST_MS = 1;

export type SeedPaceOptions = Readonly<{
  /** Absent, a copy may take all there is. */
  bytesPerSecondMax: number | undefined;
  /** The 99th percentile of acknowledgements in the last second; `undefined` without any. */
  ackP99Ms: (nowMs: number) => number | undefined;
  monotonicMs: () => number;
  pause: (pauseMs: number) => Promise<void>;
}>;

export class SeedPace {
  readonly #options: SeedPaceOptions;
  #limitMs: number = ACK_P99_FLOOR_MS;
  /** When all that was let go would be over at the bandwidth that is allowed. */
  #freeAtMs = -Infinity;
  #holding = 0;
  #held: Readonly<{ untilMs: number; reason: string }> | undefined;

  constructor(options: SeedPaceOptions) {
    this.#options = options;
  }

  /** A copy begins: acknowledgements are compared with what they took until now. */
  begin(): void {
    const { ackP99Ms, monotonicMs } = this.#options;
    const before = ackP99Ms(monotonicMs()) ?? 0;
    this.#limitMs = Math.max(ACK_P99_FLOOR_MS, before * ACK_TIMES_MAX);
    this.#held = undefined;
  }

  /** Resolves when so many bytes may go. */
  async hold(bytes: number): Promise<void> {
    this.#holding += 1;
    try {
      await this.#holdForBandwidth(bytes);
      await this.#holdForPeople();
    } finally {
      this.#holding -= 1;
    }
  }

  /** Why the copy is held back, now or a few seconds ago; `undefined` when it is not. */
  reason(): string | undefined {
    if (this.#held === undefined) return undefined;
    const isRecent = this.#options.monotonicMs() - this.#held.untilMs <= THROTTLED_MS;
    return this.#holding > 0 || isRecent ? this.#held.reason : undefined;
  }

  /** H55: what goes now is paid for by what comes after it. */
  async #holdForBandwidth(bytes: number): Promise<void> {
    const { bytesPerSecondMax, monotonicMs } = this.#options;
    if (bytesPerSecondMax === undefined) return;
    const nowMs = monotonicMs();
    const mayGoAtMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = mayGoAtMs + (bytes / bytesPerSecondMax) * 1_000;
    const limit = Math.round(bytesPerSecondMax / 1_000_000);
    await this.#wait(mayGoAtMs - nowMs, `a copy may take ${limit} MB a second`);
  }

  async #holdForPeople(): Promise<void> {
    const { ackP99Ms, monotonicMs } = this.#options;
    const untilMs = monotonicMs() + HOLD_MS_MAX;
    for (let nowMs = monotonicMs(); nowMs < untilMs; nowMs = monotonicMs()) {
      const p99Ms = ackP99Ms(nowMs);
      if (p99Ms === undefined || p99Ms <= this.#limitMs) return;
      const now = `${Math.round(p99Ms)} ms`;
      const limit = `${Math.round(this.#limitMs)} ms`;
      await this.#wait(LOOK_MS, `acknowledgements take ${now} (p99), and more than ${limit} wait`);
    }
  }

  async #wait(pauseMs: number, reason: string): Promise<void> {
    if (pauseMs < SHORTEST_MS) return;
    const { monotonicMs, pause } = this.#options;
    this.#held = { reason, untilMs: monotonicMs() + pauseMs };
    await pause(pauseMs);
    this.#held = { reason, untilMs: monotonicMs() };
  }
}
