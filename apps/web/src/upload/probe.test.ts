import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { probeFile } from './probe.ts';

const CLIPS = new URL('../../../../packages/server/assets/clips/', import.meta.url);
const clip = readFileSync(new URL('ocean.mp4', CLIPS));

it('UF1: a clip is told by its container, codecs, length and size', async () => {
  expect(await probeFile(new Blob([clip]))).toEqual({
    kind: 'probed',
    probe: {
      container: 'mp4',
      videoCodec: 'avc',
      audioCodec: 'aac',
      durationMs: 8_000,
      width: 720,
      height: 1280,
    },
  });
});

it.each<[string, Blob, string]>([
  ['nothing', new Blob([]), 'empty'],
  [
    'a text named as a video',
    new Blob(['Dear diary, this is no video.\n'.repeat(99)]),
    'not-a-video',
  ],
  ['half a video', new Blob([clip.subarray(0, clip.length / 2)]), 'truncated'],
  ['the first bytes of a video', new Blob([clip.subarray(0, 600)]), 'truncated'],
  ['a picture', new Blob([readFileSync(new URL('ocean.jpg', CLIPS))]), 'not-a-video'],
])('UF6: %s is refused before a byte of it is sent', async (_name, file, code) => {
  expect(await probeFile(file)).toEqual({ kind: 'refused', problem: { code, detail: null } });
});
