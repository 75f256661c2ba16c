import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ModelRun } from '../testing/model-run.ts';
import { script } from '../testing/model-steps.ts';

const OPS_MIN = 3_000_000;
const HOUR_MS = 3_600_000;

test(
  'C1-C23, V1-V8: millions of ops end as sets and dictionaries say',
  { timeout: HOUR_MS },
  () => {
    let opsApplied = 0;
    while (opsApplied < OPS_MIN) {
      fc.assert(
        fc.property(script, (steps) => {
          const run = new ModelRun();
          for (const step of steps) if (run.step(step)) run.check();
          run.cut();
          run.check();
          opsApplied += run.opsApplied;
        }),
        { numRuns: 1_000 },
      );
    }
    expect(opsApplied).toBeGreaterThanOrEqual(OPS_MIN);
  },
);
