// kill -9 at random moments under load: nothing acknowledged is lost, nothing counts twice.

import process from 'node:process';
import { expect, it } from 'vitest';
import { killUnderLoad } from './harness/kills.ts';
import { seedOf } from './harness/random.ts';

const TEST_MS_MAX = 300_000;

it(
  'is right after 6 kills at random moments under load',
  async () => {
    const seed = seedOf(process.env);
    const report = await killUnderLoad({ seed, kills: 6, liveMsMax: 1_000 });
    expect(report.differences, `HOLDFAST_SEED=${seed}`).toEqual([]);
    expect(report.fsck, `HOLDFAST_SEED=${seed}`).toMatchObject({ code: 0 });
    expect(report.fsck.out).toContain('0 differences');
    expect(report.acknowledged).toBeGreaterThan(0);
  },
  TEST_MS_MAX,
);
