import { expect, test } from 'vitest';
import { TAU } from './curves.ts';
import { loudnessLufs, master } from './loudness.ts';
import { createTrack, SAMPLE_RATE, type Track } from './synth.ts';

function tone(hertz: number, peak: number): Track {
  const track = createTrack(2);
  const values = track.left.map((_, i) => peak * Math.sin((TAU * hertz * i) / SAMPLE_RATE));
  track.left.set(values);
  return track;
}

test('a full-scale tone of 997 Hz on one side measures -3.01 LUFS, as the standard defines', () => {
  expect(loudnessLufs(tone(997, 1))).toBeCloseTo(-3.01, 1);
});

test('a deep tone counts for less than a high one of the same size', () => {
  expect(loudnessLufs(tone(30, 0.5))).toBeLessThan(loudnessLufs(tone(3000, 0.5)) - 6);
});

test('a mastered track starts and ends in silence and stays below -6 dBFS', () => {
  const track = tone(60, 0.001);
  track.left[40_000] = 30;
  master(track);
  expect(Math.abs(track.left[0] ?? 1) + Math.abs(track.left.at(-1) ?? 1)).toBe(0);
  expect(Math.max(...track.left)).toBeLessThan(10 ** (-5.99 / 20));
});

test('tracks of different size are equally loud when mastered', () => {
  const [quiet, loud] = [tone(440, 0.01), tone(440, 0.9)];
  master(quiet);
  master(loud);
  expect(loudnessLufs(quiet)).toBeCloseTo(loudnessLufs(loud), 3);
});
