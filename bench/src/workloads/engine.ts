// The engine alone, in this process, without HTTP: likes in batches of 10,000 onto a state that
// already holds a million and 25 million of them.
//
// `measureEngine` is the boundary. It is to open a cell's journal and state on disk under the
// scratch folder, fill the state to `likeRows`, measure durable likes in batches of `BATCH_OPS`
// (append, fsync, apply), compare every count with an oracle, and return the rate. Until then it
// measures nothing and says so.

import {
  HOLDFAST_ONLY,
  type BenchCase,
  type CaseResult,
  type Scale,
  type Workload,
} from './workload.ts';

const LIKE_ROWS = [1_000_000, 25_000_000] as const;
const LIKE_ROWS_QUICK = [100_000] as const;
const BATCH_OPS = 10_000;
const RUNS_MAX = 1;
const ESTIMATE_SECONDS = 1;

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
        measure: () => measureEngine(likeRows, scale),
      };
    }),
};

// TODO(#2): wire the engine in here.
function measureEngine(likeRows: number, scale: Scale): Promise<CaseResult> {
  const asked = `${BATCH_OPS} likes a batch, ${likeRows} rows held, ${scale.seconds} s`;
  const why = `the engine is not wired in yet (${asked})`;
  return Promise.resolve({ kind: 'not-measured', why });
}
