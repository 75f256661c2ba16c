// What every kind of job gives the load generator's main: a measured part, then what the read-back
// needs to know about it.

import type { LoopResult } from './closed-loop.ts';
import type { FromLoad, Measured } from './job.ts';
import type { Oracle } from './oracle.ts';

export type JobOutcome = Readonly<{
  measured: Measured;
  oracle: Oracle;
  videoCount: number;
  /** The highest position that an acknowledgement carried; 0 when the server has none. */
  seq: number;
}>;

/** Tells the bench that the window opened or closed, or what is being done. */
export type Notify = (message: FromLoad) => void;

/** Measures this process's own processor time between the edges of the window. */
export function windowCpu(notify: Notify): {
  onWindow: (edge: 'open' | 'closed') => void;
  share: (elapsedMs: number) => number;
} {
  let atOpen = process.cpuUsage();
  let usedMs = 0;
  return {
    onWindow: (edge) => {
      if (edge === 'open') atOpen = process.cpuUsage();
      else {
        const used = process.cpuUsage(atOpen);
        usedMs = (used.user + used.system) / 1000;
      }
      notify({ kind: 'window', edge });
    },
    share: (elapsedMs) => usedMs / elapsedMs,
  };
}

export function measuredOf(result: LoopResult, loadCpuShare: number): Measured {
  return {
    ops: result.ops,
    requests: result.requests,
    elapsedMs: result.elapsedMs,
    resends: result.resends,
    latency: result.latency.summary(),
    loadCpuShare,
  };
}
