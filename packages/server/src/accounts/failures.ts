// How long failed sign-ins delay the next attempt. Pure. Rules AC20, AC24 and AC25 of
// docs/spec/accounts.md.

/** Failures in a row, and when the last one was. */
export type Failures = Readonly<{ count: number; lastAtMs: number }>;

/** A handful of mistyped passwords costs nothing. */
const FAILURES_FREE = 4;
const DELAY_FIRST_MS = 1_000;
/** The most that a stranger can make a person wait. */
const DELAY_MAX_MS = 15 * 60_000;
/** Failures older than this are forgotten. */
export const FAILURES_LIFE_MS = 24 * 60 * 60_000;

/** Milliseconds until the next attempt may be made; 0 when it may be made now. */
export function failureWaitMs(failures: Failures, nowMs: number): number {
  const elapsedMs = nowMs - failures.lastAtMs;
  if (elapsedMs < 0 || failures.count <= FAILURES_FREE) return 0;
  const delayMs = DELAY_FIRST_MS * 2 ** (failures.count - FAILURES_FREE - 1);
  return Math.max(0, Math.min(delayMs, DELAY_MAX_MS) - elapsedMs);
}

/** One failure more. */
export function afterFailure(failures: Failures | undefined, nowMs: number): Failures {
  const isForgotten = failures === undefined || nowMs - failures.lastAtMs >= FAILURES_LIFE_MS;
  return { count: isForgotten ? 1 : failures.count + 1, lastAtMs: nowMs };
}
