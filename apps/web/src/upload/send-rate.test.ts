import { expect, it } from 'vitest';
import { addSample, timeLeftMs } from './send-rate.ts';
import type { Samples } from './send-rate.ts';

const samplesOf = (...points: readonly (readonly [number, number])[]): Samples =>
  points.reduce<Samples>((samples, [atMs, bytes]) => addSample(samples, atMs, bytes), []);

it('UF8: the time left follows from the bytes of the last seconds', () => {
  const samples = samplesOf([0, 0], [1_000, 100], [2_000, 200]);
  expect(timeLeftMs(samples, 2_000, 1_000)).toBe(8_000);
  expect(timeLeftMs(samples, 3_000, 1_000)).toBe(7_000);
});

it('UF8: what came before the last seconds is forgotten', () => {
  const samples = samplesOf([0, 0], [1_000, 1_000_000], [20_000, 1_000_100], [22_000, 1_000_300]);
  expect(timeLeftMs(samples, 22_000, 1_000_500)).toBe(2_000);
});

it('UF8: nothing is said before there is something to go by, or when nothing moves', () => {
  expect(timeLeftMs([], 0, 10)).toBe(null);
  expect(timeLeftMs(samplesOf([0, 0], [500, 100]), 500, 1_000)).toBe(null);
  expect(timeLeftMs(samplesOf([0, 100], [4_000, 100]), 4_000, 1_000)).toBe(null);
  expect(timeLeftMs(samplesOf([0, 0], [2_000, 100]), 60_000, 1_000)).toBe(null);
});

it('UF8: when the server has less than was thought, the counting begins anew', () => {
  expect(timeLeftMs(samplesOf([0, 0], [2_000, 800], [3_000, 400]), 3_000, 1_000)).toBe(null);
});
