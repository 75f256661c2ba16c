// kill -9 with two million acknowledged ops that are in the journal and not yet in the state, then
// the time until the server is ready again, and every count compared.

import type { BulkLikesJob } from '../load/job.ts';
import { HOLDFAST_ONLY, type CaseResult, type CaseTools, type Workload } from './workload.ts';

const CONNECTIONS = 2;
const VIDEOS = 20_000;
const LIKES_PER_SESSION = 500;
const OPS = 2_000_000;
const OPS_QUICK = 200_000;
const RUNS_MAX = 3;
const ESTIMATE_SECONDS = 30;

export const restart: Workload = {
  name: 'restart',
  cases: (scale) => {
    const ops = scale.quick ? OPS_QUICK : OPS;
    return [
      {
        id: 'restart',
        title: `ready again after kill -9, ${ops.toLocaleString('en-US')} ops to replay`,
        contenders: HOLDFAST_ONLY,
        headline: { metric: 'readyMs', unit: 's', better: 'lower' },
        runsMax: RUNS_MAX,
        estimateSeconds: ESTIMATE_SECONDS,
        measure: (tools) => measureRestart(tools, ops),
      },
    ];
  },
};

/** The state is not stored while the load runs, so that all of it is there to replay. */
const NEVER_STORED = { HOLDFAST_FLUSH_ROWS: '1000000000', HOLDFAST_FLUSH_SECONDS: '86400' };

async function measureRestart(tools: CaseTools, ops: number): Promise<CaseResult> {
  const job: BulkLikesJob = {
    kind: 'bulk-likes',
    connections: CONNECTIONS,
    sessions: ops / LIKES_PER_SESSION,
    likesPerSession: LIKES_PER_SESSION,
    videos: VIDEOS,
  };
  const instance = await tools.launchHoldfast(NEVER_STORED);
  const load = tools.openLoad();
  try {
    await load.run(instance.target, job);
    await instance.kill();
    tools.say('killed, starting again');
    const readyMs = await instance.startAgain();
    const verified = await tools.verify(load, instance, ['likes']);
    return { kind: 'measured', metrics: { ...verified, readyMs } };
  } finally {
    load.close();
    await instance.stop();
  }
}
