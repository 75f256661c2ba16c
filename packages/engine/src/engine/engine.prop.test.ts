import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlainState } from '../testing/batches.ts';
import { openRig, slowJournal, slowStore, TestStore } from '../testing/engine-rig.ts';
import type { AppendFate } from '../testing/engine-rig.ts';
import { EngineRun } from '../testing/engine-run.ts';
import { anyStep, script } from '../testing/model-steps.ts';
import { ENGINE_LIMITS } from './engine-options.ts';

/** Every batch or every few begin a flush, so that rows leave memory all the time. */
const restless = (flushRowsMin: number): { limits: typeof ENGINE_LIMITS } => ({
  limits: { ...ENGINE_LIMITS, flushRowsMin, flushAgeMsMax: 1 },
});
const rowsMin = fc.constantFrom(1, 5, 30);

describe('P1, P2, C1-C23: the engine says what sets and dictionaries say', () => {
  test('however little it keeps in memory', async () => {
    let ops = 0;
    await fc.assert(
      fc.asyncProperty(script, rowsMin, async (steps, flushRowsMin) => {
        const run = await EngineRun.open({ options: restless(flushRowsMin) });
        for (const step of steps) await run.step(step);
        await run.check();
        ops += run.engine.meta.opsAccepted;
        await run.engine.close();
      }),
      { numRuns: 60 },
    );
    expect(ops).toBeGreaterThan(10_000);
  });

  test('also when every port takes its time', async () => {
    let ops = 0;
    await fc.assert(
      fc.asyncProperty(script, rowsMin, async (steps, flushRowsMin) => {
        const options = restless(flushRowsMin);
        const run = await EngineRun.open({ options, journal: slowJournal, store: slowStore });
        for (const step of steps) await run.step(step);
        await run.check();
        ops += run.engine.meta.opsAccepted;
        await run.engine.close();
      }),
      { numRuns: 40 },
    );
    expect(ops).toBeGreaterThan(5_000);
  });

  test('while the journal fails again and again, before and after it wrote', async () => {
    const fate = fc.constantFrom<AppendFate[]>('fine', 'fine', 'lost', 'kept', 'full');
    let ops = 0;
    await fc.assert(
      fc.asyncProperty(
        script,
        fc.array(fate, { maxLength: 200, size: 'max' }),
        async (steps, fates) => {
          const run = await EngineRun.open({ options: restless(5) });
          run.journal.fates = fates;
          for (const step of steps) await run.step(step);
          await run.check();
          expect(run.journal.appended).toBe(run.engine.meta.seq);
          ops += run.engine.meta.opsAccepted;
          await run.engine.close();
        },
      ),
      { numRuns: 40 },
    );
    expect(ops).toBeGreaterThan(5_000);
  });

  test('across crashes that leave the state at any earlier flush', async () => {
    const stretch = fc.tuple(
      fc.array(anyStep, { minLength: 20, maxLength: 80, size: 'max' }),
      fc.nat(20),
    );
    let ops = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(stretch, { maxLength: 12, size: 'max' }), async (stretches) => {
        const run = await EngineRun.open({ options: restless(5) });
        for (const [steps, back] of stretches) {
          for (const step of steps) await run.step(step);
          const { flushes } = run.store;
          await run.reopen(flushes.slice(0, Math.max(0, flushes.length - back)));
        }
        await run.check();
        ops += run.engine.meta.opsAccepted;
        await run.engine.close();
      }),
      { numRuns: 40 },
    );
    expect(ops).toBeGreaterThan(5_000);
  });
});

/** All rows and the cell's own, in a form that compares. */
function plain(rows: PlainState, meta: unknown): unknown {
  const { sessions, persons, videos, likes, uniques, minutes, details, corrections } = rows;
  return { meta, sessions, persons, videos, likes, uniques, minutes, details, corrections };
}

test('C5, C23, C24: opened on any earlier flush, the engine comes to the same rows', async () => {
  let openings = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { minLength: 20, maxLength: 200, size: 'max' }),
      async (steps) => {
        const run = await EngineRun.open({ options: restless(20) });
        for (const step of steps) await run.step(step);
        await run.check();
        const wanted = plain(run.store.rows, run.engine.meta);
        for (let kept = 0; kept <= run.store.flushes.length; kept += 1) {
          const store = await TestStore.after(run.store.flushes.slice(0, kept));
          const { clocks, journal } = run;
          const { engine } = await openRig({ clocks, journal: journal.port, store: store.port });
          await engine.close();
          expect(plain(store.rows, engine.meta), `opened on flush ${kept}`).toEqual(wanted);
          openings += 1;
        }
        await run.engine.close();
      },
    ),
    { numRuns: 25 },
  );
  expect(openings).toBeGreaterThan(100);
});
