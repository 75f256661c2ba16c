import { expect, test } from 'vitest';
import { BUGS, hooksOf } from './bugs.ts';
import { runSeed } from './run-seed.ts';

const SEEDS_MAX = 150;
const HUNG_MS = 120_000;

test.each(BUGS)('is found: $name', { timeout: HUNG_MS }, async (bug) => {
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const [first] = (await runSeed(seed, hooksOf(bug))).violations;
    if (first === undefined) continue;
    expect(bug.breaks, `seed ${seed}: ${first.detail}`).toContain(first.checker);
    return;
  }
  expect.fail(`no seed up to ${SEEDS_MAX} found it`);
});
