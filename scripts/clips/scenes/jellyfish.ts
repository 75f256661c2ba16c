// Jellyfish in the deep. Bell, arms and threads all follow from the place of the body at earlier
// moments, so everything that hangs trails behind by itself.

import { clamp01, distance, lerp, smoothstep, TAU, wave, wrap } from '../curves.ts';
import { hex, mix, ramp, type Rgb, sampleRamp } from '../color.ts';
import { bloom, vignette } from '../develop.ts';
import { glow, type Point } from '../draw.ts';
import {
  add,
  addStretched,
  createFrame,
  type Frame,
  FRAME_HEIGHT,
  FRAME_WIDTH,
  shade,
} from '../frame.ts';
import { noise, noiseLoop } from '../noise.ts';
import { between, scatter, seededRandom } from '../random.ts';
import type { Painter, Scene } from '../scene.ts';
import { bass, bell, hiss, pad, reverb, type Track } from '../synth.ts';

const PULSES = 3;

const sea = ramp([
  [0, '#0d5c8c'],
  [0.3, '#083a6d'],
  [0.65, '#06204a'],
  [1, '#040d26'],
]);

type Jelly = Readonly<{
  home: Point;
  size: number;
  light: number;
  offset: number;
  warm: Rgb;
  cool: Rgb;
  threads: number;
  /** 1 is sharp; more is further off and softer. */
  blur: number;
}>;

const jellies: readonly Jelly[] = [
  {
    home: { x: 590, y: 250 },
    size: 62,
    light: 0.3,
    offset: 0.4,
    warm: hex('#8f7bff'),
    cool: hex('#48c8ff'),
    threads: 9,
    blur: 2,
  },
  {
    home: { x: 126, y: 640 },
    size: 84,
    light: 0.45,
    offset: 0.72,
    warm: hex('#b96bff'),
    cool: hex('#4fd0ff'),
    threads: 11,
    blur: 1.5,
  },
  {
    home: { x: 384, y: 440 },
    size: 176,
    light: 1,
    offset: 0,
    warm: hex('#ff6bb5'),
    cool: hex('#5fe3ff'),
    threads: 18,
    blur: 1,
  },
];

/** 0 when open and gliding, 1 when drawn together. Closing is quick, opening slow. */
function squeeze(turn: number, offset: number): number {
  const phase = wrap(turn * PULSES + offset);
  return smoothstep(0, 0.3, phase) * smoothstep(1, 0.32, phase);
}

type Pose = Readonly<{ x: number; y: number; lean: number; squeeze: number }>;

function poseAt(jelly: Jelly, turn: number): Pose {
  const { home, size, offset } = jelly;
  // Each squeeze throws the body upwards; it sinks back while it opens.
  const lift = size * 0.34 * Math.cos(TAU * (turn * PULSES + offset - 0.42));
  return {
    x: home.x + size * 0.34 * wave(turn, 1, offset),
    y: home.y - lift + size * 0.2 * wave(turn, 1, offset + 0.3),
    lean: 0.17 * wave(turn, 1, offset + 0.25),
    squeeze: squeeze(turn, offset),
  };
}

function place(pose: Pose, size: number, u: number, v: number): Point {
  const cos = Math.cos(pose.lean);
  const sin = Math.sin(pose.lean);
  return { x: pose.x + size * (u * cos - v * sin), y: pose.y + size * (u * sin + v * cos) };
}

/** Half the width of the bell at `v`: -1 is the crown, about 0.35 the rim. */
function bellHalfWidth(v: number, close: number): number {
  const dome = Math.sqrt(clamp01(1 - ((v - 0.1) / 1.1) ** 2));
  const skirt = lerp(0.04, -0.3, close) * smoothstep(-0.25, 0.35, v);
  return dome * lerp(1, 0.86, close) + skirt;
}

function paintBell(frame: Frame, jelly: Jelly, pose: Pose): void {
  const { size, light, warm, cool } = jelly;
  const reach = size * 1.3;
  const left = Math.max(0, Math.floor(pose.x - reach));
  const right = Math.min(FRAME_WIDTH - 1, Math.ceil(pose.x + reach));
  const top = Math.max(0, Math.floor(pose.y - reach * 1.15));
  const bottom = Math.min(FRAME_HEIGHT - 1, Math.ceil(pose.y + reach));
  const cos = Math.cos(pose.lean);
  const sin = Math.sin(pose.lean);
  const stretch = lerp(1, 0.88, pose.squeeze);
  for (let py = top; py <= bottom; py += 1) {
    for (let px = left; px <= right; px += 1) {
      const dx = (px + 0.5 - pose.x) / size;
      const dy = (py + 0.5 - pose.y) / size;
      const u = dx * cos + dy * sin;
      const v = (dy * cos - dx * sin) * stretch;
      const half = bellHalfWidth(v, pose.squeeze);
      const round = u / Math.max(0.02, half);
      const rim = 0.34 + 0.045 * Math.cos(Math.asin(clamp01(Math.abs(round))) * 16);
      const inside = Math.min(half - Math.abs(u), rim - v, v + 1.0);
      const cover = clamp01((inside * size) / jelly.blur + 0.5);
      if (cover <= 0) continue;
      const glowing = bellLight(round, v, inside, rim);
      const share = smoothstep(-0.9, 0.4, v + 0.25 * Math.abs(round));
      const color = mix(warm, cool, share * 0.75);
      const at = (py * frame.width + px) * 3;
      const shown = cover * light;
      add(
        frame,
        at,
        color.r * glowing * shown,
        color.g * glowing * shown,
        color.b * glowing * shown,
      );
    }
  }
}

/** Thin skin seen through: bright where the eye looks along it, ribbed, with a lit heart. */
function bellLight(round: number, v: number, inside: number, rim: number): number {
  const skin = 0.16 + 0.62 * Math.exp(-inside / 0.055) + 0.3 * Math.abs(round) ** 4;
  const meridian = Math.asin(Math.max(-1, Math.min(1, round)));
  const ribs = (0.5 + 0.5 * Math.cos(meridian * 16)) ** 6 * 0.22 * smoothstep(-0.95, 0.1, v);
  const hem = 0.5 * Math.exp(-(((rim - v) / 0.06) ** 2));
  const petal = Math.cos(Math.atan2(v + 0.32, round * 0.8) * 4);
  const ring = distance(round * 0.8, (v + 0.32) * 1.5);
  const heart = 0.75 * Math.exp(-(((ring - 0.3 - 0.06 * petal) / 0.07) ** 2));
  const top = 0.5 * Math.exp(-((round + 0.3) ** 2) * 9 - (v + 0.68) ** 2 * 22);
  return skin + ribs + hem + heart + top;
}

type Strand = Readonly<{ root: number; length: number; seed: number; gain: number; width: number }>;

/** A hanging line: each piece takes the body's place of a little while ago. */
function strandPoint(jelly: Jelly, strand: Strand, share: number, turn: number): Point {
  const delayed = turn - 0.17 * share;
  const pose = poseAt(jelly, delayed);
  const rimHalf = bellHalfWidth(0.3, squeeze(delayed, jelly.offset));
  const root = place(pose, jelly.size, strand.root * rimHalf * lerp(1, 0.66, share), 0.28);
  const wiggle = share * jelly.size;
  const slow = wave(turn, 2, strand.seed - share * 1.1) * 0.2 * wiggle;
  const quick = wave(turn, 3, strand.seed * 3 - share * 2.6) * 0.07 * wiggle;
  return { x: root.x + slow + quick, y: root.y + strand.length * jelly.size * share };
}

function paintStrand(frame: Frame, jelly: Jelly, strand: Strand, turn: number): void {
  const steps = Math.ceil(strand.length * jelly.size * 0.55);
  for (let step = 0; step < steps; step += 1) {
    const share = step / steps;
    const at = strandPoint(jelly, strand, share, turn);
    const color = mix(jelly.cool, jelly.warm, smoothstep(0, 0.8, share));
    const fade = (1 - share) ** 1.25 * smoothstep(0, 0.03, share);
    const beads = 0.75 + 0.45 * wave(share, 14, strand.seed + turn * 2);
    const width = strand.width * lerp(1, 0.55, share) * Math.sqrt(jelly.blur);
    glow(frame, at, width, color, strand.gain * jelly.light * fade * beads);
  }
}

/** An arm is a ribbon of many short frills, folded over and over. */
function paintArm(frame: Frame, jelly: Jelly, strand: Strand, turn: number): void {
  const steps = Math.ceil(strand.length * jelly.size * 0.8);
  for (let step = 0; step < steps; step += 1) {
    const share = step / steps;
    const middle = strandPoint(jelly, strand, share, turn);
    const ruffle = noiseLoop(share * 15, strand.seed * 40, turn, 5, 3) - 0.5;
    const width = jelly.size * 0.3 * (1 - share) ** 0.7 * smoothstep(-0.05, 0.12, share);
    const fade = (1 - share) ** 0.9 * strand.gain * jelly.light;
    for (let fold = 0; fold < 3; fold += 1) {
      const aside = (ruffle + 0.34 * Math.sin(share * 46 + fold * 2.1 + strand.seed * 9)) * width;
      const color = mix(jelly.warm, hex('#ffd6ea'), 0.35 + 0.3 * Math.sin(share * 30 + fold));
      glow(frame, { x: middle.x + aside, y: middle.y }, 2.2 + width * 0.13, color, fade * 0.2);
    }
  }
}

function makeStrands(jelly: Jelly, index: number): { threads: Strand[]; arms: Strand[] } {
  const random = seededRandom(60 + index);
  const threads = scatter(jelly.threads, (thread) => ({
    root: ((thread + 0.5) / jelly.threads) * 1.84 - 0.92,
    length: between(random, 1.9, 3.6),
    seed: random(),
    gain: 0.34,
    width: 2.6,
  }));
  const arms = scatter(4, (arm) => ({
    root: (arm - 1.5) * 0.2,
    length: between(random, 1.7, 2.5),
    seed: random(),
    gain: 0.42,
    width: 1,
  }));
  return { threads, arms };
}

function paintWater(frame: Frame, rays: Frame, turn: number): void {
  shade(frame, (_x, y, ink) => sampleRamp(sea, y / FRAME_HEIGHT, ink));
  shade(rays, (x, y, ink) => {
    const angle = (x - rays.width * 0.62) / (y + 70);
    const shaft =
      noiseLoop(angle * 5 + 9, 1, turn, 3, 8) * 0.65 + noiseLoop(angle * 13, 4, turn, 4, 9) * 0.35;
    const light = smoothstep(0.42, 0.85, shaft) * Math.exp(-y / (rays.height * 0.36)) * 0.36;
    ink.r = light * 0.2;
    ink.g = light * 0.75;
    ink.b = light;
  });
  addStretched(frame, rays);
}

type Mote = Readonly<{ x: number; start: number; size: number; drift: number }>;

function paintSnow(frame: Frame, motes: readonly Mote[], turn: number): void {
  for (const mote of motes) {
    const y = wrap(mote.start + turn) * (FRAME_HEIGHT + 40) - 20;
    const x = mote.x + mote.drift * wave(turn, 1, mote.start);
    const near = 0.1 + 0.3 * noise(mote.x, mote.start * 90, 2);
    glow(frame, { x, y }, mote.size, hex('#a8e4ff'), near);
  }
}

function prepare(): Painter {
  const random = seededRandom(17);
  const motes = scatter(70, () => ({
    x: FRAME_WIDTH * random(),
    start: random(),
    size: between(random, 1.6, 4.5) * (random() < 0.1 ? 2.6 : 1),
    drift: between(random, -22, 22),
  }));
  const rays = createFrame(FRAME_WIDTH / 4, FRAME_HEIGHT / 4);
  const bodies = jellies.map((jelly, index) => ({ jelly, ...makeStrands(jelly, index) }));
  return (frame, turn) => {
    paintWater(frame, rays, turn);
    paintSnow(frame, motes, turn);
    for (const { jelly, threads, arms } of bodies) {
      const pose = poseAt(jelly, turn);
      glow(frame, pose, jelly.size * 2.3, jelly.warm, 0.12 * jelly.light);
      for (const thread of threads) paintStrand(frame, jelly, thread, turn);
      for (const arm of arms) paintArm(frame, jelly, arm, turn);
      paintBell(frame, jelly, pose);
    }
    bloom(frame, 0.55, 44, 0.35);
    vignette(frame, 0.4);
  };
}

function compose(track: Track): void {
  const chords = [
    [46, 53, 58, 61, 65],
    [42, 54, 58, 61, 68],
    [44, 51, 56, 60, 63],
  ];
  chords.forEach((chord, index) => {
    const atSec = (index * 8) / 3;
    for (const pitch of chord) pad(track, { atSec, pitch, gain: 0.08 }, 4.4, 0.4);
    bass(track, { atSec, pitch: (chord[0] ?? 46) - 12, gain: 0.2 }, 2.4);
  });
  [77, 82, 85, 80, 89, 84].forEach((pitch, index) => {
    const pan = Math.sin(index * 2.4) * 0.7;
    bell(track, { atSec: 0.6 + index * 1.333, pitch, gain: 0.045, pan }, 2.8);
  });
  reverb(track, 0.55, 3.8);
  hiss(track, 9, (turn) => {
    const surge = 0.5 + 0.5 * wave(turn, PULSES, -0.1);
    return { gain: 0.12 + 0.1 * surge, cutoffHz: 260 + 160 * surge, floorHz: 60 };
  });
}

export const jellyfish: Scene = {
  name: 'jellyfish',
  title: 'No bones, no hurry',
  caption: 'Five hundred million years of doing exactly this.',
  tags: ['jellyfish', 'deep sea', 'slow'],
  durationSec: 8,
  videoKbps: 400,
  posterTurn: 0.1,
  prepare,
  compose,
};
