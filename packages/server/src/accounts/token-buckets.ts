// A token bucket for each remote address, in bounded memory. Rules AC17, AC18, AC25 and AC26 of
// docs/spec/accounts.md.
//
// A bucket is one number: when it will be full again. Each token taken moves that moment by the
// time a token takes to grow, and a bucket that would be too far from full refuses.

import { setLast } from './bounded-map.ts';
import type { Remote } from './remote.ts';

export type TokenBuckets = Readonly<{
  /** Takes a token and returns 0, or takes none and returns the milliseconds until there is one. */
  take(remote: Remote, nowMs: number): number;
}>;

export function createTokenBuckets(limits: {
  burst: number;
  everyMs: number;
  bucketsMax: number;
}): TokenBuckets {
  const { burst, everyMs, bucketsMax } = limits;
  const fullAtMs = new Map<Remote, number>();

  return {
    take(remote, nowMs) {
      const stored = fullAtMs.get(remote) ?? nowMs;
      // At most one bucket ahead: further, the clock was set back, and nobody is to wait for that.
      const isAhead = stored - nowMs > burst * everyMs;
      const current = isAhead ? nowMs : Math.max(stored, nowMs);
      const waitMs = Math.max(0, current - nowMs - (burst - 1) * everyMs);
      setLast(fullAtMs, remote, waitMs === 0 ? current + everyMs : current, bucketsMax);
      return waitMs;
    },
  };
}
