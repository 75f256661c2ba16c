// Faults for a log that people read: what is tried again twenty times a second fails as often, and
// one line of it says all.

/** The same fault is told again after so long, with how often it was met in between. */
export const TOLD_AGAIN_MS = 10_000;
/** Different faults that are remembered. */
const FAULTS_MAX = 64;

export type TellFault = (what: string, error: unknown, timesUntold: number) => void;

/** Passes on the first of equal faults, and then one in so long. */
export function calmFaults(
  tell: TellFault,
  monotonicMs: () => number,
): (what: string, error: unknown) => void {
  const known = new Map<string, { toldAtMs: number; timesUntold: number }>();
  return (what, error) => {
    const name = `${what}: ${String(error)}`;
    const nowMs = monotonicMs();
    const before = known.get(name);
    if (before !== undefined && nowMs < before.toldAtMs + TOLD_AGAIN_MS) {
      before.timesUntold += 1;
      return;
    }
    // Beyond the limit all are forgotten, and told once more than they had to be.
    if (known.size >= FAULTS_MAX) known.clear();
    known.set(name, { toldAtMs: nowMs, timesUntold: 0 });
    tell(what, error, before?.timesUntold ?? 0);
  };
}
