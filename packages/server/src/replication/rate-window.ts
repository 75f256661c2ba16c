// How fast a number grows, over the last few seconds.

/** What is older does not count. */
export const WINDOW_MS = 5_000;
/** A reading within this of the one before replaces it, so that a window has a bounded number. */
const STEP_MS = 50;

/** Over less than this a number tells of one batch or of none, and not of a speed. */
const SPAN_MS_MIN = 500;

type Reading = { atMs: number; total: number };

export class RateWindow {
  #readings: Reading[] = [];

  /** Notes what a number has grown to; one that falls begins anew. */
  note(atMs: number, total: number): void {
    const last = this.#readings.at(-1);
    if (last !== undefined && total < last.total) this.#readings = [];
    const before = this.#readings.at(-2);
    if (last !== undefined && before !== undefined && atMs - before.atMs < STEP_MS) {
      last.atMs = atMs;
      last.total = total;
    } else this.#readings.push({ atMs, total });
    this.#forget(atMs);
  }

  /** By how much it grew in the window that ends now. */
  grown(nowMs: number): number {
    this.#forget(nowMs);
    const [first] = this.#readings;
    const last = this.#readings.at(-1);
    return first === undefined || last === undefined ? 0 : last.total - first.total;
  }

  /** A second; `undefined` until the readings in the window are far enough apart. */
  perSecond(nowMs: number): number | undefined {
    this.#forget(nowMs);
    const [first] = this.#readings;
    const last = this.#readings.at(-1);
    if (first === undefined || last === undefined) return undefined;
    if (last.atMs - first.atMs < SPAN_MS_MIN) return undefined;
    return ((last.total - first.total) / (last.atMs - first.atMs)) * 1_000;
  }

  #forget(nowMs: number): void {
    while ((this.#readings[0]?.atMs ?? nowMs) < nowMs - WINDOW_MS) this.#readings.shift();
  }
}
