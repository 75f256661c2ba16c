import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { START_MS } from '../testing/batches.ts';
import { TestClocks } from '../testing/engine-rig.ts';
import { openSteadyClock } from './clock.ts';

const DAY_MS = 86_400_000;

describe('the steady clock', () => {
  test('goes with the wall while the two agree', () => {
    const clocks = new TestClocks();
    const clock = openSteadyClock(clocks, 0);
    expect(clock.nowMs()).toBe(START_MS);
    clocks.pass(1_234);
    expect(clock.nowMs()).toBe(START_MS + 1_234);
    expect(clock.wallOffsetMs()).toBe(0);
  });

  test('C12: does not follow a wall that is set back, and says how far away that is', () => {
    const clocks = new TestClocks();
    const clock = openSteadyClock(clocks, 0);
    clocks.wallMs -= DAY_MS;
    for (let minute = 0; minute < 10; minute += 1) {
      clocks.pass(60_000);
      expect(clock.nowMs()).toBe(START_MS + (minute + 1) * 60_000);
    }
    expect(clock.wallOffsetMs()).toBe(-DAY_MS);
  });

  test('believes a wall that is ahead only after a minute, as after a sleep', () => {
    const clocks = new TestClocks();
    const clock = openSteadyClock(clocks, 0);
    clocks.wallMs += DAY_MS;
    expect(clock.nowMs()).toBe(START_MS);
    clocks.pass(59_999);
    expect(clock.nowMs()).toBe(START_MS + 59_999);
    clocks.pass(1);
    expect(clock.nowMs()).toBe(START_MS + DAY_MS + 60_000);
    expect(clock.wallOffsetMs()).toBe(0);
  });

  test('forgets that the wall was ahead when it comes back in time', () => {
    const clocks = new TestClocks();
    const clock = openSteadyClock(clocks, 0);
    clocks.wallMs += DAY_MS;
    clock.nowMs();
    clocks.pass(30_000);
    clocks.wallMs -= DAY_MS;
    clock.nowMs();
    clocks.wallMs += DAY_MS;
    clock.nowMs();
    clocks.pass(59_999);
    expect(clock.nowMs()).toBe(START_MS + 89_999);
  });

  test('small differences are not worth a jump', () => {
    const clocks = new TestClocks();
    const clock = openSteadyClock(clocks, 0);
    clocks.wallMs += 1_999;
    clock.nowMs();
    clocks.pass(600_000);
    expect(clock.nowMs()).toBe(START_MS + 600_000);
  });

  test('C5: begins no earlier than the journal’s last batch', () => {
    const clock = openSteadyClock(new TestClocks(), START_MS + DAY_MS);
    expect(clock.nowMs()).toBe(START_MS + DAY_MS);
  });

  test('never goes back, whatever the wall does', () => {
    const step = fc.record({
      passMs: fc.nat(90_000),
      jumpMs: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        fc.integer({ min: -DAY_MS, max: DAY_MS }),
      ),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clocks = new TestClocks();
        const clock = openSteadyClock(clocks, 0);
        let before = clock.nowMs();
        for (const { passMs, jumpMs } of steps) {
          clocks.pass(passMs);
          // The monotonic clock has parts of milliseconds, which must not show.
          clocks.monotonic += 0.25;
          clocks.wallMs += jumpMs;
          const now = clock.nowMs();
          expect(now).toBeGreaterThanOrEqual(before);
          expect(Number.isInteger(now)).toBe(true);
          before = now;
        }
      }),
    );
  });
});
