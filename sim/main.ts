// `npm run sim -- --seeds N [--from M]` runs many seeds; `npm run sim -- --seed N` replays one.

import process from 'node:process';
import { parseArgs } from 'node:util';
import { Marks } from './marks.ts';
import { runSeed } from './run-seed.ts';
import { failureText } from './failure-text.ts';

const SEEDS_DEFAULT = 300;
/** Fewer seeds need not come across everything. */
const SEEDS_FOR_MARKS = 300;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

let seedNow = 0;
process.once('unhandledRejection', (error) => {
  console.error(`Seed ${seedNow} ended in an error that nobody handles.`, error);
  console.error(`Replay it with: npm run sim -- --seed ${seedNow}`);
  process.exit(1);
});
process.exitCode = await run(
  values.seed === undefined ? Number(values.from ?? 1) : Number(values.seed),
  values.seed === undefined ? Number(values.seeds ?? SEEDS_DEFAULT) : 1,
);

async function run(from: number, seeds: number): Promise<number> {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(seeds) || seeds < 1) {
    console.error('Seeds are whole numbers: npm run sim -- --seeds 300 --from 1, or --seed 7.');
    return 2;
  }
  const marks = new Marks();
  const startedMs = performance.now();
  let failed = 0;
  let ops = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    seedNow = seed;
    const outcome = await runSeed(seed);
    marks.add(outcome.marks);
    ops += outcome.ops;
    if (outcome.violations.length > 0) {
      failed += 1;
      console.error(failureText(outcome));
    }
    if (seeds === 1)
      console.log(`${outcome.digest}\n${outcome.virtualMs} ms, ${outcome.acts} acts`);
    tell(seed - from + 1, seeds, startedMs);
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
  const tookS = ((performance.now() - startedMs) / 1_000).toFixed(1);
  const missing = seeds >= SEEDS_FOR_MARKS ? marks.missing() : [];
  if (values.verbose) for (const [mark, times] of marks.hits) console.log(mark, times);
  if (missing.length > 0) console.error(`Never came about: ${missing.join(', ')}`);
  console.log(`${seeds - failed} of ${seeds} seeds held, ${ops} ops, ${tookS} s`);
  return failed > 0 || missing.length > 0 ? 1 : 0;
}

function tell(done: number, seeds: number, startedMs: number): void {
  if (!process.stderr.isTTY) return;
  const leftS = (((performance.now() - startedMs) / done) * (seeds - done)) / 1_000;
  process.stderr.write(`\r${done} of ${seeds} seeds, ${Math.ceil(leftS)} s left \x1b[K`);
}
