// Runs hashes a few at a time, because each takes 19 MiB and a whole core. Rule AC13 of
// docs/spec/accounts.md.

import assert from 'node:assert/strict';

export type HashQueue = Readonly<{
  /** Whether `run` may be called now. */
  hasRoom(): boolean;
  /** Starts the task as soon as fewer than the maximum run; first come, first served. */
  run<Result>(task: () => Promise<Result>): Promise<Result>;
}>;

export function createHashQueue(limits: {
  hashesRunningMax: number;
  hashesWaitingMax: number;
}): HashQueue {
  const waiting: (() => void)[] = [];
  let running = 0;

  const hasRoom = (): boolean =>
    running < limits.hashesRunningMax || waiting.length < limits.hashesWaitingMax;

  return {
    hasRoom,
    async run(task) {
      assert(hasRoom(), 'AC13: the caller asked for room first');
      if (running < limits.hashesRunningMax) running += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        // The place is handed on instead of given back, so that no newcomer can take it between.
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
