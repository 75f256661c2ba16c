// A flower that never stops opening. Rings of petals grow outwards from the heart, each a fixed
// step larger than the one within; after four steps every ring stands where another one stood.

import { clamp01, lerp, smoothstep, TAU, wave, wrap } from '../curves.ts';
import { type Ink, ramp, sampleRamp } from '../color.ts';
import { vignette } from '../develop.ts';
import { FRAME_HEIGHT, FRAME_WIDTH, shade } from '../frame.ts';
import type { Painter, Scene } from '../scene.ts';
import { bass, bell, hiss, pad, pluck, reverb, type Track } from '../synth.ts';

const PETALS = 13;
const RING_STEP = 1.27;
const RINGS_A_LOOP = 4;
const LOG_STEP = Math.log(RING_STEP);
const SECTOR = TAU / PETALS;
const TWIST = 0.22;
/** Size of the first ring, and how far the colours reach, in pixels. */
const HEART = 9;
const REACH = 760;

const byDistance = ramp([
  [0, '#fff3b8'],
  [0.16, '#ffd25e'],
  [0.34, '#ff9a56'],
  [0.52, '#ff5d6c'],
  [0.7, '#d92f7d'],
  [0.85, '#8a2387'],
  [1, '#37175f'],
]);

/** Half the width of a petal, in half sectors, at `along` from its foot (0) to its tip (1). */
function petalWidth(along: number): number {
  if (along >= 1) return 0;
  const rise = Math.sin(Math.min(1, along / 0.72) * (Math.PI / 2));
  const tip = along < 0.72 ? 1 : Math.max(0, 1 - ((along - 0.72) / 0.28) ** 2.2) ** 0.62;
  return (0.35 + 0.65 * rise) * tip * 0.985;
}

function paintSpot(x: number, y: number, turn: number, ink: Ink, petal: Ink): void {
  const dx = x - FRAME_WIDTH / 2;
  const dy = y - FRAME_HEIGHT * 0.47;
  const radius = Math.max(0.5, Math.sqrt(dx * dx + dy * dy));
  const sway = 0.06 * wave(turn, 1);
  const grown = Math.log(radius / HEART);
  const angle = Math.atan2(dy, dx) + TWIST * grown + sway;
  const shift = turn * RINGS_A_LOOP;
  const first = Math.floor(grown / LOG_STEP - shift);
  const far = grown / Math.log(REACH / HEART);
  let left = 1;
  let shadow = 0;
  ink.r = 0;
  ink.g = 0;
  ink.b = 0;
  for (let ring = first; ring < first + 11 && left > 0.01; ring += 1) {
    const size = HEART * Math.exp(LOG_STEP * (ring + shift));
    const along = radius / size;
    const halfTurned = (ring & 1) * 0.5;
    const aside = 2 * wrap(angle / SECTOR - halfTurned) - 1;
    const width = petalWidth(along);
    const halfWidthPx = (SECTOR / 2) * radius;
    const margin = (width - Math.abs(aside)) * halfWidthPx;
    const tipMargin = (1 - along) * size;
    const cover = clamp01(Math.min(margin, tipMargin) + 0.5) * left;
    if (cover > 0) {
      colorPetal(petal, { along, aside, width, far, ring, angle, shadow });
      ink.r += petal.r * cover;
      ink.g += petal.g * cover;
      ink.b += petal.b * cover;
      left -= cover;
    }
    // What lies below is darker close to the rim of this petal.
    const rim = Math.max(0, along - 0.9) * size * 0.6 + Math.max(0, -margin);
    shadow = Math.max(shadow * 0.75, Math.exp(-rim / (0.055 * size + 1.5)));
  }
  const heart = smoothstep(30, 6, radius);
  ink.r = lerp(ink.r, 1.3, heart);
  ink.g = lerp(ink.g, 0.95, heart);
  ink.b = lerp(ink.b, 0.42, heart);
}

type Petal = Readonly<{
  along: number;
  aside: number;
  width: number;
  far: number;
  ring: number;
  angle: number;
  shadow: number;
}>;

function colorPetal(ink: Ink, petal: Petal): void {
  const { along, aside, width, far, ring, angle, shadow } = petal;
  const ringTint = (((ring % 4) + 4) % 4) * 0.018 - 0.027;
  sampleRamp(byDistance, far + ringTint - 0.1 * smoothstep(0.6, 1, along) + 0.03, ink);
  const cup = 0.74 + 0.34 * smoothstep(0.3, 0.98, along);
  const vein = 1 - 0.16 * Math.exp(-(aside * aside) / 0.0049) * smoothstep(0.98, 0.7, along);
  const ribs = 1 - 0.05 * (0.5 + 0.5 * Math.cos(aside * 21)) * smoothstep(1, 0.6, along);
  const lamp = 1 + 0.3 * aside * Math.sin(angle + 0.9) + 0.14 * Math.cos(angle + 2.2);
  const edge = 1 + 0.45 * smoothstep(0.72, 1, Math.abs(aside) / Math.max(0.05, width));
  const light = cup * vein * ribs * lamp * lerp(1, edge, 0.6) * (1 - 0.72 * shadow);
  ink.r *= light;
  ink.g *= light * (1 - 0.12 * shadow);
  ink.b *= light;
}

function prepare(): Painter {
  const petal: Ink = { r: 0, g: 0, b: 0 };
  return (frame, turn) => {
    shade(frame, (x, y, ink) => paintSpot(x, y, turn, ink, petal));
    vignette(frame, 0.55);
  };
}

function compose(track: Track): void {
  const beatSec = 0.5;
  const chords = [
    [52, 59, 64, 68],
    [49, 56, 61, 64],
    [45, 57, 61, 64],
    [47, 54, 59, 66],
  ];
  chords.forEach((chord, index) => {
    const atSec = index * 2;
    for (const pitch of chord) pad(track, { atSec, pitch, gain: 0.07 }, 3, 0.45);
    bass(track, { atSec, pitch: (chord[0] ?? 52) - 12, gain: 0.16 }, 1.8);
    const steps = [0, 2, 1, 3];
    steps.forEach((step, beat) => {
      const pitch = (chord[step] ?? 64) + 12;
      const pan = beat % 2 === 0 ? -0.5 : 0.5;
      pluck(track, { atSec: atSec + beat * beatSec, pitch, gain: 0.3, pan }, 0.45, 1.6);
    });
    bell(track, { atSec: atSec + 0.25, pitch: (chord[3] ?? 64) + 24, gain: 0.03, pan: 0.3 }, 2.5);
  });
  reverb(track, 0.35, 2.2);
  hiss(track, 21, (turn) => {
    return { gain: 0.018 + 0.01 * wave(turn, 4), cutoffHz: 3000, floorHz: 900 };
  });
}

export const dahlia: Scene = {
  name: 'dahlia',
  title: 'The flower that never stops opening',
  caption: 'Breathe in for two rings, out for two.',
  tags: ['flower', 'hypnotic', 'loop'],
  durationSec: 8,
  videoKbps: 520,
  posterTurn: 0,
  prepare,
  compose,
};
