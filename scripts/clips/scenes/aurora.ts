// Northern lights over firs and a lit cabin. Each curtain is a folded line seen from below; where
// it folds back over itself its rays add up, as they do in the sky.

import { lerp, smoothstep, TAU, wave } from '../curves.ts';
import { hex, mix, ramp, type Rgb, rampColor, scale } from '../color.ts';
import { blur, vignette } from '../develop.ts';
import { disc, glow, line, type Point, polygon } from '../draw.ts';
import {
  add,
  addStretched,
  copyFrame,
  createFrame,
  type Frame,
  FRAME_HEIGHT,
  FRAME_WIDTH,
  shade,
} from '../frame.ts';
import { drawLayer, makeLayer } from '../layer.ts';
import { fractal, noise, noiseLoop } from '../noise.ts';
import { between, type Random, seededRandom } from '../random.ts';
import type { Painter, Scene } from '../scene.ts';
import { bell, hiss, pad, reverb, type Track } from '../synth.ts';

const GROUND = 1010;
const SMALL_WIDTH = FRAME_WIDTH / 2;
const SMALL_HEIGHT = 520;

const night = ramp([
  [0, '#050b1e'],
  [0.5, '#0a1d38'],
  [0.85, '#123a4e'],
  [1, '#1d5560'],
]);
/** From the lower hem of a curtain upwards. */
const rays = ramp([
  [0, '#ff6fae'],
  [0.05, '#b8ffb0'],
  [0.16, '#4dffa1'],
  [0.42, '#22c9a0'],
  [0.68, '#4a62d8'],
  [0.86, '#8a3fd0'],
  [1, '#3a1a66'],
]);

type Curtain = Readonly<{
  y: number;
  amplitude: number;
  height: number;
  fold: number;
  gain: number;
  seed: number;
}>;

const curtains: readonly Curtain[] = [
  { y: 285, amplitude: 46, height: 165, fold: 26, gain: 0.34, seed: 7 },
  { y: 352, amplitude: 70, height: 250, fold: 44, gain: 0.6, seed: 19 },
  { y: 430, amplitude: 52, height: 330, fold: 34, gain: 0.42, seed: 31 },
];

function paintCurtain(sky: Frame, curtain: Curtain, turn: number, colors: readonly Rgb[]): void {
  const { seed } = curtain;
  const steps = 1300;
  for (let step = 0; step < steps; step += 1) {
    const along = (step / steps) * 1.3 - 0.15;
    const slow = noiseLoop(along * 2.2, 3, turn, 3, seed) - 0.5;
    const bend = noiseLoop(along * 5.5, 8, turn, 4, seed + 1) - 0.5;
    const dip = noiseLoop(along * 4.1, 6, turn, 3, seed + 5) - 0.5;
    const x = along * SMALL_WIDTH + curtain.fold * 2.4 * bend + 20 * slow;
    const hem = curtain.y + curtain.amplitude * (1.5 * slow + 0.8 * dip) - 90 * along * along;
    const patch = smoothstep(0.25, 0.75, noiseLoop(along * 3.1, 1, turn, 3, seed + 2));
    const fine = noiseLoop(along * 46, 5, turn, 6, seed + 3);
    const ray = lerp(0.35, 1.2, fine) * lerp(0.12, 1, patch);
    const height = curtain.height * lerp(0.55, 1.1, noiseLoop(along * 13, 2, turn, 5, seed + 4));
    paintRay(sky, { x, hem, height, gain: ray * curtain.gain * 0.25 }, colors);
  }
}

type Ray = Readonly<{ x: number; hem: number; height: number; gain: number }>;

function paintRay(sky: Frame, ray: Ray, colors: readonly Rgb[]): void {
  const left = Math.floor(ray.x);
  if (left < 0 || left + 1 >= sky.width) return;
  const share = ray.x - left;
  const bottom = Math.min(sky.height - 1, Math.ceil(ray.hem + 6));
  for (let y = Math.max(0, Math.floor(ray.hem - ray.height)); y <= bottom; y += 1) {
    const up = (ray.hem - y) / ray.height;
    const hemFade = smoothstep(-6, 8, ray.hem - y);
    const light = ray.gain * hemFade * (Math.exp(-3.4 * Math.max(0, up)) + 0.16) * (1 - up) ** 0.8;
    if (!(light > 0)) continue;
    const color = colors[Math.max(0, Math.min(255, Math.round(up * 255)))];
    if (color === undefined) continue;
    const at = (y * sky.width + left) * 3;
    const here = light * (1 - share);
    const next = light * share;
    add(sky, at, color.r * here, color.g * here, color.b * here);
    add(sky, at + 3, color.r * next, color.g * next, color.b * next);
  }
}

function paintBackdrop(frame: Frame): void {
  shade(frame, (x, y, ink) => {
    const color = rampColor(night, y / GROUND);
    const across = (x - 90 + y * 0.62) / 210 - 1.9;
    const milk = Math.exp(-across * across) * fractal(x / 90, y / 120, 5, 55) ** 2 * 0.045;
    ink.r = color.r + milk * 0.8;
    ink.g = color.g + milk * 0.9;
    ink.b = color.b + milk * 1.1;
  });
  const random = seededRandom(77);
  for (let i = 0; i < 420; i += 1) {
    const at = { x: FRAME_WIDTH * random(), y: 880 * random() };
    const gain = 0.08 + 0.9 * random() ** 5;
    const tint = mix(hex('#ffe8c9'), hex('#bcd4ff'), random());
    glow(frame, at, 1.3 + 1.1 * gain, tint, gain);
  }
}

type Twinkle = Readonly<{ at: Point; cycles: number; offset: number }>;

function makeTwinkles(): Twinkle[] {
  const random = seededRandom(6);
  return Array.from({ length: 26 }, () => ({
    at: { x: FRAME_WIDTH * random(), y: 760 * random() },
    cycles: 2 + Math.floor(random() * 3),
    offset: random(),
  }));
}

function paintMountains(frame: Frame): void {
  const layers = [
    { base: 930, height: 260, width: 260, seed: 12, color: '#16364a', snow: '#6fa8ad' },
    { base: 985, height: 170, width: 170, seed: 40, color: '#0e2536', snow: '#33646f' },
  ];
  for (const layer of layers) {
    const crest = (x: number): number => {
      const ridge = 1 - Math.abs(2 * noise(x / layer.width, 1, layer.seed) - 1);
      const rough = fractal(x / 60, 2, 4, layer.seed) - 0.5;
      return layer.base - layer.height * (ridge * 0.8 + rough * 0.35);
    };
    const points: Point[] = [{ x: -2, y: GROUND + 60 }];
    for (let x = -2; x <= FRAME_WIDTH + 2; x += 2) points.push({ x, y: crest(x) });
    points.push({ x: FRAME_WIDTH + 2, y: GROUND + 60 });
    const rock = hex(layer.color);
    const snow = hex(layer.snow);
    polygon(frame, points, (x, y, ink) => {
      const below = y - crest(x);
      const face = fractal((x + y * 0.6) / 34, (y - x * 0.3) / 60, 4, layer.seed + 3);
      const lit = smoothstep(0.42, 0.6, face) * smoothstep(150, 10, below);
      ink.r = lerp(rock.r, snow.r, lit);
      ink.g = lerp(rock.g, snow.g, lit);
      ink.b = lerp(rock.b, snow.b, lit);
    });
  }
}

function paintSnow(frame: Frame): void {
  const rise = (x: number): number => GROUND + 26 * Math.sin(x / 190 + 1) + 12 * Math.sin(x / 71);
  const points: Point[] = [{ x: -2, y: FRAME_HEIGHT + 2 }];
  for (let x = -2; x <= FRAME_WIDTH + 2; x += 4) points.push({ x, y: rise(x) });
  points.push({ x: FRAME_WIDTH + 2, y: FRAME_HEIGHT + 2 });
  const near = hex('#1b4454');
  const far = hex('#3f8a86');
  polygon(frame, points, (x, y, ink) => {
    const drift = fractal(x / 170, y / 38, 4, 91);
    const share = smoothstep(FRAME_HEIGHT, GROUND, y) * 0.75 + (drift - 0.5) * 0.5;
    const color = mix(near, far, share);
    ink.r = color.r;
    ink.g = color.g;
    ink.b = color.b;
  });
}

function paintFir(frame: Frame, foot: Point, height: number, random: Random, color: Rgb): void {
  const points: Point[] = [];
  const tiers = 9;
  const half = height * 0.2;
  for (const side of [-1, 1]) {
    const edge: Point[] = [];
    for (let tier = 0; tier < tiers; tier += 1) {
      const top = tier / tiers;
      const reach = half * (0.12 + 0.88 * ((tier + 1) / tiers)) * between(random, 0.85, 1.1);
      edge.push({ x: foot.x + side * half * top * 0.5, y: foot.y - height * (1 - top) });
      const drop = foot.y - height * (1 - (tier + 1.25) / (tiers + 0.6));
      edge.push({ x: foot.x + side * reach, y: drop });
    }
    points.push(...(side === -1 ? edge : edge.reverse()));
  }
  polygon(frame, points, color);
  line(frame, foot, { x: foot.x, y: foot.y - height * 0.12 }, height * 0.035, color);
}

function paintCabin(frame: Frame): void {
  const x = 232;
  const y = 1070;
  const wall = hex('#1c1712');
  const warm = hex('#ffb34d');
  glow(frame, { x: x + 4, y: y + 34 }, 190, warm, 0.2);
  polygon(
    frame,
    [
      { x: x - 52, y: y + 26 },
      { x: x - 52, y: y - 22 },
      { x: x + 58, y: y - 22 },
      { x: x + 58, y: y + 26 },
    ],
    wall,
  );
  const roof = [
    { x: x - 66, y: y - 18 },
    { x: x - 34, y: y - 68 },
    { x: x + 42, y: y - 68 },
    { x: x + 72, y: y - 18 },
  ];
  polygon(frame, roof, hex('#5fa39c'));
  polygon(
    frame,
    [
      ...roof.slice(0, 1),
      { x: x - 60, y: y - 28 },
      { x: x + 66, y: y - 28 },
      { x: x + 72, y: y - 18 },
    ],
    hex('#2c5f66'),
  );
  for (const left of [x - 34, x + 12]) {
    const pane = [
      { x: left, y: y - 10 },
      { x: left + 24, y: y - 10 },
      { x: left + 24, y: y + 12 },
      { x: left, y: y + 12 },
    ];
    polygon(frame, pane, scale(warm, 1.5));
    line(frame, { x: left + 12, y: y - 10 }, { x: left + 12, y: y + 12 }, 2, wall);
    line(frame, { x: left, y: y + 1 }, { x: left + 24, y: y + 1 }, 2, wall);
    glow(frame, { x: left + 12, y }, 46, warm, 0.45);
  }
}

function paintFirs(frame: Frame, row: 'far' | 'near'): void {
  const random = seededRandom(row === 'far' ? 101 : 202);
  if (row === 'far') {
    for (let x = -10; x < FRAME_WIDTH + 20; x += between(random, 10, 22)) {
      const open = Math.exp(-(((x - 300) / 150) ** 2));
      const height = between(random, 46, 120) * (1 - 0.6 * open);
      paintFir(frame, { x, y: GROUND + 22 }, height, random, hex('#0a2230'));
    }
    return;
  }
  const places = [-14, 42, 96, 148, 470, 522, 566, 612, 668, 716];
  for (const x of places) {
    const edge = Math.abs(x - 320) / 400;
    const height = between(random, 170, 250) * (0.45 + 1.05 * edge);
    const y = 1092 + 150 * edge * edge;
    paintFir(frame, { x, y }, height, random, hex('#030b14'));
  }
}

function paintSmoke(frame: Frame, turn: number): void {
  for (let puff = 0; puff < 12; puff += 1) {
    const age = (turn * 2 + puff / 12) % 1;
    const x = 262 + 40 * age * age + 8 * wave(age, 1, puff * 0.37);
    const at = { x, y: 1000 - 150 * age };
    const faint = smoothstep(0, 0.15, age) * (1 - age) * 0.15;
    disc(frame, at, 7 + 24 * age, hex('#9fd8cf'), faint, 14 + 30 * age);
  }
}

function paintForeground(frame: Frame): void {
  paintMountains(frame);
  paintSnow(frame);
  paintFirs(frame, 'far');
  paintCabin(frame);
  paintFirs(frame, 'near');
}

/** The snow breathes with the light above it. */
function tintSnow(frame: Frame, turn: number): void {
  const gain = 0.5 + 0.5 * wave(turn, 1, 0.1);
  for (let y = GROUND - 20; y < FRAME_HEIGHT; y += 1) {
    const far = smoothstep(FRAME_HEIGHT, GROUND, y) * smoothstep(GROUND - 20, GROUND + 20, y);
    const green = 1 + 0.35 * gain * far;
    for (let x = 0; x < FRAME_WIDTH; x += 1) {
      const at = (y * FRAME_WIDTH + x) * 3 + 1;
      frame.light[at] = (frame.light[at] ?? 0) * green;
    }
  }
}

function prepare(): Painter {
  const backdrop = createFrame();
  paintBackdrop(backdrop);
  const foreground = makeLayer(paintForeground);
  const colors = Array.from({ length: 256 }, (_, index) => rampColor(rays, index / 255));
  const twinkles = makeTwinkles();
  const sky = createFrame(SMALL_WIDTH, SMALL_HEIGHT);
  return (frame, turn) => {
    copyFrame(frame, backdrop);
    for (const { at, cycles, offset } of twinkles) {
      glow(frame, at, 3, hex('#dfeaff'), Math.max(0, wave(turn, cycles, offset)) * 0.8);
    }
    sky.light.fill(0);
    for (const curtain of curtains) paintCurtain(sky, curtain, turn, colors);
    blur(sky, 1);
    addStretched(frame, sky, 1, 0, SMALL_HEIGHT * 2);
    drawLayer(frame, foreground);
    tintSnow(frame, turn);
    paintSmoke(frame, turn);
    vignette(frame, 0.35);
  };
}

function compose(track: Track): void {
  const chords = [
    [40, 52, 59, 66],
    [36, 52, 60, 67],
  ];
  chords.forEach((chord, index) => {
    for (const pitch of chord) pad(track, { atSec: index * 4, pitch, gain: 0.11 }, 6, 0.5);
  });
  const sparks = [83, 90, 88, 95, 86, 91];
  sparks.forEach((pitch, index) => {
    const atSec = 0.4 + index * 1.27;
    bell(track, { atSec, pitch, gain: 0.03, pan: Math.sin(TAU * index * 0.31) * 0.7 }, 3.4);
  });
  reverb(track, 0.5, 3.6);
  hiss(track, 12, (turn) => {
    const gust = 0.5 + 0.5 * wave(turn, 2, 0.3);
    return { gain: 0.03 + 0.09 * gust, cutoffHz: 350 + 500 * gust, floorHz: 130 };
  });
}

export const aurora: Scene = {
  name: 'aurora',
  title: 'The sky was busy last night',
  caption: 'Minus nineteen, and nobody wanted to go in.',
  tags: ['aurora', 'night', 'winter'],
  durationSec: 8,
  videoKbps: 400,
  posterTurn: 0.15,
  prepare,
  compose,
};
