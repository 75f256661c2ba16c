// The whole process's memory with ten million likes, a million sessions and a million videos.

import { setTimeout as pause } from 'node:timers/promises';
import { processMemory } from '../contenders/processes.ts';
import type { BulkLikesJob } from '../load/job.ts';
import { HOLDFAST_ONLY, type CaseResult, type CaseTools, type Workload } from './workload.ts';

const CONNECTIONS = 2;
const SESSIONS = 1_000_000;
const SESSIONS_QUICK = 20_000;
const LIKES_PER_SESSION = 10;
/** Time for work that was put off to be done, before memory is read for the last time. */
const SETTLE_MS = 5_000;
const RUNS_MAX = 1;
/** Most of it goes into registering the videos, one request and one fsync each. */
const ESTIMATE_SECONDS = 600;
const ESTIMATE_QUICK_SECONDS = 20;

export const memory: Workload = {
  name: 'memory',
  cases: (scale) => {
    const sessions = scale.quick ? SESSIONS_QUICK : SESSIONS;
    const likes = (sessions * LIKES_PER_SESSION).toLocaleString('en-US');
    const held = sessions.toLocaleString('en-US');
    return [
      {
        id: 'memory',
        title: `memory at ${likes} likes, ${held} sessions, ${held} videos`,
        contenders: HOLDFAST_ONLY,
        headline: { metric: 'residentBytes', unit: 'MB', better: 'lower' },
        runsMax: RUNS_MAX,
        estimateSeconds: scale.quick ? ESTIMATE_QUICK_SECONDS : ESTIMATE_SECONDS,
        measure: (tools) => measureMemory(tools, sessions),
      },
    ];
  },
};

async function measureMemory(tools: CaseTools, sessions: number): Promise<CaseResult> {
  const job: BulkLikesJob = {
    kind: 'bulk-likes',
    connections: CONNECTIONS,
    sessions,
    likesPerSession: LIKES_PER_SESSION,
    videos: sessions,
  };
  const instance = await tools.launchHoldfast({});
  const load = tools.openLoad();
  try {
    const { ops, elapsedMs } = await load.run(instance.target, job);
    const verified = await tools.verify(load, instance, ['likes']);
    await pause(SETTLE_MS);
    const found = await processMemory(instance.mainPid());
    if (found === null) {
      return { kind: 'not-measured', why: 'this system does not tell a process memory in /proc' };
    }
    const opsPerSecond = (ops * 1000) / elapsedMs;
    return { kind: 'measured', metrics: { ...verified, ...found, opsPerSecond } };
  } finally {
    load.close();
    await instance.stop();
  }
}
