import { describe, expect, test } from 'vitest';
import { AckTimes } from './ack-times.ts';
import { ACK_P99_FLOOR_MS, HOLD_MS_MAX, SeedPace, THROTTLED_MS } from './seed-pace.ts';

const CHUNK = 4_000_000;

/** Time that goes on only by waiting, and acknowledgements that take what the test says. */
function rig(bytesPerSecondMax?: number) {
  const world = { nowMs: 0, p99Ms: undefined as number | undefined, waits: 0, calmAtMs: Infinity };
  const pace = new SeedPace({
    bytesPerSecondMax,
    ackP99Ms: (nowMs) => (nowMs < world.calmAtMs ? world.p99Ms : 1),
    monotonicMs: () => world.nowMs,
    pause: async (pauseMs) => {
      world.nowMs += pauseMs;
      world.waits += 1;
    },
  });
  return { world, pace };
}

describe('a copy and the people whom its source serves', () => {
  test('H54: nothing is held back while acknowledgements are as quick as before', async () => {
    const { world, pace } = rig();
    world.p99Ms = 40;
    pace.begin();
    world.p99Ms = 79;
    await pace.hold(CHUNK);
    expect([world.nowMs, pace.reason()]).toEqual([0, undefined]);
  });

  test('H54: beyond twice what they took before, a chunk waits', async () => {
    const { world, pace } = rig();
    world.p99Ms = 40;
    pace.begin();
    world.p99Ms = 81;
    await pace.hold(CHUNK);
    expect(world.waits).toBeGreaterThan(0);
    expect(pace.reason()).toBe('acknowledgements take 81 ms (p99), and more than 80 ms wait');
  });

  test('H54: an owner that was quick before may become as slow as the floor', async () => {
    const { world, pace } = rig();
    world.p99Ms = 2;
    pace.begin();
    world.p99Ms = ACK_P99_FLOOR_MS;
    await pace.hold(CHUNK);
    expect(world.waits).toBe(0);
    world.p99Ms = ACK_P99_FLOOR_MS + 1;
    await pace.hold(CHUNK);
    expect(world.waits).toBeGreaterThan(0);
  });

  test('H54: an owner that stays slow is copied all the same, a chunk a second', async () => {
    const { world, pace } = rig();
    pace.begin();
    world.p99Ms = 10_000;
    await pace.hold(CHUNK);
    expect(world.nowMs).toBe(HOLD_MS_MAX);
    await pace.hold(CHUNK);
    expect(world.nowMs).toBe(2 * HOLD_MS_MAX);
  });

  test('H54: a chunk goes as soon as people are served quickly again', async () => {
    const { world, pace } = rig();
    pace.begin();
    world.p99Ms = 10_000;
    world.calmAtMs = 120;
    await pace.hold(CHUNK);
    expect(world.waits).toBe(3);
  });

  test('H54: an owner that nobody uses holds nothing back', async () => {
    const { world, pace } = rig();
    pace.begin();
    await pace.hold(CHUNK);
    expect(world.waits).toBe(0);
  });

  test('H55: chunks go no faster than the bandwidth, counted from the first', async () => {
    const { world, pace } = rig(1_000_000);
    pace.begin();
    for (let chunk = 0; chunk < 5; chunk += 1) await pace.hold(CHUNK);
    expect(world.nowMs).toBe(16_000);
    expect(pace.reason()).toBe('a copy may take 1 MB a second');
  });

  test('H55: what was not used is not saved up', async () => {
    const { world, pace } = rig(1_000_000);
    await pace.hold(CHUNK);
    world.nowMs += 60_000;
    await pace.hold(CHUNK);
    expect(world.waits).toBe(0);
    await pace.hold(CHUNK);
    expect(world.waits).toBe(1);
  });

  test('H56: held back is said between two chunks too, and no longer when it is over', async () => {
    const { world, pace } = rig(1_000_000);
    await pace.hold(CHUNK);
    await pace.hold(CHUNK);
    world.nowMs += THROTTLED_MS;
    expect(pace.reason()).toBe('a copy may take 1 MB a second');
    world.nowMs += 1;
    expect(pace.reason()).toBeUndefined();
  });
});

describe('the times of acknowledgements', () => {
  test('the slowest in a hundred of the last second count, and what is older does not', () => {
    const times = new AckTimes();
    for (let n = 0; n < 100; n += 1) times.note(0, 500);
    for (let n = 1; n <= 100; n += 1) times.note(1_001, n);
    expect(times.p99Ms(1_001)).toBe(99);
    expect(times.p99Ms(1_000)).toBe(500);
  });

  test('too few say nothing', () => {
    const times = new AckTimes();
    for (let n = 0; n < 19; n += 1) times.note(0, 500);
    expect(times.p99Ms(0)).toBeUndefined();
    times.note(0, 500);
    expect(times.p99Ms(0)).toBe(500);
  });

  test('of very many in one second the newest count', () => {
    const times = new AckTimes();
    for (let n = 0; n < 5_000; n += 1) times.note(0, 900);
    for (let n = 0; n < 4_096; n += 1) times.note(1, 3);
    expect(times.p99Ms(1)).toBe(3);
  });
});
