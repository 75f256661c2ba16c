// A low sun over rolling waves. The sea is a plane seen from a little above it; every pixel of it
// is pushed up and down by the swell, tilted by all waves, and mirrors the sky.

import { clamp01, distance, lerp, quickSine, smoothstep, TAU, wave } from '../curves.ts';
import { hex, type Ink, mix, ramp, sampleRamp } from '../color.ts';
import { vignette } from '../develop.ts';
import { line, polygon } from '../draw.ts';
import { copyFrame, createFrame, type Frame, FRAME_WIDTH, shade } from '../frame.ts';
import { fractal } from '../noise.ts';
import { between, scatter, seededRandom } from '../random.ts';
import type { Painter, Scene } from '../scene.ts';
import { bell, hiss, pad, reverb, type Track } from '../synth.ts';

const HORIZON = 548;
const SUN = { x: 372, y: 492, radius: 66 };
const EYE_HEIGHT = 2.3;
const FOCAL = 860;

const sky = ramp([
  [0, '#24305e'],
  [0.3, '#5b4a86'],
  [0.55, '#b9628a'],
  [0.75, '#f08a6c'],
  [0.9, '#ffb869'],
  [1, '#ffd98c'],
]);
const sunColor = hex('#fff0c4');
const cloudLit = hex('#ffb199');
const cloudDark = hex('#6d4a80');
const deep = hex('#06283c');
const crest = hex('#1b8a8c');

/** `kx` and `kz` are waves a unit of length; the slope is what the height gives at its steepest. */
type Swell = Readonly<{
  kx: number;
  kz: number;
  length: number;
  height: number;
  slope: number;
  cycles: number;
  phase: number;
}>;

const swells: readonly Swell[] = makeSwells();

/** From long swell to ripples. Each makes whole cycles a loop, near its natural speed. */
function makeSwells(): Swell[] {
  const random = seededRandom(11);
  return scatter(14, (index) => {
    const length = 9.5 * 0.73 ** index;
    const heading = between(random, -0.75, 0.75) * (index < 3 ? 0.5 : 1.9);
    const height = length * (index < 4 ? 0.0125 : 0.009);
    const naturalHz = Math.sqrt((9.8 * TAU) / length) / TAU;
    return {
      kx: Math.sin(heading) / length,
      kz: Math.cos(heading) / length,
      length,
      height,
      slope: (height * TAU) / length,
      cycles: Math.max(1, Math.round(naturalHz * 5)),
      phase: random(),
    };
  });
}

function skyAt(elevation: number, ink: Ink): void {
  sampleRamp(sky, 1 - Math.sqrt(clamp01(elevation)) * 0.98, ink);
}

function paintSky(frame: Frame): void {
  shade(
    frame,
    (x, y, ink) => {
      skyAt((HORIZON - y) / HORIZON, ink);
      const far = distance(x - SUN.x, (y - SUN.y) * 1.15);
      const halo = Math.exp(-far / 95) * 0.85 + Math.exp(-far / 320) * 0.3;
      const body = fractal(x / 260, y / 46 + 4, 5, 77) + 0.12 * fractal(x / 60, y / 16, 3, 5);
      const band = smoothstep(20, 160, y) * smoothstep(HORIZON, HORIZON - 130, y);
      const cloud = smoothstep(0.5, 0.78, body) * band * 0.85;
      const lit = mix(cloudDark, cloudLit, smoothstep(0.86, 0.52, body) + halo * 0.5);
      ink.r = lerp(ink.r, lit.r, cloud) + halo * 0.75;
      ink.g = lerp(ink.g, lit.g, cloud) + halo * 0.4;
      ink.b = lerp(ink.b, lit.b, cloud) + halo * 0.16;
      const sun = clamp01(SUN.radius - distance(x - SUN.x, y - SUN.y) + 0.5) * (1 - cloud * 0.5);
      ink.r = lerp(ink.r, sunColor.r * 1.5, sun);
      ink.g = lerp(ink.g, sunColor.g * 1.4, sun);
      ink.b = lerp(ink.b, sunColor.b * 1.2, sun);
    },
    0,
    HORIZON,
  );
}

/** The height of the long waves only: they are what the eye sees as moving water. */
function swellHeight(x: number, z: number, turn: number): number {
  let height = 0;
  for (let i = 0; i < 4; i += 1) {
    const swell = swells[i];
    if (swell === undefined) break;
    const turns = swell.kx * x + swell.kz * z + swell.cycles * turn + swell.phase;
    height += swell.height * quickSine(turns);
  }
  return height;
}

function paintSea(frame: Frame, turn: number): void {
  const mirrored: Ink = { r: 0, g: 0, b: 0 };
  shade(
    frame,
    (px, py, ink) => {
      const down = Math.max(0.6, py - HORIZON) / FOCAL;
      const across = (px - FRAME_WIDTH / 2) / FOCAL;
      let z = EYE_HEIGHT / down;
      let height = 0;
      for (let step = 0; step < 2; step += 1) {
        height = swellHeight(across * z, z, turn);
        z = (EYE_HEIGHT - Math.min(1.4, height * 1.6)) / down;
      }
      const x = across * z;
      const footprint = (z * z) / (EYE_HEIGHT * FOCAL);
      let slopeX = 0;
      let slopeZ = 0;
      for (const swell of swells) {
        const seen = clamp01(1.35 - (footprint * 3.5) / swell.length);
        if (seen <= 0) break;
        const turns = swell.kx * x + swell.kz * z + swell.cycles * turn + swell.phase;
        const crested = 1 + 0.45 * quickSine(turns);
        const slope = swell.slope * seen * quickSine(turns + 0.25) * crested * swell.length;
        slopeX += slope * swell.kx;
        slopeZ += slope * swell.kz;
      }
      lightWater(ink, mirrored, { across, down, slopeX, slopeZ, height, z });
    },
    HORIZON,
  );
}

type Facet = Readonly<{
  across: number;
  down: number;
  slopeX: number;
  slopeZ: number;
  height: number;
  z: number;
}>;

function lightWater(ink: Ink, mirrored: Ink, facet: Facet): void {
  const { across, down, slopeX, slopeZ } = facet;
  const viewLength = Math.sqrt(across * across + down * down + 1);
  const normalLength = Math.sqrt(slopeX * slopeX + slopeZ * slopeZ + 1);
  const facing = (down + slopeX * across + slopeZ) / (viewLength * normalLength);
  const towards = Math.max(0.02, facing);
  const fresnel = 0.02 + 0.98 * (1 - Math.min(1, towards)) ** 5;
  const bounceX = across / viewLength + 2 * towards * (-slopeX / normalLength);
  const bounceY = -down / viewLength + (2 * towards) / normalLength;
  const bounceZ = 1 / viewLength + 2 * towards * (-slopeZ / normalLength);
  // Rounded at 0: a crease there would draw a bright outline round every wave.
  skyAt(Math.sqrt(bounceY * bounceY + 0.006) * 1.25, mirrored);
  const sunX = (SUN.x - FRAME_WIDTH / 2) / FOCAL;
  const sunY = (HORIZON - SUN.y) / FOCAL + 0.03;
  const offX = bounceX / Math.max(0.1, bounceZ) - sunX;
  const offY = (bounceY / Math.max(0.1, bounceZ) - sunY) * 0.5;
  const off = offX * offX * 1.6 + offY * offY;
  const glint = Math.exp(-off * 190) * 3.4 + Math.exp(-off * 22) * 0.4;
  const lift = clamp01(0.4 + facet.height * 2.2);
  const body = 0.35 + 0.65 * smoothstep(40, 4, facet.z);
  ink.r = lerp(lerp(deep.r, crest.r, lift * lift) * body, mirrored.r, fresnel) + glint;
  ink.g = lerp(lerp(deep.g, crest.g, lift * lift) * body, mirrored.g, fresnel) + glint * 0.6;
  ink.b = lerp(lerp(deep.b, crest.b, lift * lift) * body, mirrored.b, fresnel) + glint * 0.3;
}

function paintBoat(frame: Frame, turn: number): void {
  const roll = 0.05 * wave(turn, 2);
  const lift = 2.5 * wave(turn, 2, 0.2);
  const at = (x: number, y: number): { x: number; y: number } => ({
    x: 232 + x * Math.cos(roll) - y * Math.sin(roll),
    y: HORIZON + 20 + lift + x * Math.sin(roll) + y * Math.cos(roll),
  });
  const hull = hex('#1c1630');
  polygon(frame, [at(-34, -6), at(36, -8), at(26, 5), at(-24, 5)], hull);
  line(frame, at(0, -6), at(2, -92), 2, hull);
  const main = [at(4, -90), at(9, -66), at(16, -40), at(32, -14), at(4, -14)];
  polygon(frame, main, mix(hull, hex('#c9627c'), 0.42));
  polygon(frame, [at(-1, -84), at(-10, -50), at(-30, -14), at(-1, -14)], mix(hull, cloudLit, 0.36));
}

function paintGulls(frame: Frame, turn: number): void {
  const feather = hex('#3a2a52');
  for (let i = 0; i < 5; i += 1) {
    const x = 505 + i * 31 + 16 * wave(turn, 1, i * 0.17);
    const y = 246 - i * 15 + (i % 2) * 34 + 9 * wave(turn, 1, 0.4 + i * 0.23);
    const span = 15 - i;
    const flap = 5 * wave(turn, 8, i * 0.31);
    for (const side of [-1, 1]) {
      const elbow = { x: x + side * span * 0.5, y: y - 4 - flap * 0.5 };
      line(frame, { x, y }, elbow, 2.2, feather);
      line(frame, elbow, { x: x + side * span, y: y - flap }, 1.6, feather);
    }
  }
}

function prepare(): Painter {
  const still = createFrame();
  paintSky(still);
  return (frame, turn) => {
    copyFrame(frame, still);
    paintSea(frame, turn);
    paintBoat(frame, turn);
    paintGulls(frame, turn);
    vignette(frame, 0.3);
  };
}

function compose(track: Track): void {
  const chords = [
    [45, 57, 64, 68],
    [42, 54, 61, 69],
  ];
  chords.forEach((chord, index) => {
    for (const pitch of chord) pad(track, { atSec: index * 4, pitch, gain: 0.1 }, 5.6, 0.35);
  });
  const tune = [76, 73, 71, 69, 73, 76, 78];
  tune.forEach((pitch, index) => {
    const atSec = 0.5 + index * 1.05;
    bell(track, { atSec, pitch, gain: 0.035, pan: wave(index / 5, 1) * 0.5 }, 2.6);
  });
  reverb(track, 0.4, 2.6);
  hiss(track, 3, (turn) => {
    const surge = 0.5 + 0.5 * wave(turn, 2, -0.15);
    return { gain: 0.06 + 0.26 * surge ** 2, cutoffHz: 500 + 1900 * surge, floorHz: 140 };
  });
}

export const ocean: Scene = {
  name: 'ocean',
  title: 'Last light, rolling in',
  caption: 'Stay for one more wave before the sun goes.',
  tags: ['ocean', 'sunset', 'calm'],
  durationSec: 8,
  videoKbps: 540,
  posterTurn: 0.3,
  prepare,
  compose,
};
