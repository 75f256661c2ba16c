// How long a clip was really watched, and when that is worth a view op.
//
//   W1  Only media time that played counts; seeking does not, loops do.
//   W2  A visit's first op goes at the clip's first end, on leaving it or when the page is hidden,
//       whichever comes first: the page may not be there later.
//   W3  What is watched after it in the same visit is a replay, and becomes an op of its own only
//       when it is at least one whole play. So hiding and showing a tab cannot make views.
//
// Whether a view qualifies is decided by the server alone (docs/spec/views.md).

/** Less than this is scrolling past, not watching. */
export const WATCHED_MS_MIN = 300;
/** Between two looks at a playing clip lies less than this; more is a seek. */
const STEP_MS_MAX = 1_500;

export class WatchMeter {
  readonly #durationMs: number;
  #lastMs: number;
  #watchedMs = 0;
  #sentBefore = false;

  /** Begins a visit to a clip that stands at `startMs`. */
  constructor(durationMs: number, startMs: number) {
    this.#durationMs = durationMs;
    this.#lastMs = startMs;
  }

  /** A look at the playing clip. True when it has just run over its end. */
  advance(currentMs: number): boolean {
    const stepMs = currentMs - this.#lastMs;
    this.#lastMs = currentMs;
    if (stepMs >= 0) {
      if (stepMs <= STEP_MS_MAX) this.#watchedMs += stepMs;
      return false;
    }
    // The catalog's duration and the file's differ by some frames, so a wrap may come out below 0.
    const wrappedMs = stepMs + this.#durationMs;
    if (Math.abs(wrappedMs) > STEP_MS_MAX) return false;
    this.#watchedMs += Math.max(0, wrappedMs);
    return true;
  }

  /** The clip was moved by hand to `currentMs`; the way there was not watched. */
  seek(currentMs: number): void {
    this.#lastMs = currentMs;
  }

  /** The watch time to send now, in whole ms, or `undefined` when there is none worth an op. */
  take(): number | undefined {
    const leastMs = this.#sentBefore ? this.#durationMs : WATCHED_MS_MIN;
    const watchedMs = Math.round(this.#watchedMs);
    if (watchedMs < leastMs) return undefined;
    this.#watchedMs = 0;
    this.#sentBefore = true;
    return watchedMs;
  }
}
