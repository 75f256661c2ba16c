// A small synthesiser. Everything is written round a loop: what runs over the end goes on at the
// beginning, so a clip sounds the same at its seam as anywhere else.

import { smoothstep, TAU } from './curves.ts';
import { seededRandom } from './random.ts';

export const SAMPLE_RATE = 44_100;

export type Track = Readonly<{ durationSec: number; left: Float32Array; right: Float32Array }>;

export type Note = Readonly<{
  atSec: number;
  /** MIDI number; 69 is the A of 440 Hz. */
  pitch: number;
  gain: number;
  /** From -1, left, to 1, right. */
  pan?: number;
}>;

export function createTrack(durationSec: number): Track {
  const length = Math.round(durationSec * SAMPLE_RATE);
  return { durationSec, left: new Float32Array(length), right: new Float32Array(length) };
}

export function hertz(pitch: number): number {
  return 440 * 2 ** ((pitch - 69) / 12);
}

/** Adds `voice(seconds since the note began)` for `lengthSec`, round the seam. */
export function addVoice(
  track: Track,
  note: Pick<Note, 'atSec' | 'gain' | 'pan'>,
  lengthSec: number,
  voice: (sec: number) => number,
): void {
  const { left, right } = track;
  const angle = (((note.pan ?? 0) + 1) * Math.PI) / 4;
  const gainLeft = note.gain * Math.cos(angle);
  const gainRight = note.gain * Math.sin(angle);
  const count = Math.round(lengthSec * SAMPLE_RATE);
  let index = Math.round(note.atSec * SAMPLE_RATE) % left.length;
  for (let i = 0; i < count; i += 1) {
    const value = voice(i / SAMPLE_RATE);
    left[index] = (left[index] ?? 0) + value * gainLeft;
    right[index] = (right[index] ?? 0) + value * gainRight;
    index = index + 1 === left.length ? 0 : index + 1;
  }
}

/** A slow chord voice: a few detuned, softened saws that swell and go. `warmth` 0..1. */
export function pad(track: Track, note: Note, lengthSec: number, warmth = 0.5): void {
  const base = hertz(note.pitch);
  const partials = Math.min(9, Math.floor(5000 / base));
  const attackSec = Math.min(1.4, lengthSec * 0.4);
  for (const [detune, pan] of [
    [0.9975, -0.6],
    [1.0002, 0.1],
    [1.0028, 0.6],
  ] as const) {
    const phase = wrapPhase(note.pitch * 0.37 + detune * 91);
    addVoice(track, { ...note, pan, gain: note.gain / 3 }, lengthSec, (sec) => {
      let sum = 0;
      const angle = TAU * (base * detune * sec + phase);
      for (let k = 1; k <= partials; k += 1) sum += Math.sin(angle * k) / k ** (2.4 - warmth);
      const swell = smoothstep(0, attackSec, sec) * smoothstep(lengthSec, lengthSec * 0.55, sec);
      return sum * swell * (1 + 0.12 * Math.sin(TAU * 0.7 * sec + phase * 9));
    });
  }
}

function wrapPhase(value: number): number {
  return value - Math.floor(value);
}

/** A plucked string (Karplus-Strong). `brightness` 0..1, `ringSec` until it is nearly silent. */
export function pluck(track: Track, note: Note, brightness = 0.5, ringSec = 2): void {
  const period = SAMPLE_RATE / hertz(note.pitch);
  const size = Math.floor(period);
  const random = seededRandom(Math.round(note.pitch * 977 + note.atSec * 131));
  const string = new Float32Array(size);
  let soft = 0;
  for (let i = 0; i < size; i += 1) {
    soft += (random() * 2 - 1 - soft) * (0.25 + 0.7 * brightness);
    string[i] = soft;
  }
  const loss = 10 ** ((-3 * period) / SAMPLE_RATE / ringSec);
  const blendShare = 0.5 + 0.45 * brightness;
  let position = 0;
  addVoice(track, note, ringSec * 1.2, (sec) => {
    const next = position + 1 === size ? 0 : position + 1;
    const now = string[position] ?? 0;
    string[position] = loss * (now * blendShare + (string[next] ?? 0) * (1 - blendShare));
    position = next;
    return now * smoothstep(ringSec * 1.2, ringSec * 0.9, sec);
  });
}

/** A struck bell: partials that are not whole multiples, the high ones dying first. */
export function bell(track: Track, note: Note, ringSec = 3): void {
  const base = hertz(note.pitch);
  const partials = [
    [1, 1, 1],
    [2.002, 0.45, 0.7],
    [3.01, 0.22, 0.45],
    [4.17, 0.16, 0.3],
    [5.43, 0.08, 0.2],
  ] as const;
  addVoice(track, note, ringSec, (sec) => {
    let sum = 0;
    for (const [ratio, gain, life] of partials) {
      if (base * ratio < 12_000) {
        sum += gain * Math.sin(TAU * base * ratio * sec) * Math.exp((-5 * sec) / (ringSec * life));
      }
    }
    return sum * Math.min(1, sec / 0.004) * smoothstep(ringSec, ringSec * 0.8, sec);
  });
}

/** A round, low note: a sine with a little of its octave. */
export function bass(track: Track, note: Note, lengthSec: number): void {
  const base = hertz(note.pitch);
  addVoice(track, note, lengthSec, (sec) => {
    const swell = smoothstep(0, 0.06, sec) * smoothstep(lengthSec, lengthSec * 0.4, sec);
    return swell * (Math.sin(TAU * base * sec) + 0.35 * Math.sin(TAU * base * 2 * sec));
  });
}

/** A soft drum: a sine falling in pitch. */
export function thump(track: Track, note: Note, lengthSec = 0.4): void {
  const base = hertz(note.pitch);
  addVoice(track, note, lengthSec, (sec) => {
    const fall = base * (sec + 0.05 * (1 - Math.exp(-sec / 0.03)));
    return Math.sin(TAU * fall) * Math.exp((-5 * sec) / lengthSec) * Math.min(1, sec / 0.003);
  });
}

export type Wind = Readonly<{ gain: number; cutoffHz: number; floorHz?: number }>;

/** Filtered noise round the whole loop, shaped by `at(turn)`: surf, rain, wind, wheels. */
export function hiss(track: Track, seed: number, at: (turn: number) => Wind): void {
  for (const [side, channel] of [track.left, track.right].entries()) {
    const random = seededRandom(seed + side * 7919);
    const source = Float32Array.from(channel, () => random() * 2 - 1);
    let low = 0;
    let lower = 0;
    let rumble = 0;
    // The first lap only warms the filters up, so that the second ends as it began.
    for (let i = -source.length; i < source.length; i += 1) {
      const index = i < 0 ? i + source.length : i;
      const wind = at(index / source.length);
      const follow = 1 - Math.exp((-TAU * wind.cutoffHz) / SAMPLE_RATE);
      const floor = 1 - Math.exp((-TAU * (wind.floorHz ?? 60)) / SAMPLE_RATE);
      low += ((source[index] ?? 0) - low) * follow;
      lower += (low - lower) * follow;
      rumble += (lower - rumble) * floor;
      if (i >= 0) channel[index] = (channel[index] ?? 0) + (lower - rumble) * wind.gain;
    }
  }
}

const COMBS_MS = [29.7, 37.1, 41.1, 43.7, 53.3] as const;
const ALLPASSES_MS = [5.0, 1.7] as const;

/** A room: `mix` of it beside the dry sound, ringing about `ringSec`. */
export function reverb(track: Track, mix: number, ringSec: number): void {
  for (const [side, channel] of [track.left, track.right].entries()) {
    const spreadMs = side * 0.9;
    const wet = new Float32Array(channel.length);
    for (const delayMs of COMBS_MS) addComb(channel, wet, delayMs + spreadMs, ringSec);
    for (const delayMs of ALLPASSES_MS) allpass(wet, delayMs + spreadMs);
    for (let i = 0; i < channel.length; i += 1) {
      channel[i] = (channel[i] ?? 0) * (1 - mix) + (wet[i] ?? 0) * mix;
    }
  }
}

function addComb(dry: Float32Array, wet: Float32Array, delayMs: number, ringSec: number): void {
  const ring = new Float32Array(Math.round((delayMs / 1000) * SAMPLE_RATE));
  const feedback = 10 ** ((-3 * delayMs) / 1000 / ringSec);
  let damped = 0;
  for (let i = -dry.length; i < dry.length; i += 1) {
    const slot = (i + dry.length) % ring.length;
    const echo = ring[slot] ?? 0;
    damped += (echo - damped) * 0.6;
    const index = i < 0 ? i + dry.length : i;
    ring[slot] = (dry[index] ?? 0) + damped * feedback;
    if (i >= 0) wet[index] = (wet[index] ?? 0) + echo * 0.4;
  }
}

function allpass(values: Float32Array, delayMs: number): void {
  const source = values.slice();
  const ring = new Float32Array(Math.round((delayMs / 1000) * SAMPLE_RATE));
  for (let i = -source.length; i < source.length; i += 1) {
    const slot = (i + source.length) % ring.length;
    const echo = ring[slot] ?? 0;
    const index = i < 0 ? i + source.length : i;
    const input = source[index] ?? 0;
    ring[slot] = input + echo * 0.5;
    if (i >= 0) values[index] = echo - input * 0.5;
  }
}

/** 16-bit stereo PCM with a RIFF header. */
export function encodeWav(track: Track): Uint8Array {
  const count = track.left.length;
  const bytes = new Uint8Array(44 + count * 4);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => bytes.set(new TextEncoder().encode(value), at);
  text(0, 'RIFF');
  view.setUint32(4, 36 + count * 4, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 2, true);
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, SAMPLE_RATE * 4, true);
  view.setUint16(32, 4, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, count * 4, true);
  for (let i = 0; i < count; i += 1) {
    view.setInt16(44 + i * 4, Math.round((track.left[i] ?? 0) * 32_767), true);
    view.setInt16(46 + i * 4, Math.round((track.right[i] ?? 0) * 32_767), true);
  }
  return bytes;
}
