// How a server is asked to stop: the first signal drains, the second ends it at once.

/** Signals that ask for a stop, and the code that ends a process which does not wait. */
const STOP_SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof STOP_SIGNALS;

/** One press of Ctrl+C reaches a process twice when its parent passes it on as well. */
const SAME_SIGNAL_MS = 500;

/** The part of `process` that is used. */
export type SignalSource = Readonly<{
  on: (signal: StopSignal, listener: () => void) => unknown;
  off: (signal: StopSignal, listener: () => void) => unknown;
}>;

export type WatchStopSignals = Readonly<{
  source: SignalSource;
  monotonicMs: () => number;
  onFirst: (signal: StopSignal) => void;
  onAgain: (signal: StopSignal, exitCode: number) => void;
}>;

/** Watches until the returned function is called. */
export function watchStopSignals(options: WatchStopSignals): () => void {
  const { source, monotonicMs, onFirst, onAgain } = options;
  let first: StopSignal | undefined;
  let firstAtMs = 0;
  const watched = (Object.keys(STOP_SIGNALS) as StopSignal[]).map((signal) => {
    const listener = (): void => {
      if (first === undefined) {
        first = signal;
        firstAtMs = monotonicMs();
        onFirst(signal);
      } else if (signal !== first || monotonicMs() - firstAtMs >= SAME_SIGNAL_MS) {
        onAgain(signal, STOP_SIGNALS[signal]);
      }
    };
    source.on(signal, listener);
    return () => source.off(signal, listener);
  });
  return () => {
    for (const unwatch of watched) unwatch();
  };
}
