// How long a video was really watched, and when that is worth a view op. Rules V1-V6 of
// docs/spec/sdk.md. Whether a view qualifies is decided by the server alone (docs/spec/views.md).

/** Less than this is scrolling past, not watching. */
export const WATCHED_MS_MIN = 300;
/** A wrap is seen a moment after it happened, and durations differ by some frames. */
const WRAP_SLACK_MS = 500;

export class WatchMeter {
  readonly #durationMs: () => number;
  #mediaMs: number;
  #atMs: number;
  #isRunning = false;
  #watchedMs = 0;
  #isSent = false;

  /** Begins a visit to a video that stands at `mediaMs`. The duration may become known later. */
  constructor(durationMs: () => number, mediaMs: number, nowMs: number) {
    this.#durationMs = durationMs;
    this.#mediaMs = mediaMs;
    this.#atMs = nowMs;
  }

  /** Notes that it plays, or does not, from now on. */
  run(isRunning: boolean, mediaMs: number, nowMs: number): boolean {
    const isOver = this.look(mediaMs, nowMs);
    this.#isRunning = isRunning;
    return isOver;
  }

  /** A look at where it stands. True when it has just run over its end. */
  look(mediaMs: number, nowMs: number): boolean {
    const playedMs = mediaMs - this.#mediaMs;
    const wrappedMs = playedMs + this.#durationMs();
    const isOver = this.#isRunning && playedMs < 0 && wrappedMs <= nowMs - this.#atMs;
    this.#note(isOver ? wrappedMs : playedMs, nowMs);
    this.#mediaMs = mediaMs;
    return isOver;
  }

  /**
   * It was moved to `mediaMs`, by hand or because it loops. Until then it played on at `rate`; the
   * way there was not watched. True when it has run over its end.
   */
  jump(mediaMs: number, nowMs: number, rate: number, loops: boolean): boolean {
    const restMs = this.#durationMs() - this.#mediaMs;
    const playedMs = Math.min((nowMs - this.#atMs) * rate, restMs);
    const isOver =
      this.#isRunning && loops && mediaMs < WRAP_SLACK_MS && playedMs > restMs - WRAP_SLACK_MS;
    this.#note(isOver ? restMs + mediaMs : playedMs, nowMs);
    this.#mediaMs = mediaMs;
    this.#isRunning = false;
    return isOver;
  }

  /** The watch time to send now, in whole ms, or `undefined` when there is none worth an op. */
  take(): number | undefined {
    const leastMs = this.#isSent ? this.#durationMs() : WATCHED_MS_MIN;
    const watchedMs = Math.round(this.#watchedMs);
    if (watchedMs < leastMs) return undefined;
    this.#watchedMs = 0;
    this.#isSent = true;
    return watchedMs;
  }

  #note(playedMs: number, nowMs: number): void {
    // V1: media time that played, and never more than the clock says.
    if (this.#isRunning) this.#watchedMs += Math.max(0, Math.min(playedMs, nowMs - this.#atMs));
    this.#atMs = nowMs;
  }
}
