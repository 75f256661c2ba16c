// The timers that the exchange uses, passed in so that tests own the time.

export type Timers = Readonly<{
  /** Runs again and again; returns how to stop. */
  every: (intervalMs: number, run: () => void) => () => void;
  /** Runs once; returns how to cancel. */
  after: (delayMs: number, run: () => void) => () => void;
}>;

export const systemTimers: Timers = {
  every: (intervalMs, run) => {
    const timer = setInterval(run, intervalMs);
    return () => clearInterval(timer);
  },
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
