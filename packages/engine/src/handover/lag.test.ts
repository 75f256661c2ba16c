import { describe, expect, test } from 'vitest';
import {
  BEATS_MAX,
  lagOf,
  OWNER_SILENT_MS_MAX,
  paceOf,
  shouldPromote,
  SILENT_MS_MAX,
} from './lag.ts';
import type { Beat, Lag } from './lag.ts';

/** Beats every 50 ms that came back with the given lags. */
const beats = (...lagsMs: number[]): Beat[] =>
  lagsMs.map((lagMs, index) => ({ sentMs: index * 50 - lagMs, heardMs: index * 50 }));

describe('lag', () => {
  test('H31: no heartbeat is unknown and not zero', () => {
    expect(lagOf([], 1_000)).toEqual({ kind: 'unknown', reason: 'no heartbeat has come back yet' });
  });

  test('H31: a heartbeat of long ago says nothing about now', () => {
    const [beat] = beats(30);
    expect(lagOf([beat as Beat], SILENT_MS_MAX).kind).toBe('known');
    expect(lagOf([beat as Beat], SILENT_MS_MAX + 1).kind).toBe('unknown');
  });

  test('H31: it grows while no newer beat comes back', () => {
    expect(lagOf(beats(30, 30), 50)).toMatchObject({ lagMs: 30 });
    expect(lagOf(beats(30, 30), 250)).toMatchObject({ lagMs: 230 });
  });

  test('H31: its trend is of many beats, and one odd beat is none', () => {
    expect(lagOf(beats(30, 30, 90, 110), 150)).toMatchObject({ trend: 'rising' });
    expect(lagOf(beats(110, 90, 30, 30), 150)).toMatchObject({ trend: 'falling' });
    expect(lagOf(beats(30, 35, 28, 40), 150)).toMatchObject({ trend: 'steady' });
    expect(lagOf(beats(30), 0)).toMatchObject({ trend: 'steady' });
    expect(lagOf(beats(30, 30, 30, 30, 200, 200, 30, 30), 350)).toMatchObject({ trend: 'steady' });
    expect(lagOf(beats(30, 30, 30, 30, 30, 30, 200, 200), 350)).toMatchObject({ trend: 'rising' });
    const longAgo = beats(900, ...new Array<number>(BEATS_MAX).fill(30));
    expect(lagOf(longAgo, BEATS_MAX * 50)).toMatchObject({ trend: 'steady' });
  });
});

describe('pace', () => {
  const rising: Lag = { kind: 'known', lagMs: 500, trend: 'rising' };
  const steady: Lag = { kind: 'known', lagMs: 50, trend: 'steady' };
  const silent: Lag = { kind: 'unknown', reason: 'test' };

  test.each([
    ['throttled', { lag: rising, isThrottled: true, taken: 0, left: 9 }],
    ['throttled', { lag: rising, isThrottled: true, taken: 5, left: 9 }],
    ['stalled', { lag: rising, isThrottled: false, taken: 0, left: 9 }],
    ['stalled', { lag: silent, isThrottled: false, taken: 0, left: 9 }],
    ['diverging', { lag: rising, isThrottled: false, taken: 5, left: 9 }],
    ['converging', { lag: steady, isThrottled: false, taken: 5, left: 9 }],
    ['unknown', { lag: silent, isThrottled: false, taken: 5, left: 9 }],
    ['idle', { lag: steady, isThrottled: false, taken: 0, left: 0 }],
  ])('H32: %s', (pace, reading) => {
    expect(paceOf(reading)).toBe(pace);
  });
});

describe('a standby', () => {
  const lost = {
    isStandby: true,
    silentMs: OWNER_SILENT_MS_MAX,
    registrarHearsOwner: 'no',
  } as const;

  test('H22: asks to be promoted when nobody hears the owner', () => {
    expect(shouldPromote(lost)).toBe(true);
  });

  test('H22: waits while somebody may', () => {
    expect(shouldPromote({ ...lost, silentMs: OWNER_SILENT_MS_MAX - 1 })).toBe(false);
    expect(shouldPromote({ ...lost, registrarHearsOwner: 'yes' })).toBe(false);
    expect(shouldPromote({ ...lost, registrarHearsOwner: 'unknown' })).toBe(false);
    expect(shouldPromote({ ...lost, isStandby: false })).toBe(false);
  });
});
