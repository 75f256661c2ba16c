import { expect, it } from 'vitest';
import { DURATION_MS_MAX, needsOf, UPLOAD_BYTES_MAX, videoBitsPerSecond } from './media-limits.ts';
import type { Probe } from './upload-machine.ts';

const TAKEN: Probe = {
  container: 'mp4',
  videoCodec: 'avc',
  audioCodec: 'aac',
  durationMs: DURATION_MS_MAX,
  width: 720,
  height: 1280,
};

it.each<[string, Partial<Probe>, number, readonly string[]]>([
  ['H.264 and AAC in MP4, at the limits', {}, UPLOAD_BYTES_MAX, []],
  ['a silent one', { audioCodec: null }, 1, []],
  ['VP9 and Opus in WebM', { container: 'webm', videoCodec: 'vp9', audioCodec: 'opus' }, 1, []],
  ['AV1 in MP4', { videoCodec: 'av1' }, 1, []],
  ['VP8', { container: 'webm', videoCodec: 'vp8', audioCodec: 'opus' }, 1, ['codec']],
  ['HEVC', { videoCodec: 'hevc' }, 1, ['codec']],
  ['H.264 in QuickTime', { container: 'mov' }, 1, ['codec']],
  ['a sound that is not taken', { audioCodec: 'mp3' }, 1, ['codec']],
  ['a millisecond too long', { durationMs: DURATION_MS_MAX + 1 }, 1, ['too-long']],
  ['a byte too large', {}, UPLOAD_BYTES_MAX + 1, ['too-large']],
])('UF1: %s', (_name, change, bytes, needs) => {
  expect(needsOf({ ...TAKEN, ...change }, bytes)).toEqual(needs);
});

it('UF2: what the browser encodes stays within the limit of bytes, however long it is', () => {
  for (const durationMs of [1_000, 60_000, DURATION_MS_MAX]) {
    const bits = (videoBitsPerSecond(durationMs) + 128_000) * (durationMs / 1_000);
    expect(bits / 8).toBeLessThan(UPLOAD_BYTES_MAX);
  }
});
