// The cell's clock: the wall clock when it started, then time that only goes forward.
//
// A wall clock that is set back by a day would hold every view (V5), one set forward would end
// every session (C12). So the wall is read at the start, followed forward when it stays ahead for
// a minute (a machine that slept), and never followed back.

export type Clocks = Readonly<{
  /** Wall clock in ms since 1970. */
  nowMs: () => number;
  /** Never goes back, from any start. */
  monotonicMs: () => number;
}>;

/** The wall must be ahead by this much, for `AHEAD_FOR_MS`, to be believed. */
const AHEAD_MS = 2_000;
const AHEAD_FOR_MS = 60_000;

export type SteadyClock = Readonly<{
  nowMs: () => number;
  /** How far the wall clock is from this one; for people to see. */
  wallOffsetMs: () => number;
}>;

/** Starts at the wall's time, or at `notBeforeMs` (the journal's last batch) if that is later. */
export function openSteadyClock(clocks: Clocks, notBeforeMs: number): SteadyClock {
  let anchorMs = Math.max(clocks.nowMs(), notBeforeMs);
  let anchoredAt = clocks.monotonicMs();
  let aheadSince: number | undefined;
  const steadyMs = (): number => anchorMs + Math.floor(clocks.monotonicMs() - anchoredAt);
  return {
    nowMs: () => {
      const wallMs = clocks.nowMs();
      const monotonicMs = clocks.monotonicMs();
      if (wallMs - steadyMs() < AHEAD_MS) aheadSince = undefined;
      else if (aheadSince === undefined) aheadSince = monotonicMs;
      else if (monotonicMs - aheadSince >= AHEAD_FOR_MS) {
        anchorMs = wallMs;
        anchoredAt = monotonicMs;
        aheadSince = undefined;
      }
      return steadyMs();
    },
    wallOffsetMs: () => clocks.nowMs() - steadyMs(),
  };
}
