// How long this party takes to acknowledge, as of late: from when ops arrive until they are durable
// wherever they have to be.

/** What is older does not count. */
const WINDOW_MS = 1_000;
/** Of more in a window, the newest are counted. */
const TIMES_MAX = 4_096;
/** Fewer say nothing about the slowest in a hundred. */
const TIMES_MIN = 20;
const P99 = 0.99;

export class AckTimes {
  readonly #atMs = new Float64Array(TIMES_MAX);
  readonly #tookMs = new Float64Array(TIMES_MAX);
  #noted = 0;

  note(atMs: number, tookMs: number): void {
    const place = this.#noted % TIMES_MAX;
    this.#atMs[place] = atMs;
    this.#tookMs[place] = tookMs;
    this.#noted += 1;
  }

  /** In milliseconds over the last second; `undefined` when too few were acknowledged in it. */
  p99Ms(nowMs: number): number | undefined {
    const held = Math.min(this.#noted, TIMES_MAX);
    const taken = this.#tookMs
      .subarray(0, held)
      .filter((_, place) => nowMs - (this.#atMs[place] ?? 0) <= WINDOW_MS)
      .sort();
    return taken.length < TIMES_MIN ? undefined : taken[Math.ceil(P99 * taken.length) - 1];
  }
}
