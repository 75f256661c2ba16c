import { describe, expect, test } from 'vitest';
import {
  CHARTER_ROUND_TRIP_MS_MAX,
  CLOCK_SPREAD_MS_MAX,
  GATE_NAMES,
  judgeGates,
  roomText,
  LAG_MS_MAX,
  verdictOf,
} from './gates.ts';
import type { GateName, Readings } from './gates.ts';

const GREEN: Readings = {
  lag: { kind: 'known', lagMs: 40, trend: 'steady' },
  compare: { compared: 1_000, different: 0 },
  charterRoundTripMs: 12,
  newestEpoch: 3,
  gateways: [
    { name: 'one', epoch: 3 },
    { name: 'two', epoch: 3 },
  ],
  disk: { freeBytes: 150, copyBytes: 100 },
  clockSpreadMs: -20,
};

const lightOf = (name: GateName, readings: Partial<Readings>): string | undefined =>
  judgeGates({ ...GREEN, ...readings }).find((gate) => gate.name === name)?.light;

test('H34: all green together is green', () => {
  expect(verdictOf(judgeGates(GREEN))).toEqual({ kind: 'green' });
});

describe('H34: red', () => {
  test.each<[GateName, Partial<Readings>]>([
    ['lag', { lag: { kind: 'known', lagMs: LAG_MS_MAX, trend: 'steady' } }],
    ['lag', { lag: { kind: 'known', lagMs: 40, trend: 'rising' } }],
    ['compare', { compare: { compared: 1_000, different: 1 } }],
    ['charter', { charterRoundTripMs: CHARTER_ROUND_TRIP_MS_MAX }],
    ['gateways', { gateways: [...GREEN.gateways, { name: 'three', epoch: 2 }] }],
    ['disk', { disk: { freeBytes: 149, copyBytes: 100 } }],
    ['clock', { clockSpreadMs: -CLOCK_SPREAD_MS_MAX }],
    ['clock', { clockSpreadMs: 86_400_000 }],
  ])('H34: the gate %s is red at %j', (name, readings) => {
    expect(lightOf(name, readings)).toBe('red');
    expect(verdictOf(judgeGates({ ...GREEN, ...readings })).kind).toBe('held');
  });
});

test('H40: a cell that no gateway has asked of late is held back by none', () => {
  const gate = judgeGates({ ...GREEN, gateways: [] }).find(({ name }) => name === 'gateways');
  expect(gate).toMatchObject({ light: 'green', reason: 'no gateway has asked in 10 s' });
});

describe('unknown', () => {
  test.each<[GateName, Partial<Readings>]>([
    ['lag', { lag: { kind: 'unknown', reason: 'no heartbeat' } }],
    ['compare', { compare: undefined }],
    ['compare', { compare: { compared: 0, different: 0 } }],
    ['charter', { charterRoundTripMs: undefined }],
    ['gateways', { gateways: [{ name: 'one', epoch: undefined }] }],
    ['disk', { disk: undefined }],
    ['clock', { clockSpreadMs: undefined }],
  ])('H33: the gate %s is unknown at %j, and so not green', (name, readings) => {
    expect(lightOf(name, readings)).toBe('unknown');
    expect(verdictOf(judgeGates({ ...GREEN, ...readings })).kind).toBe('held');
  });

  test('H33: every gate says why in words, and the verdict repeats those that hold it', () => {
    const gates = judgeGates({ ...GREEN, disk: undefined });
    expect(gates.map(({ name }) => name)).toEqual(GATE_NAMES);
    for (const { reason } of gates) expect(reason.length).toBeGreaterThan(10);
    expect(verdictOf(gates)).toEqual({
      kind: 'held',
      reasons: ['disk is unknown: the follower does not tell its free space'],
    });
  });
});

test('H33: says how much room there is in words for people', () => {
  expect(roomText(12_345_678_901, 234_567_890)).toBe('12,300 MB are free for a copy of 235 MB');
});
