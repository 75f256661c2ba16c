// How fresh a count is under steady load: from an op's answer until a reader is shown it.

import type { VisibleJob } from '../load/job.ts';
import { HOLDFAST_ONLY, RUNS_UNLIMITED, windowOf, type Workload } from './workload.ts';

const CONNECTIONS = 128;
const SESSIONS = 4_096;
const VIDEOS = 10_000;
const OPS_PER_SECOND = 10_000;
const PROBES_PER_SECOND = 200;
/** Below this share of the asked-for rate the freshness at that rate was not measured. */
const RATE_REACHED_LEAST = 0.98;
const SETUP_SECONDS = 8;

export const visible: Workload = {
  name: 'visible',
  cases: (scale) => {
    const job: VisibleJob = {
      kind: 'visible',
      connections: CONNECTIONS,
      sessions: SESSIONS,
      videos: VIDEOS,
      opsPerSecond: OPS_PER_SECOND,
      probesPerSecond: PROBES_PER_SECOND,
      window: windowOf(scale),
    };
    return [
      {
        id: 'visible',
        title: 'acknowledged until shown, at 10,000 ops/s (p99)',
        contenders: HOLDFAST_ONLY,
        headline: { metric: 'visibleP99Ms', unit: 'ms', better: 'lower' },
        runsMax: RUNS_UNLIMITED,
        estimateSeconds: SETUP_SECONDS + scale.warmUpSeconds + scale.seconds,
        measure: async (tools, contender) => {
          const result = await tools.measureLoad(contender, job, ['likes']);
          if (result.kind === 'not-measured') return result;
          const rate = result.metrics.opsPerSecond ?? 0;
          if (rate >= RATE_REACHED_LEAST * OPS_PER_SECOND) return result;
          const why = `only ${Math.round(rate)} of ${OPS_PER_SECOND} ops/s were reached`;
          return { kind: 'not-measured', why };
        },
      },
    ];
  },
};
