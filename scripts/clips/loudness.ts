// How loud a track sounds, measured as broadcasters do (ITU-R BS.1770, without gating), and the
// last step of every soundtrack: the same loudness for all, no peak too high, soft edges.

import { clamp01 } from './curves.ts';
import { SAMPLE_RATE, type Track } from './synth.ts';

type Biquad = Readonly<{ b0: number; b1: number; b2: number; a1: number; a2: number }>;

/** The head's lift of the treble: +4 dB from about 1.7 kHz upwards. */
function headShelf(): Biquad {
  const k = Math.tan((Math.PI * 1681.974) / SAMPLE_RATE);
  const kq = k / 0.7071752;
  const high = 10 ** (3.999844 / 20);
  const band = high ** 0.4996668;
  const norm = 1 + kq + k * k;
  return {
    b0: (high + band * kq + k * k) / norm,
    b1: (2 * (k * k - high)) / norm,
    b2: (high - band * kq + k * k) / norm,
    a1: (2 * (k * k - 1)) / norm,
    a2: (1 - kq + k * k) / norm,
  };
}

/** What the ear leaves out: the deep below about 40 Hz. */
function deepCut(): Biquad {
  const k = Math.tan((Math.PI * 38.13547) / SAMPLE_RATE);
  const kq = k / 0.500327;
  const norm = 1 + kq + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / norm, a2: (1 - kq + k * k) / norm };
}

function filtered(values: Float32Array, { b0, b1, b2, a1, a2 }: Biquad): Float32Array {
  let x1 = 0;
  let x2 = 0;
  let y1 = 0;
  let y2 = 0;
  return values.map((x) => {
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    return y;
  });
}

/** The loudness of the whole track in LUFS; very low for silence. */
export function loudnessLufs(track: Track): number {
  let energy = 1e-12;
  for (const channel of [track.left, track.right]) {
    const heard = filtered(filtered(channel, headShelf()), deepCut());
    energy += heard.reduce((sum, value) => sum + value * value, 0) / heard.length;
  }
  return 10 * Math.log10(energy) - 0.691;
}

const LOUDNESS_TARGET_LUFS = -18.5;
const PEAK_MAX = 10 ** (-6 / 20);
const EDGE_FADE_SEC = 0.05;

/** Brings a track to the common loudness, keeps peaks below -6 dBFS, and fades both edges. */
export function master(track: Track): void {
  const gain = 10 ** ((LOUDNESS_TARGET_LUFS - loudnessLufs(track)) / 20);
  for (const channel of [track.left, track.right]) {
    for (let i = 0; i < channel.length; i += 1) {
      const edgeSec = Math.min(i, channel.length - 1 - i) / SAMPLE_RATE;
      channel[i] = soften((channel[i] ?? 0) * gain) * clamp01(edgeSec / EDGE_FADE_SEC);
    }
  }
}

/** Leaves quiet values alone and bends loud ones towards the peak that is allowed. */
function soften(value: number): number {
  const knee = PEAK_MAX * 0.6;
  const room = PEAK_MAX - knee;
  const size = Math.abs(value);
  if (size <= knee) return value;
  return Math.sign(value) * (knee + room * Math.tanh((size - knee) / room));
}
