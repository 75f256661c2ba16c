// How long the registrar takes to answer, as of late.

/** The middle one of so many is what is told: one odd reading is not the registrar. */
const TRIPS_MAX = 5;
/** Without an answer for so long it is away. */
const SILENT_MS_MAX = 3_000;

export class RoundTrips {
  #trips: readonly number[] = [];
  #newestMs = -Infinity;

  note(atMs: number, tookMs: number): void {
    this.#trips = [...this.#trips, tookMs].slice(-TRIPS_MAX);
    this.#newestMs = atMs;
  }

  /** In whole milliseconds; `undefined` when it does not answer. */
  usualMs(nowMs: number): number | undefined {
    if (nowMs - this.#newestMs > SILENT_MS_MAX) return undefined;
    const middle = this.#trips.toSorted((a, b) => a - b)[Math.floor(this.#trips.length / 2)];
    return middle === undefined ? undefined : Math.round(middle);
  }
}
