// A hundred times kill -9; run with HOLDFAST_SLOW=1.

import process from 'node:process';
import { expect, it } from 'vitest';
import { killUnderLoad } from './harness/kills.ts';
import { seedOf } from './harness/random.ts';

const TEST_MS_MAX = 3_600_000;

it(
  'is right after 100 kills at random moments under load',
  async () => {
    const seed = seedOf(process.env);
    const report = await killUnderLoad({ seed, kills: 100, liveMsMax: 2_500 });
    expect(report.differences, `HOLDFAST_SEED=${seed}`).toEqual([]);
    expect(report.fsck, `HOLDFAST_SEED=${seed}`).toMatchObject({ code: 0 });
    expect(report.fsck.out).toContain('0 differences');
  },
  TEST_MS_MAX,
);
