// What a video may be, stated before it is chosen and judged before a byte is sent (UF1). The server
// judges again by the same limits: this only spares people the wait.

import type { Need, Probe } from './upload-machine.ts';

export const DURATION_MS_MAX = 5 * 60_000;
export const UPLOAD_BYTES_MAX = 200 * 1024 * 1024;

/** A tenth is left for the container and for an encoder that overshoots. */
const PAYLOAD_PART = 0.9;
const AUDIO_BITS_PER_SECOND = 128_000;
const VIDEO_BITS_PER_SECOND_MAX = 6_000_000;
const VIDEO_BITS_PER_SECOND_MIN = 400_000;

const TAKEN: Readonly<
  Record<string, Readonly<{ video: readonly string[]; audio: readonly string[] }>>
> = {
  mp4: { video: ['avc', 'vp9', 'av1'], audio: ['aac', 'opus'] },
  webm: { video: ['vp9', 'av1'], audio: ['opus'] },
};

/** Why a probed file cannot be sent as it is; empty when it can. */
export function needsOf(probe: Probe, bytes: number): readonly Need[] {
  const taken = TAKEN[probe.container];
  const isTaken =
    taken !== undefined &&
    taken.video.includes(probe.videoCodec) &&
    (probe.audioCodec === null || taken.audio.includes(probe.audioCodec));
  return [
    ...(isTaken ? [] : (['codec'] as const)),
    ...(probe.durationMs > DURATION_MS_MAX ? (['too-long'] as const) : []),
    ...(bytes > UPLOAD_BYTES_MAX ? (['too-large'] as const) : []),
  ];
}

/** Bits a second for the picture, so that the whole stays within the limit of bytes. */
export function videoBitsPerSecond(durationMs: number): number {
  const bitsMax = UPLOAD_BYTES_MAX * 8 * PAYLOAD_PART;
  const fits = bitsMax / (durationMs / 1_000) - AUDIO_BITS_PER_SECOND;
  return Math.round(Math.min(VIDEO_BITS_PER_SECOND_MAX, Math.max(VIDEO_BITS_PER_SECOND_MIN, fits)));
}
