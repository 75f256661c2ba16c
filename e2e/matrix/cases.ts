// Runs cases of a matrix as tests, each a hand-over with one fault in it.

import process from 'node:process';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { handOverWith } from './attempt.ts';
import type { Fault } from './attempt.ts';
import { MOMENTS } from './moments.ts';
import type { Moment, MomentName } from './moments.ts';
import { matrixStage } from './stage.ts';

export type Case = Readonly<{ name: string; moment: Moment; fault: Fault }>;

/** Only ends a test that hangs: on a busy machine gates take their time to be green. */
const TEST_MS_MAX = 600_000;

export function momentNamed(name: MomentName): Moment {
  return { name, reach: MOMENTS[name] };
}

/** The same fault at each of the moments. */
export function casesAt(names: readonly MomentName[], what: string, fault: Fault): readonly Case[] {
  return names.map((name) => ({ name: `${what}: ${name}`, moment: momentNamed(name), fault }));
}

export function runCases(cases: readonly Case[]): void {
  const stage = matrixStage();
  afterEach(stage.judge);
  afterAll(stage.close);
  describe('HF1, HF2, HF3, HF4, HF5, HF6: after one fault in a hand-over all is right', () => {
    // One by one, for `it.each` cuts long names short.
    for (const { name, moment, fault } of cases) {
      it(
        `P1, P2, P7: ${name}`,
        async () => expect(await faultsAfter(stage, name, moment, fault)).toEqual([]),
        TEST_MS_MAX,
      );
    }
  });
}

/** What went wrong for the audience. */
async function faultsAfter(
  stage: ReturnType<typeof matrixStage>,
  name: string,
  moment: Moment,
  fault: Fault,
): Promise<readonly unknown[]> {
  const { rig, audience } = await stage.open();
  const ended = await handOverWith(rig, audience, moment, fault);
  // For the table in the runbook.
  if (process.env['HOLDFAST_MATRIX_LOG'] === '1') {
    process.stderr.write(`${name}: ${JSON.stringify(ended)}\n`);
  }
  return audience.load.faults;
}
