import { expect, test } from 'vitest';
import { failureText } from './failure-text.ts';
import { Marks } from './marks.ts';
import { runSeed } from './run-seed.ts';

const SEEDS = 300;
/** Some twenty seconds on two slow cores; only a hung run ends this way. */
const HUNG_MS = 300_000;

test(
  `${SEEDS} seeds keep every promise, and come across every fault and every state`,
  async () => {
    const marks = new Marks();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const outcome = await runSeed(seed);
      if (outcome.violations.length > 0) expect.fail(failureText(outcome));
      marks.add(outcome.marks);
    }
    expect(marks.missing()).toEqual([]);
  },
  HUNG_MS,
);

test('a seed always gives the same run', async () => {
  const [first, again, other] = [await runSeed(7), await runSeed(7), await runSeed(8)];
  expect(again.digest).toBe(first.digest);
  expect(other.digest).not.toBe(first.digest);
});
