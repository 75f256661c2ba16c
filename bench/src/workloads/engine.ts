// The engine alone, without HTTP, in a process of its own: likes in batches of 10,000 onto a state
// that already holds a million and 25 million of them.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { EngineAnswer, EngineJob } from '../engine-alone/job.ts';
import { HOLDFAST_ONLY, type BenchCase, type CaseResult, type Workload } from './workload.ts';

const LIKE_ROWS = [1_000_000, 25_000_000] as const;
const LIKE_ROWS_QUICK = [100_000] as const;
const BATCH_OPS = 10_000;
const RUNS_MAX = 1;
const ESTIMATE_SECONDS = 240;
/** Young objects of a batch die together; a cell's thread has the same setting. */
const NODE_FLAGS = ['--max-semi-space-size=64'];

export const engine: Workload = {
  name: 'engine',
  cases: (scale) =>
    (scale.quick ? LIKE_ROWS_QUICK : LIKE_ROWS).map((likeRows): BenchCase => {
      const held = likeRows >= 1_000_000 ? `${likeRows / 1_000_000}m` : `${likeRows / 1000}k`;
      return {
        id: `engine-${held}`,
        title: `engine alone, likes in batches, ${likeRows.toLocaleString('en-US')} rows held`,
        contenders: HOLDFAST_ONLY,
        headline: { metric: 'opsPerSecond', unit: 'ops/s', better: 'higher' },
        runsMax: RUNS_MAX,
        estimateSeconds: ESTIMATE_SECONDS,
        measure: async (tools) => measureEngine(tools.scratchFolder, likeRows, scale.seconds),
      };
    }),
};

async function measureEngine(
  scratchFolder: string,
  likeRows: number,
  seconds: number,
): Promise<CaseResult> {
  const folder = await mkdtemp(join(scratchFolder, 'engine-'));
  const main = fileURLToPath(new URL('../engine-alone/main.ts', import.meta.url));
  const job: EngineJob = { folder, likeRows, seconds, batchOps: BATCH_OPS };
  try {
    const args = [...NODE_FLAGS, main, JSON.stringify(job)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { kind, ...metrics } = JSON.parse(stdout) as EngineAnswer;
    return { kind, metrics };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
