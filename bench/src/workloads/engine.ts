// The engine alone, without HTTP, in a process of its own: likes in batches of 10,000 onto a state
// that already holds a million and 25 million of them.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { EngineAnswer, EngineJob } from '../engine-alone/job.ts';
import { HOLDFAST_ONLY, type BenchCase, type CaseResult, type Workload } from './workload.ts';

type Size = Readonly<{ likeRows: number; sessionOps: number }>;

/** Ten likes of a person come together, as when an outbox is sent; and, harder, one at a time. */
const SIZES: readonly Size[] = [
  { likeRows: 1_000_000, sessionOps: 10 },
  { likeRows: 25_000_000, sessionOps: 10 },
  { likeRows: 1_000_000, sessionOps: 1 },
];
const SIZES_QUICK: readonly Size[] = [{ likeRows: 100_000, sessionOps: 10 }];
const BATCH_OPS = 10_000;
const RUNS_MAX = 1;
const ESTIMATE_SECONDS = 240;
/** Young objects of a batch die together; a cell's thread has such a setting too. */
const NODE_FLAGS = ['--max-semi-space-size=32'];

export const engine: Workload = {
  name: 'engine',
  cases: (scale) =>
    (scale.quick ? SIZES_QUICK : SIZES).map(({ likeRows, sessionOps }): BenchCase => {
      const held = likeRows >= 1_000_000 ? `${likeRows / 1_000_000}m` : `${likeRows / 1000}k`;
      const each = sessionOps === 1 ? ', one a session' : '';
      return {
        id: sessionOps === 1 ? `engine-${held}-single` : `engine-${held}`,
        title: `engine alone, likes in batches${each}, ${likeRows.toLocaleString('en-US')} rows held`,
        contenders: HOLDFAST_ONLY,
        headline: { metric: 'opsPerSecond', unit: 'ops/s', better: 'higher' },
        runsMax: RUNS_MAX,
        estimateSeconds: ESTIMATE_SECONDS,
        measure: async (tools) => {
          const { scratchFolder } = tools;
          return measureEngine(scratchFolder, { likeRows, sessionOps, seconds: scale.seconds });
        },
      };
    }),
};

async function measureEngine(
  scratchFolder: string,
  asked: Size & Readonly<{ seconds: number }>,
): Promise<CaseResult> {
  const folder = await mkdtemp(join(scratchFolder, 'engine-'));
  const main = fileURLToPath(new URL('../engine-alone/main.ts', import.meta.url));
  const job: EngineJob = { folder, batchOps: BATCH_OPS, ...asked };
  try {
    const args = [...NODE_FLAGS, main, JSON.stringify(job)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { kind, ...metrics } = JSON.parse(stdout) as EngineAnswer;
    return { kind, metrics };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
