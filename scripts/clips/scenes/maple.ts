// Maple leaves falling through a wood in low sun. The wood is drawn once and blurred; each leaf is
// a flat cut-out that tumbles in space and lets the light through when it faces it.

import { clamp01, distance, lerp, smoothstep, TAU, wave, wrap } from '../curves.ts';
import { hex, mix, ramp, type Rgb, sampleRamp } from '../color.ts';
import { blur, vignette } from '../develop.ts';
import { fillMask, glow, line, type Mask, type Point, polygon, polygonMask } from '../draw.ts';
import {
  addStretched,
  copyFrame,
  createFrame,
  type Frame,
  FRAME_HEIGHT,
  FRAME_WIDTH,
  shade,
} from '../frame.ts';
import { noiseLoop } from '../noise.ts';
import { between, pick, scatter, seededRandom } from '../random.ts';
import type { Painter, Scene } from '../scene.ts';
import { bell, hiss, pad, pluck, reverb, type Track } from '../synth.ts';

const woodLight = ramp([
  [0, '#ffe7a6'],
  [0.3, '#ffcb74'],
  [0.6, '#e99a4a'],
  [0.82, '#b5602f'],
  [1, '#5e2c20'],
]);
const leafColors = ['#e23b1e', '#f26a1b', '#f79a1f', '#c9252b', '#ffb92e', '#d9481c'];

/** The right half of a maple leaf from its tip down to the stem, as [aside, along]. */
const LEAF_HALF = [
  [0, -1],
  [0.09, -0.76],
  [0.21, -0.79],
  [0.17, -0.52],
  [0.24, -0.4],
  [0.4, -0.62],
  [0.45, -0.5],
  [0.68, -0.56],
  [0.64, -0.4],
  [0.95, -0.3],
  [0.78, -0.15],
  [0.84, -0.02],
  [0.5, 0.1],
  [0.52, 0.2],
  [0.7, 0.33],
  [0.55, 0.4],
  [0.27, 0.33],
  [0.05, 0.37],
] as const;

const LEAF: readonly Point[] = [
  ...LEAF_HALF.map(([x, y]) => ({ x, y })),
  ...LEAF_HALF.slice(1)
    .reverse()
    .map(([x, y]) => ({ x: -x, y })),
];

const VEIN_ENDS: readonly Point[] = [
  { x: 0, y: -0.9 },
  { x: 0.8, y: -0.3 },
  { x: -0.8, y: -0.3 },
  { x: 0.55, y: 0.32 },
  { x: -0.55, y: 0.32 },
  { x: 0.36, y: -0.55 },
  { x: -0.36, y: -0.55 },
];

type Leaf = Readonly<{
  x: number;
  start: number;
  size: number;
  lives: number;
  drift: number;
  spin: number;
  tumble: number;
  offset: number;
  color: Rgb;
  blur: number;
}>;

/** Two leaves are close to the lens, the far ones a little out of focus too. */
function softnessOf(index: number, near: number): number {
  if (index >= 28) return 9;
  return near < 0.25 ? 2 : 0;
}

function makeLeaves(): Leaf[] {
  const random = seededRandom(90);
  const leaves = scatter(30, (index) => {
    const near = index / 29;
    const size = lerp(17, 62, near ** 1.5) + (index >= 28 ? 70 : 0);
    return {
      x: between(random, -60, FRAME_WIDTH + 60),
      start: wrap(index * 0.618034),
      size,
      lives: near < 0.55 ? 2 : 1,
      drift: between(random, -150, 60),
      spin: pick(random, [-2, -1, 1, 2]) * (near < 0.55 ? 2 : 1),
      tumble: pick(random, [1, 2, 3]),
      offset: random(),
      color: hex(pick(random, leafColors)),
      blur: softnessOf(index, near),
    };
  });
  return leaves;
}

function paintWood(frame: Frame): void {
  const small = createFrame(FRAME_WIDTH / 2, FRAME_HEIGHT / 2);
  const { width, height } = small;
  shade(small, (x, y, ink) => {
    const far = distance(x - width * 0.68, (y - height * 0.22) * 0.8) / (height * 0.78);
    sampleRamp(woodLight, far, ink);
  });
  const random = seededRandom(23);
  for (let i = 0; i < 16; i += 1) {
    const x = width * random();
    const thick = between(random, 5, 26);
    const lean = between(random, -14, 14);
    const haze = clamp01(1 - thick / 30) * 0.75 + 0.12;
    const bark = mix(hex('#3a1a14'), hex('#e0a05a'), haze);
    const trunk = [
      { x: x - thick / 2, y: height },
      { x: x - thick * 0.36 + lean, y: 0 },
      { x: x + thick * 0.36 + lean, y: 0 },
      { x: x + thick / 2, y: height },
    ];
    polygon(small, trunk, bark, 0.75);
  }
  blur(small, 4);
  for (let i = 0; i < 330; i += 1) {
    const y = height * random() ** 1.1;
    const at = { x: width * random(), y };
    const color = mix(hex(pick(random, leafColors)), hex('#ffe08a'), random() * 0.6);
    const shown = smoothstep(height * 0.9, height * 0.3, y);
    paintSpot(small, at, between(random, 6, 19), color, between(random, 0.1, 0.42) * shown);
  }
  paintGround(small);
  blur(small, 2);
  addStretched(frame, small);
}

function paintGround(small: Frame): void {
  const random = seededRandom(29);
  for (let i = 0; i < 260; i += 1) {
    const depth = random();
    const at = { x: small.width * random(), y: small.height * lerp(0.86, 1.02, depth) };
    const color = mix(hex(pick(random, leafColors)), hex('#5a2414'), 0.25 + 0.4 * random());
    paintSpot(small, at, lerp(4, 15, depth), color, 0.55, 0.42);
  }
}

/** A leaf, or a gap in them, out of focus. */
function paintSpot(
  frame: Frame,
  at: Point,
  radius: number,
  color: Rgb,
  alpha: number,
  flat = 1,
): void {
  const points = scatter(14, (index) => ({
    x: at.x + radius * Math.cos((TAU * index) / 14),
    y: at.y + radius * flat * Math.sin((TAU * index) / 14),
  }));
  polygon(frame, points, color, alpha);
}

type Pose = Readonly<{ at: Point; turned: number; tilt: number; roll: number; size: number }>;

function onScreen(point: Point, pose: Pose): Point {
  const x = point.x * pose.size;
  const y = (point.y + 0.25) * pose.size;
  // A leaf is a little cupped, so its edges do not vanish when it is seen edge-on.
  const cup = 0.22 * pose.size * (point.x * point.x - 0.2);
  const rolled = x * Math.cos(pose.roll) + cup * Math.sin(pose.roll);
  const depth = -x * Math.sin(pose.roll) + cup * Math.cos(pose.roll);
  const tilted = y * Math.cos(pose.tilt) - depth * Math.sin(pose.tilt);
  const cos = Math.cos(pose.turned);
  const sin = Math.sin(pose.turned);
  return { x: pose.at.x + rolled * cos - tilted * sin, y: pose.at.y + rolled * sin + tilted * cos };
}

function poseOf(leaf: Leaf, age: number, turn: number): Pose {
  const swing = wave(age, leaf.tumble * leaf.lives, leaf.offset);
  const fall = lerp(-leaf.size * 1.6, FRAME_HEIGHT + leaf.size * 1.6, age);
  return {
    at: {
      x: leaf.x + leaf.drift * (age - 0.3) + swing * (26 + leaf.size * 0.7),
      y: fall + 16 * wave(age, leaf.tumble * 2 * leaf.lives, leaf.offset),
    },
    turned: TAU * (leaf.spin * age * 0.5 + leaf.offset) + 0.5 * swing,
    tilt: 0.75 * wave(turn, leaf.tumble, leaf.offset * 3) + 0.25,
    roll: 0.95 * wave(turn, leaf.tumble, leaf.offset * 5 + 0.3),
    size: leaf.size,
  };
}

function paintLeaf(frame: Frame, leaf: Leaf, pose: Pose): void {
  const outline = LEAF.map((point) => onScreen(point, pose));
  const facing = Math.cos(pose.roll) * Math.cos(pose.tilt);
  const through = 0.62 + 0.55 * Math.abs(facing) + 0.28 * Math.sin(pose.turned + pose.roll);
  const core = mix(leaf.color, hex('#ffd24a'), 0.38);
  const centre = onScreen({ x: 0, y: 0 }, pose);
  const mask = softened(polygonMask(frame, outline), leaf.blur);
  const alpha = leaf.blur > 4 ? 0.88 : 1;
  const paint = (x: number, y: number, ink: { r: number; g: number; b: number }): void => {
    const far = clamp01(distance(x - centre.x, y - centre.y) / (leaf.size * 0.95));
    ink.r = lerp(core.r, leaf.color.r, far) * through;
    ink.g = lerp(core.g, leaf.color.g, far) * through;
    ink.b = lerp(core.b, leaf.color.b, far) * through;
  };
  fillMask(frame, mask, paint, alpha);
  if (leaf.blur > 4) return;
  const stalk = onScreen({ x: 0, y: 0.34 }, pose);
  const dark = mix(leaf.color, hex('#3a120c'), 0.45);
  const end = onScreen({ x: 0.1, y: 0.85 }, pose);
  line(frame, stalk, end, Math.max(1.2, leaf.size * 0.045), dark);
  for (const vein of VEIN_ENDS) {
    line(frame, stalk, onScreen(vein, pose), Math.max(0.7, leaf.size * 0.028), dark, 0.5);
  }
}

/** Blurs a mask by averaging each row and column over `radius` pixels both ways. */
function softened(mask: Mask, radius: number): Mask {
  if (radius === 0 || mask.rows === 0) return mask;
  const top = Math.max(0, mask.top - radius * 2);
  const above = mask.top - top;
  const rows = Math.min(FRAME_HEIGHT - top, mask.rows + above + radius * 2);
  const cover = new Float32Array(Math.max(0, rows) * mask.width);
  cover.set(mask.cover, above * mask.width);
  for (let pass = 0; pass < 2; pass += 1) {
    averageLines(cover, rows, mask.width, mask.width, 1, radius);
    averageLines(cover, mask.width, rows, 1, mask.width, radius);
  }
  return { top, rows, width: mask.width, cover };
}

function averageLines(
  cover: Float32Array,
  lines: number,
  count: number,
  lineStride: number,
  stride: number,
  radius: number,
): void {
  const copy = new Float32Array(count);
  for (let one = 0; one < lines; one += 1) {
    let sum = 0;
    for (let i = 0; i < count; i += 1) copy[i] = cover[one * lineStride + i * stride] ?? 0;
    for (let i = -radius; i < count; i += 1) {
      sum += (copy[i + radius] ?? 0) - (copy[i - radius - 1] ?? 0);
      if (i >= 0) cover[one * lineStride + i * stride] = sum / (2 * radius + 1);
    }
  }
}

/** Beams from the sun at the upper right, slowly breathing. */
function paintBeams(frame: Frame, beams: Frame, turn: number): void {
  shade(beams, (x, y, ink) => {
    const dx = x - beams.width * 0.82;
    const dy = y + beams.height * 0.1;
    const angle = Math.atan2(dx, dy);
    const beam = noiseLoop(angle * 7 + 20, 2, turn, 3, 44);
    const fade = Math.exp(-distance(dx, dy) / (beams.height * 0.5));
    const light = smoothstep(0.45, 0.9, beam) * fade * 0.5;
    ink.r = light;
    ink.g = light * 0.72;
    ink.b = light * 0.36;
  });
  addStretched(frame, beams);
}

function paintDust(frame: Frame, turn: number): void {
  const random = seededRandom(3);
  for (let i = 0; i < 46; i += 1) {
    const y = wrap(random() - turn) * (FRAME_HEIGHT + 20) - 10;
    const x = FRAME_WIDTH * random() + 26 * wave(turn, 1, random());
    const glint = 0.25 + 0.25 * wave(turn, 2, random());
    glow(frame, { x, y }, between(random, 1.6, 3.4), hex('#fff0c0'), glint);
  }
}

function prepare(): Painter {
  const wood = createFrame();
  paintWood(wood);
  const beams = createFrame(FRAME_WIDTH / 4, FRAME_HEIGHT / 4);
  const leaves = makeLeaves();
  return (frame, turn) => {
    copyFrame(frame, wood);
    paintBeams(frame, beams, turn);
    paintDust(frame, turn);
    for (const leaf of leaves) {
      for (let life = 0; life < leaf.lives; life += 1) {
        const age = wrap((turn + life) / leaf.lives + leaf.start);
        paintLeaf(frame, leaf, poseOf(leaf, age, turn));
      }
    }
    vignette(frame, 0.42);
  };
}

function compose(track: Track): void {
  const chords = [
    [43, 55, 59, 62],
    [40, 55, 59, 64],
    [48, 55, 60, 64],
    [50, 54, 57, 62],
  ];
  chords.forEach((chord, index) => {
    const atSec = index * 1.75;
    for (const pitch of chord) pad(track, { atSec, pitch, gain: 0.05 }, 2.6, 0.2);
    [0, 1, 2, 3, 2].forEach((step, beat) => {
      const pitch = (chord[step] ?? 55) + (beat === 0 ? 0 : 12);
      const pan = wave(beat / 5, 1) * 0.5;
      pluck(track, { atSec: atSec + beat * 0.35, pitch, gain: 0.36, pan }, 0.4, 2);
    });
  });
  [83, 79, 86, 78].forEach((pitch, index) => {
    bell(track, { atSec: 0.7 + index * 1.75, pitch, gain: 0.025, pan: 0.4 }, 2.4);
  });
  reverb(track, 0.35, 2);
  hiss(track, 33, (turn) => {
    const gust = 0.5 + 0.5 * wave(turn, 2, 0.1);
    return { gain: 0.02 + 0.06 * gust, cutoffHz: 2600 + 900 * gust, floorHz: 500 };
  });
}

export const maple: Scene = {
  name: 'maple',
  title: 'October, letting go',
  caption: 'The trees make it look easy.',
  tags: ['autumn', 'leaves', 'forest'],
  durationSec: 7,
  videoKbps: 500,
  posterTurn: 0.2,
  prepare,
  compose,
};
