// Paper lanterns rising from a lake at dusk. The upper part is painted first; the lake is that
// picture again, mirrored and broken up by ripples.

import { clamp01, lerp, smoothstep, TAU, wave, wrap } from '../curves.ts';
import { hex, type Ink, mix, ramp, type Rgb, sampleRamp, scale } from '../color.ts';
import { bloom, vignette } from '../develop.ts';
import { glow, line, type Point, polygon } from '../draw.ts';
import { blend, copyFrame, createFrame, type Frame, FRAME_WIDTH, sample, shade } from '../frame.ts';
import { fractal, noiseLoop } from '../noise.ts';
import { between, scatter, seededRandom } from '../random.ts';
import type { Painter, Scene } from '../scene.ts';
import { bell, hiss, pad, pluck, reverb, type Track } from '../synth.ts';

const SHORE = 846;

const dusk = ramp([
  [0, '#0c0d2b'],
  [0.35, '#251b52'],
  [0.62, '#5a2f70'],
  [0.82, '#a8486f'],
  [0.95, '#ee8a64'],
  [1, '#ffb877'],
]);
const paperTop = hex('#f0642e');
const paperMid = hex('#ffa03e');
const flame = hex('#fff0b0');
const halo = hex('#ff8a3c');

type Lantern = Readonly<{
  x: number;
  start: number;
  depth: number;
  /** Loops from the shore to the top: the far ones take longer. */
  lives: number;
  drift: number;
  sway: number;
  swayTurn: number;
  flicker: number;
}>;

function makeLanterns(): Lantern[] {
  const random = seededRandom(42);
  const lanterns = scatter(34, (index) => {
    const depth = (((index * 13) % 34) / 34) ** 1.6;
    return {
      // Steps of the plastic number spread places and times evenly, without rows or clumps.
      x: lerp(-20, FRAME_WIDTH + 20, wrap(index * 0.7548777)) + between(random, -34, 34),
      start: wrap(index * 0.5698403 + between(random, 0, 0.05)),
      depth,
      lives: depth > 0.3 ? 2 : 3,
      drift: between(random, 70, 120),
      sway: between(random, 6, 20),
      swayTurn: random(),
      flicker: random(),
    };
  });
  return lanterns.sort((a, b) => a.depth - b.depth);
}

function paintBackdrop(frame: Frame): void {
  shade(
    frame,
    (x, y, ink) => {
      sampleRamp(dusk, y / SHORE, ink);
      const wisp = fractal(x / 300, y / 60, 4, 9);
      const cloud = smoothstep(0.5, 0.8, wisp) * smoothstep(250, 700, y) * 0.35;
      ink.r = lerp(ink.r, 1, cloud * 0.5);
      ink.g = lerp(ink.g, 0.42, cloud * 0.5);
      ink.b = lerp(ink.b, 0.4, cloud * 0.5);
    },
    0,
    SHORE,
  );
  const random = seededRandom(8);
  for (let i = 0; i < 130; i += 1) {
    const y = 560 * random() ** 1.4;
    const gain = between(random, 0.15, 0.9) * (1 - y / 640);
    glow(frame, { x: FRAME_WIDTH * random(), y }, between(random, 1.3, 2.2), hex('#cfd6ff'), gain);
  }
  const hills = [
    { base: 752, height: 150, width: 250, color: '#7c3d70', seed: 3 },
    { base: 796, height: 120, width: 190, color: '#4d2a60', seed: 14 },
    { base: 836, height: 88, width: 130, color: '#241841', seed: 27 },
  ];
  for (const hill of hills) paintHill(frame, hill);
}

type Hill = Readonly<{ base: number; height: number; width: number; color: string; seed: number }>;

function paintHill(frame: Frame, hill: Hill): void {
  const points: Point[] = [{ x: -2, y: SHORE }];
  for (let x = -2; x <= FRAME_WIDTH + 2; x += 3) {
    const rise = fractal(x / hill.width, hill.seed, 5, hill.seed) - 0.28;
    points.push({ x, y: hill.base - hill.height * rise });
  }
  points.push({ x: FRAME_WIDTH + 2, y: SHORE });
  const color = hex(hill.color);
  polygon(frame, points, (_x, y, ink) => {
    const mist = smoothstep(hill.base - hill.height * 0.6, SHORE, y) * 0.45;
    ink.r = lerp(color.r, 0.75, mist * 0.5);
    ink.g = lerp(color.g, 0.25, mist * 0.5);
    ink.b = lerp(color.b, 0.3, mist * 0.5);
  });
}

/** A lantern needs several loops to rise; it is drawn once for each, at its age there. */
function paintLanterns(frame: Frame, lanterns: readonly Lantern[], turn: number): void {
  for (const lantern of lanterns) {
    for (let life = 0; life < lantern.lives; life += 1) {
      const age = wrap((turn + life) / lantern.lives + lantern.start);
      const size = lerp(7, 46, lantern.depth);
      const from = SHORE - 6 - 46 * lantern.depth;
      const y = from - age * (from + size * 3);
      const swing = wave(turn, 1, lantern.swayTurn + age * 2);
      const x = lantern.x + lantern.drift * age + lantern.sway * swing * (0.3 + lantern.depth);
      const glimmer = 1 + 0.1 * wave(turn, 5, lantern.flicker) + 0.05 * wave(turn, 11, age);
      paintLantern(frame, { at: { x, y }, size, tilt: swing * 0.09, light: glimmer, age });
    }
  }
}

type Sight = Readonly<{ at: Point; size: number; tilt: number; light: number; age: number }>;

function paintLantern(frame: Frame, { at, size, tilt, light, age }: Sight): void {
  const shown = smoothstep(0, 0.06, age);
  glow(frame, at, size * 4.2, halo, 0.11 * light * shown);
  const reach = size * 1.5;
  const top = Math.max(0, Math.floor(at.y - reach));
  const bottom = Math.min(SHORE, Math.ceil(at.y + reach));
  const left = Math.max(0, Math.floor(at.x - reach));
  const right = Math.min(FRAME_WIDTH, Math.ceil(at.x + reach));
  for (let py = top; py < bottom; py += 1) {
    for (let px = left; px < right; px += 1) {
      const dx = px + 0.5 - at.x;
      const dy = py + 0.5 - at.y;
      const u = (dx * Math.cos(tilt) + dy * Math.sin(tilt)) / size;
      const v = (dy * Math.cos(tilt) - dx * Math.sin(tilt)) / size;
      const half = lanternHalfWidth(v);
      const inside = Math.min(half - Math.abs(u), 1.12 - Math.abs(v)) * size;
      const cover = clamp01(inside + 0.5) * shown;
      if (cover <= 0) continue;
      blend(frame, (py * frame.width + px) * 3, lanternColor(u, v, half, light), cover);
    }
  }
}

/** Narrow at the open foot, widest near the shoulder, rounded at the top. */
function lanternHalfWidth(v: number): number {
  const shoulder = v < -0.55 ? Math.sqrt(Math.max(0, 1 - ((v + 0.55) / 0.57) ** 2)) : 1;
  return lerp(0.86, 0.6, clamp01((v + 0.55) / 1.67)) * shoulder;
}

function lanternColor(u: number, v: number, half: number, light: number): Rgb {
  const fire = Math.exp(-(((v - 0.75) / 0.75) ** 2) - (u / 0.5) ** 2);
  const paper = mix(paperTop, paperMid, smoothstep(-1, 0.7, v));
  const round = 1 - 0.4 * (Math.abs(u) / Math.max(0.1, half)) ** 2.5;
  const rib = 1 - 0.1 * smoothstep(0.06, 0, Math.abs(Math.abs(u / Math.max(0.1, half)) - 0.45));
  const rim = v > 1.02 ? 0.45 : 1;
  return scale(mix(paper, flame, fire * 0.9), (0.62 + 1.5 * fire) * round * rib * rim * light);
}

function paintLake(frame: Frame, turn: number): void {
  const mirrored: Ink = { r: 0, g: 0, b: 0 };
  shade(
    frame,
    (x, y, ink) => {
      const depth = y - SHORE;
      const near = depth / (1280 - SHORE);
      const long = noiseLoop(x / lerp(90, 230, near), 2200 / (depth + 26), turn, 4, 5) - 0.5;
      const short = noiseLoop(x / lerp(26, 70, near), 5600 / (depth + 30), turn, 6, 6) - 0.5;
      const push = (long * 1.2 + short * 0.8) * lerp(5, 74, near);
      const sourceY = SHORE - depth * 1.12 - 3 + push * 1.2;
      sample(frame, x + push * 0.32, Math.min(SHORE - 2, Math.max(1, sourceY)), mirrored);
      const gleam = 0.72 - 0.22 * near;
      ink.r = mirrored.r * gleam + 0.004;
      ink.g = mirrored.g * gleam * 0.96 + 0.004;
      ink.b = mirrored.b * gleam + 0.016;
    },
    SHORE,
  );
}

function paintReeds(frame: Frame, turn: number): void {
  const random = seededRandom(5);
  const color = hex('#0b0820');
  for (let i = 0; i < 44; i += 1) {
    const side = i % 2 === 0 ? 0 : 1;
    const x = Math.abs(side * FRAME_WIDTH - 190 * random() ** 1.7);
    const length = between(random, 90, 290) * (1 - Math.abs(x - side * FRAME_WIDTH) / 320);
    const lean = between(random, -26, 40) * (side === 0 ? 1 : -1);
    const bend = lean + 9 * wave(turn, 1, x / 300) + 3 * wave(turn, 3, random());
    let from = { x, y: 1284 };
    for (let step = 1; step <= 6; step += 1) {
      const share = step / 6;
      const to = { x: x + bend * share * share, y: 1284 - length * share };
      line(frame, from, to, lerp(5, 1, share), color);
      from = to;
    }
    if (i % 5 === 0) line(frame, from, { x: from.x + bend * 0.02, y: from.y + 30 }, 8, color);
  }
}

function prepare(): Painter {
  const backdrop = createFrame();
  paintBackdrop(backdrop);
  const lanterns = makeLanterns();
  return (frame, turn) => {
    copyFrame(frame, backdrop);
    paintLanterns(frame, lanterns, turn);
    paintLake(frame, turn);
    paintReeds(frame, turn);
    bloom(frame, 0.75, 60, 0.22);
    vignette(frame, 0.4);
  };
}

function compose(track: Track): void {
  const chords = [
    [50, 57, 62, 66],
    [47, 54, 62, 66],
    [43, 55, 59, 66],
  ];
  chords.forEach((chord, index) => {
    for (const pitch of chord) pad(track, { atSec: index * 3, pitch, gain: 0.09 }, 4.4, 0.3);
  });
  const tune = [74, 78, 81, 78, 74, 73, 71, 74, 78, 83, 81, 78];
  tune.forEach((pitch, index) => {
    const atSec = index * 0.75;
    pluck(track, { atSec, pitch: pitch - 12, gain: 0.32, pan: wave(index / 6, 1) * 0.5 }, 0.3, 2.4);
    if (index % 3 === 0) bell(track, { atSec: atSec + 0.02, pitch, gain: 0.04, pan: -0.3 }, 3);
  });
  reverb(track, 0.45, 3);
  hiss(track, 4, (turn) => {
    const lap = 0.5 + 0.5 * Math.sin(TAU * turn * 3);
    return { gain: 0.025 + 0.02 * lap, cutoffHz: 900, floorHz: 200 };
  });
}

export const lanterns: Scene = {
  name: 'lanterns',
  title: 'A hundred small wishes',
  caption: 'Each light went up with someone watching it go.',
  tags: ['lanterns', 'lake', 'dusk'],
  durationSec: 9,
  videoKbps: 400,
  posterTurn: 0.4,
  prepare,
  compose,
};
