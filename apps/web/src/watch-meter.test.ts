import { describe, expect, test } from 'vitest';
import { WatchMeter } from './watch-meter.ts';

const DURATION_MS = 6_000;
const STEP_MS = 250;

/** Plays on for `forMs` from `fromMs`, over the end if need be; true when it ran over the end. */
function play(meter: WatchMeter, fromMs: number, forMs: number): boolean {
  let wrapped = false;
  for (let playedMs = STEP_MS; playedMs <= forMs; playedMs += STEP_MS) {
    wrapped = meter.advance((fromMs + playedMs) % DURATION_MS) || wrapped;
  }
  return wrapped;
}

describe('watch time', () => {
  test('W1: is the media time that played', () => {
    const meter = new WatchMeter(DURATION_MS, 0);
    play(meter, 0, 3_000);
    expect(meter.take()).toBe(3_000);
  });

  test('W1: goes on over the end, and says so', () => {
    const meter = new WatchMeter(DURATION_MS, 0);
    expect(play(meter, 0, 5_750)).toBe(false);
    expect(play(meter, 5_750, 1_750)).toBe(true);
    expect(meter.take()).toBe(7_500);
  });

  test('W1: a jump forwards or back is not watched', () => {
    const meter = new WatchMeter(DURATION_MS, 0);
    play(meter, 0, 1_000);
    meter.advance(4_000);
    meter.advance(1_500);
    expect(meter.take()).toBe(1_000);
  });

  test('a file a little longer than the catalog says still loops', () => {
    const meter = new WatchMeter(DURATION_MS, 5_900);
    meter.advance(6_040);
    expect(meter.advance(10)).toBe(true);
  });

  test('W2: a glance is no view', () => {
    const meter = new WatchMeter(DURATION_MS, 0);
    play(meter, 0, 250);
    expect(meter.take()).toBeUndefined();
  });

  test('W3: hiding and showing the page again cannot make a second view', () => {
    const meter = new WatchMeter(DURATION_MS, 0);
    play(meter, 0, 3_000);
    expect(meter.take()).toBe(3_000);
    play(meter, 3_000, 2_500);
    expect(meter.take()).toBeUndefined();
  });

  test('W3: a whole play more is a replay, with all that was watched since', () => {
    const meter = new WatchMeter(DURATION_MS, 0);
    play(meter, 0, 3_000);
    meter.take();
    play(meter, 3_000, 6_500);
    expect(meter.take()).toBe(6_500);
  });
});
