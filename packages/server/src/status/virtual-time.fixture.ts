// Time that only moves when a test moves it.

type Waiting = Readonly<{ atMs: number; n: number; wake: () => void }>;

export type VirtualTime = Readonly<{
  nowMs: () => number;
  monotonicMs: () => number;
  pause: (pauseMs: number) => Promise<void>;
  /** Lets time pass, and everything that is due happen in order. */
  advance: (ms: number) => Promise<void>;
  /** The time of day stands still while all else goes on. */
  freezeDay: () => void;
}>;

const BEGIN_MS = Date.UTC(2026, 10, 22, 14);

/** `beginMs` is the time of day at the beginning. */
export function virtualTime(beginMs: number = BEGIN_MS): VirtualTime {
  let passedMs = 0;
  let n = 0;
  let frozenAtMs: number | undefined;
  const waiting: Waiting[] = [];
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const next = (untilMs: number): Waiting | undefined => {
    let first: Waiting | undefined;
    for (const one of waiting) {
      if (one.atMs > untilMs) continue;
      if (
        first === undefined ||
        one.atMs < first.atMs ||
        (one.atMs === first.atMs && one.n < first.n)
      ) {
        first = one;
      }
    }
    return first;
  };
  return {
    nowMs: () => beginMs + (frozenAtMs ?? passedMs),
    monotonicMs: () => passedMs,
    pause: (pauseMs) =>
      new Promise((wake) => {
        n += 1;
        waiting.push({ atMs: passedMs + pauseMs, n, wake });
      }),
    advance: async (ms) => {
      const untilMs = passedMs + ms;
      await turn();
      for (let due = next(untilMs); due !== undefined; due = next(untilMs)) {
        waiting.splice(waiting.indexOf(due), 1);
        passedMs = Math.max(passedMs, due.atMs);
        due.wake();
        await turn();
      }
      passedMs = untilMs;
    },
    freezeDay: () => {
      frozenAtMs = passedMs;
    },
  };
}
