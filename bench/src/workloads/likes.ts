// The three workloads that send likes and unlikes through `/v1/ops`, beside both stand-ins
// and, where a request has one op, the ceiling of the HTTP side.

import type { LikesJob } from '../load/job.ts';
import {
  ALL_AND_FRONT,
  ALL_CONTENDERS,
  RUNS_UNLIMITED,
  windowOf,
  type BenchCase,
  type Scale,
} from './workload.ts';

const SESSIONS = 4_096;
const VIDEOS = 10_000;
const SETUP_SECONDS = 6;

export type LikesCase = Readonly<{
  id: string;
  title: string;
  connections: number;
  opsPerRequest: number;
  hot: boolean;
}>;

export function likesCase(options: LikesCase, scale: Scale): BenchCase {
  const { id, title, connections, opsPerRequest, hot } = options;
  const job: LikesJob = {
    kind: 'likes',
    connections,
    sessions: SESSIONS,
    videos: VIDEOS,
    opsPerRequest,
    hot,
    window: windowOf(scale),
  };
  return {
    id,
    title,
    contenders: opsPerRequest === 1 ? ALL_AND_FRONT : ALL_CONTENDERS,
    headline: { metric: 'opsPerSecond', unit: 'ops/s', better: 'higher' },
    runsMax: RUNS_UNLIMITED,
    estimateSeconds: SETUP_SECONDS + scale.warmUpSeconds + scale.seconds,
    measure: (tools, contender) => tools.measureLoad(contender, job, ['likes']),
  };
}
