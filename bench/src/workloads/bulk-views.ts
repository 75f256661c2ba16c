// Views in bulk: an integrator's server that forwards its players' beacons. Some thousand
// sessions, videos as popular as in life, one view in ten too short to count.

import type { BulkViewsJob } from '../load/job.ts';
import { HOLDFAST_ONLY, RUNS_UNLIMITED, windowOf, type Workload } from './workload.ts';

const CONNECTIONS = 4;
const SESSIONS = 4_000;
const VIDEOS = 10_000;
const LINES_PER_REQUEST = 10_000;
const SETUP_SECONDS = 6;

export const bulkViews: Workload = {
  name: 'bulk-views',
  cases: (scale) => {
    const job: BulkViewsJob = {
      kind: 'bulk-views',
      connections: CONNECTIONS,
      sessions: SESSIONS,
      videos: VIDEOS,
      linesPerRequest: LINES_PER_REQUEST,
      window: windowOf(scale),
    };
    return [
      {
        id: 'bulk-views',
        title: 'views in bulk, 10,000 a request',
        contenders: HOLDFAST_ONLY,
        headline: { metric: 'opsPerSecond', unit: 'ops/s', better: 'higher' },
        runsMax: RUNS_UNLIMITED,
        estimateSeconds: SETUP_SECONDS + scale.warmUpSeconds + scale.seconds,
        measure: (tools, contender) => tools.measureLoad(contender, job, ['views']),
      },
    ];
  },
};
