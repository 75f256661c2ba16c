// What the chip of a number says: live, catching up, paused since, or unknown. Pure.

import type { CountState } from './wire.ts';
import { MINUTE_MS } from './zone.ts';

export type ChipState = Readonly<
  | { kind: 'live' }
  | { kind: 'catching'; minutes: number }
  | { kind: 'paused'; sinceMs: number }
  | { kind: 'unknown' }
>;

type Known = Readonly<{ state: CountState; asOf: string | null }>;

/**
 * A stale number whose as-of moved since the answer before is catching up; one that stands still is
 * paused since then. `beforeAsOf` is of the answer before this one, where there was one.
 */
export function chipOf(
  { state, asOf }: Known,
  beforeAsOf: string | null | undefined,
  nowMs: number,
): ChipState {
  if (state === 'unknown' || asOf === null) return { kind: 'unknown' };
  if (state === 'live') return { kind: 'live' };
  const sinceMs = Date.parse(asOf);
  const moved = typeof beforeAsOf === 'string' && Date.parse(beforeAsOf) < sinceMs;
  if (!moved) return { kind: 'paused', sinceMs };
  return { kind: 'catching', minutes: Math.max(1, Math.ceil((nowMs - sinceMs) / MINUTE_MS)) };
}
