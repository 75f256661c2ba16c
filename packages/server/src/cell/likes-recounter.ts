// Recounts the like rows of a cell when it is asked, and no more often than it may cost.
//
// Rules: docs/spec/status.md (ST47). A recount of many rows takes long, so whoever asks meanwhile is
// told of the last one; it holds for the position that it names.

import { setTimeout as sleep } from 'node:timers/promises';
import type { LikesRecount } from '@holdfast/engine/state/sqlite/recount-likes.ts';
import type { SqliteStateStore } from '@holdfast/engine/state/sqlite/sqlite-state-store.ts';

/** After a recount there is none for this long, */
export const REST_MS_MIN = 5_000;
/** and for this many times what it took: it may have a hundredth of the time of its thread. */
export const REST_TIMES = 100;
/** Whoever asks waits this long for one that has begun. */
const WAIT_MS_MAX = 1_000;

/** What was found, and when it had been found. */
export type MadeRecount = LikesRecount & Readonly<{ madeAtMs: number }>;
/** The newest recount there is, after a new one where one is due. Rejects when it failed. */
export type LikesRecounter = () => Promise<MadeRecount | undefined>;

type Recounting = Readonly<{
  store: Pick<SqliteStateStore, 'recountLikes'>;
  nowMs: () => number;
  monotonicMs: () => number;
}>;

export function openLikesRecounter({ store, nowMs, monotonicMs }: Recounting): LikesRecounter {
  let last: MadeRecount | undefined;
  let running: Promise<void> | undefined;
  let notBeforeMs = -Infinity;
  const run = async (): Promise<void> => {
    const begunMs = monotonicMs();
    try {
      const recount = await store.recountLikes();
      if (recount !== undefined) last = { ...recount, madeAtMs: nowMs() };
    } finally {
      const endedMs = monotonicMs();
      notBeforeMs = endedMs + Math.max(REST_MS_MIN, (endedMs - begunMs) * REST_TIMES);
      running = undefined;
    }
  };
  return async () => {
    if (running === undefined && monotonicMs() >= notBeforeMs) {
      running = run();
      // Whoever waits for it hears of it; one that nobody waits for is tried again later.
      running.catch(() => undefined);
    }
    if (running !== undefined)
      await Promise.race([running, sleep(WAIT_MS_MAX, undefined, { ref: false })]);
    return last;
  };
}
