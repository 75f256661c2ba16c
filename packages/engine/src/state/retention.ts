// How long detail is kept: pure decisions that every store makes alike.

import { SESSION_LIFE_MS } from '@holdfast/protocol/limits.ts';
import { BULK_SESSION_MEMORY_MS } from '../counting/fold.ts';
import { DAY_MS, MINUTE_MS } from '../counting/numbers.ts';
import { addMinutes } from './minutes.ts';
import type { RollupRow, RollupWidth } from './state-store.ts';

/** C21: minutes are kept this long, then become quarter-hours. */
export const MINUTES_KEPT_MS = 2 * DAY_MS;
/** C21: quarter-hours are kept this long, then become days. */
export const QUARTERS_KEPT_MS = 90 * DAY_MS;
/** Grace beyond a session's life, so that an op that is just late is still told from a new one. */
const SESSION_GRACE_MS = DAY_MS;

/** Session keys that grants name begin with this; integrators' names have other rules (C13). */
export const GRANT_SESSION_PREFIX = '~';

/** Sessions that began before this are beyond their life and can be let go of. */
export function grantSessionsKeptFromMs(nowMs: number): number {
  return nowMs - SESSION_LIFE_MS - SESSION_GRACE_MS;
}

/** The same for sessions that integrators name. */
export function bulkSessionsKeptFromMs(nowMs: number): number {
  return nowMs - BULK_SESSION_MEMORY_MS - SESSION_GRACE_MS;
}

/** Whether a session's row can go without changing how any op will end. */
export function sessionIsForgotten(key: string, startedAtMs: number, nowMs: number): boolean {
  const isGrant = key.startsWith(GRANT_SESSION_PREFIX);
  return startedAtMs < (isGrant ? grantSessionsKeptFromMs(nowMs) : bulkSessionsKeptFromMs(nowMs));
}

/** Before this UTC minute buckets of `width` become the next wider ones; whole days only. */
export function coarsenBefore(width: RollupWidth, nowMs: number): number {
  if (width === 1_440) return 0;
  const keptMs = width === 1 ? MINUTES_KEPT_MS : QUARTERS_KEPT_MS;
  return Math.floor((nowMs - keptMs) / DAY_MS) * (DAY_MS / MINUTE_MS);
}

/** The width that buckets of `width` become. */
export function widerThan(width: RollupWidth): RollupWidth {
  return width === 1 ? 15 : 1_440;
}

/** C21 for one video's buckets; their sum stays what it was (C20). */
export function coarsenRollups(rows: readonly RollupRow[], nowMs: number): RollupRow[] {
  const kept = new Map<string, RollupRow>();
  for (const row of rows) {
    let { minute, width } = row;
    while (width !== 1_440 && minute < coarsenBefore(width, nowMs)) {
      width = widerThan(width);
      minute -= minute % width;
    }
    const key = `${width}/${minute}`;
    const same = kept.get(key);
    const sum = same === undefined ? row : addMinutes(same, row);
    kept.set(key, { ...sum, minute, width });
  }
  return [...kept.values()];
}
