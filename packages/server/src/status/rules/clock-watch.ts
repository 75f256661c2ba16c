// Tells whether the machine's clock can be believed. Pure.
//
// A page whose clock stands still would call every result fresh for ever. Two clocks are compared:
// the time of day, and one that only ever runs forward. While they do not agree, nothing is known
// (ST29).

/** The two clocks may differ this much over one look. */
const DRIFT_MS_MAX = 5_000;
/** A clock that is being set right slowly differs less than this from one look to the next. */
const SLEW_MS_MAX = 200;
/** After the clock was off, it must have been right for this long. */
const CALM_MS = 20_000;

export type ClockWatch = Readonly<{
  dayMs: number;
  steadyMs: number;
  /** Time of day minus steady clock, when both were last believed. */
  offsetMs: number;
  /** Steady time at which they were last seen to disagree. */
  offAtMs: number | undefined;
}>;

export function watchFrom(dayMs: number, steadyMs: number): ClockWatch {
  return { dayMs, steadyMs, offsetMs: dayMs - steadyMs, offAtMs: undefined };
}

/** Takes another look at both clocks. */
export function lookAgain(before: ClockWatch, dayMs: number, steadyMs: number): ClockWatch {
  const drift = Math.abs(dayMs - steadyMs - before.offsetMs);
  if (drift > DRIFT_MS_MAX) {
    // A clock that was set anew is believed again once it has run evenly from there.
    const stoodStill = dayMs === before.dayMs;
    const offsetMs = stoodStill ? before.offsetMs : dayMs - steadyMs;
    return { dayMs, steadyMs, offsetMs, offAtMs: steadyMs };
  }
  const offsetMs = drift <= SLEW_MS_MAX ? dayMs - steadyMs : before.offsetMs;
  return { ...before, dayMs, steadyMs, offsetMs };
}

/** Whether the time of day can be believed. */
export function isBelieved({ offAtMs, steadyMs }: ClockWatch): boolean {
  return offAtMs === undefined || steadyMs - offAtMs >= CALM_MS;
}
