// Reading counts as a feed does: twenty random videos of ten thousand.

import type { CountsReadJob } from '../load/job.ts';
import { HOLDFAST_ONLY, RUNS_UNLIMITED, windowOf, type Workload } from './workload.ts';

const CONNECTIONS = 64;
const VIDEOS = 10_000;
const VIDEOS_PER_REQUEST = 20;
const SETUP_SECONDS = 8;

export const countsRead: Workload = {
  name: 'counts-read',
  cases: (scale) => {
    const job: CountsReadJob = {
      kind: 'counts-read',
      connections: CONNECTIONS,
      videos: VIDEOS,
      videosPerRequest: VIDEOS_PER_REQUEST,
      window: windowOf(scale),
    };
    return [
      {
        id: 'counts-read',
        title: 'counts of 20 videos',
        contenders: HOLDFAST_ONLY,
        headline: { metric: 'requestsPerSecond', unit: 'requests/s', better: 'higher' },
        runsMax: RUNS_UNLIMITED,
        estimateSeconds: SETUP_SECONDS + scale.warmUpSeconds + scale.seconds,
        measure: (tools, contender) => tools.measureLoad(contender, job, ['likes']),
      },
    ];
  },
};
