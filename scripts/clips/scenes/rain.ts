// Rain on a window at night. Behind the glass is a city out of focus; every drop is a small lens
// that shows that city upside down. Drops that run wipe the beads in their way, which then grow
// again until the same drop comes by in the next loop.

import { clamp01, distance, lerp, smoothstep, TAU, wave, wrap } from '../curves.ts';
import { hex, type Ink, mix, ramp, type Rgb, sampleRamp } from '../color.ts';
import { vignette } from '../develop.ts';
import type { Point } from '../draw.ts';
import {
  add,
  blend,
  createFrame,
  type Frame,
  FRAME_HEIGHT,
  FRAME_WIDTH,
  sample,
  shade,
} from '../frame.ts';
import { fractal, noise } from '../noise.ts';
import { between, pick, scatter, seededRandom } from '../random.ts';
import type { Painter, Scene } from '../scene.ts';
import { bass, hiss, pad, pluck, reverb, type Track } from '../synth.ts';

const nightStreet = ramp([
  [0, '#0a1230'],
  [0.4, '#1a2450'],
  [0.66, '#40305e'],
  [0.76, '#54304f'],
  [1, '#0d0d1c'],
]);
const lampColors = ['#ffb257', '#ff8a4a', '#ffd9a0', '#ff4f7a', '#4fd3ff', '#7c7bff', '#53e0b0'];

type Lamp = Readonly<{ at: Point; radius: number; color: Rgb; gain: number; flicker: number }>;

function makeLamps(): Lamp[] {
  const random = seededRandom(31);
  return scatter(92, (index) => {
    const y = 880 - 700 * random() ** 1.35 + between(random, -20, 50);
    return {
      at: { x: between(random, -40, FRAME_WIDTH + 40), y },
      radius: lerp(30, 66, random() ** 2) * (index < 60 ? 0.6 : 1),
      color: hex(pick(random, lampColors)),
      gain: between(random, 0.22, 0.95) * (index < 60 ? 1 : 0.7),
      flicker: random(),
    };
  });
}

/** A light out of focus: an even disc with a slightly brighter rim. */
function bokeh(frame: Frame, at: Point, radius: number, color: Rgb, gain: number): void {
  const top = Math.max(0, Math.floor(at.y - radius - 2));
  const bottom = Math.min(FRAME_HEIGHT - 1, Math.ceil(at.y + radius + 2));
  const left = Math.max(0, Math.floor(at.x - radius - 2));
  const right = Math.min(FRAME_WIDTH - 1, Math.ceil(at.x + radius + 2));
  for (let y = top; y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      const away = distance(x + 0.5 - at.x, y + 0.5 - at.y);
      const cover = smoothstep(radius + 2, radius - 3, away);
      if (cover <= 0) continue;
      const light = cover * gain * (0.72 + 0.4 * (away / radius) ** 5);
      add(frame, (y * FRAME_WIDTH + x) * 3, color.r * light, color.g * light, color.b * light);
    }
  }
}

/** What a lamp leaves on the wet street: a long upright streak below the kerb. */
function smear(frame: Frame, lamp: Lamp): void {
  const half = lamp.radius * 1.1;
  const left = Math.max(0, Math.floor(lamp.at.x - half - 13));
  const right = Math.min(FRAME_WIDTH - 1, Math.ceil(lamp.at.x + half + 13));
  for (let y = 950; y < FRAME_HEIGHT; y += 1) {
    const down = smoothstep(950, 1040, y) * Math.exp(-(y - 950) / 150) * lamp.gain * 0.4;
    const ripple = 26 * (noise(y / 26, lamp.flicker * 90, 6) - 0.5);
    const broken = 0.6 + 0.6 * noise(y / 19, lamp.flicker * 50, 7);
    for (let x = left; x <= right; x += 1) {
      const aside = Math.abs(x + 0.5 - lamp.at.x - ripple) / half;
      const light = down * broken * smoothstep(1, 0, aside);
      const at = (y * FRAME_WIDTH + x) * 3;
      add(frame, at, lamp.color.r * light, lamp.color.g * light, lamp.color.b * light);
    }
  }
}

function paintCity(frame: Frame, lamps: readonly Lamp[], turn: number): void {
  for (const lamp of lamps) {
    const blink = lamp.flicker > 0.8 ? 0.6 + 0.4 * wave(turn, 2, lamp.flicker * 7) : 1;
    bokeh(frame, lamp.at, lamp.radius, lamp.color, lamp.gain * blink);
  }
  for (const lamp of lamps) smear(frame, lamp);
  // Cars: white towards us on the near lane, red away on the far one.
  for (let car = 0; car < 4; car += 1) {
    const along = wrap(turn + car / 4 + (car % 2) * 0.07);
    const x = lerp(-150, FRAME_WIDTH + 150, along);
    for (const gap of [0, 58]) {
      bokeh(frame, { x: x - gap, y: 946 }, 36, hex('#fff0cf'), 0.8);
      bokeh(frame, { x: FRAME_WIDTH - x + gap, y: 880 }, 29, hex('#ff2f3f'), 0.9);
    }
  }
}

type Runner = Readonly<{
  x: number;
  start: number;
  radius: number;
  stops: number;
  bite: number;
  seed: number;
}>;

function makeRunners(): Runner[] {
  const random = seededRandom(88);
  return scatter(11, (index) => ({
    x: 40 + (index * 640) / 10 + between(random, -22, 22),
    start: wrap(index * 0.618 + 0.1),
    radius: between(random, 12, 21),
    stops: 3 + Math.floor(random() * 4),
    bite: between(random, 0.6, 0.92),
    seed: index * 37 + 5,
  }));
}

/** Drops stick, let go and stick again: `share` of the way down after `age` of the loop. */
function wayDown(runner: Runner, age: number): number {
  const steps = TAU * runner.stops;
  return age - (runner.bite * Math.sin(steps * age)) / steps;
}

function runnerX(runner: Runner, y: number): number {
  return runner.x + 46 * (noise(y / 150, runner.seed, 3) - 0.5) + 9 * noise(y / 30, runner.seed, 4);
}

const FALL_FROM = -70;
const FALL_TO = FRAME_HEIGHT + 90;

/** Finds when a runner passes `y`, by halving: the way down never goes back up. */
function passTurn(runner: Runner, y: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 24; step += 1) {
    const middle = (low + high) / 2;
    const at = lerp(FALL_FROM, FALL_TO, wayDown(runner, middle));
    if (at < y) low = middle;
    else high = middle;
  }
  return wrap(low - runner.start);
}

/** A drop that stays. `wipedAt` is the turn at which a runner takes it along or leaves it. */
type Bead = Readonly<{
  at: Point;
  radius: number;
  squash: number;
  wipedAt: number | undefined;
  life: 'grows' | 'shrinks';
}>;

function makeBeads(runners: readonly Runner[]): Bead[] {
  const random = seededRandom(404);
  const beads: Bead[] = [];
  for (let i = 0; i < 470; i += 1) {
    const at = { x: FRAME_WIDTH * random(), y: FRAME_HEIGHT * random() };
    const radius = 2 + 9.5 * random() ** 3.4;
    const wiper = runners.find((one) => Math.abs(runnerX(one, at.y) - at.x) < one.radius * 0.9);
    const wipedAt = wiper === undefined ? undefined : passTurn(wiper, at.y);
    beads.push({ at, radius, squash: between(random, 0.85, 1.15), wipedAt, life: 'grows' });
  }
  for (const runner of runners) {
    for (let y = -20; y < FRAME_HEIGHT + 20; y += between(random, 16, 46)) {
      const at = { x: runnerX(runner, y) + between(random, -4, 4), y };
      const radius = between(random, 2.2, 0.46 * runner.radius);
      const wipedAt = passTurn(runner, y);
      beads.push({ at, radius, squash: between(random, 0.9, 1.3), wipedAt, life: 'shrinks' });
    }
  }
  return beads;
}

function beadSize(bead: Bead, turn: number): number {
  if (bead.wipedAt === undefined) return 1;
  const age = wrap(turn - bead.wipedAt);
  if (bead.life === 'grows') return smoothstep(0.12, 0.9, age);
  return (
    smoothstep(0, 0.02, age) * (1 - 0.75 * smoothstep(0.05, 0.8, age)) * smoothstep(1, 0.9, age)
  );
}

type Lens = Readonly<{ at: Point; radiusX: number; radiusY: number; tail: number }>;

/** Shows the city through a drop, upside down and small, with a dark rim and a highlight. */
function paintLens(frame: Frame, city: Frame, lens: Lens, ink: Ink): void {
  const { at, radiusX, radiusY, tail } = lens;
  const top = Math.max(0, Math.floor(at.y - radiusY * (1 + tail) - 1));
  const bottom = Math.min(FRAME_HEIGHT - 1, Math.ceil(at.y + radiusY + 1));
  const left = Math.max(0, Math.floor(at.x - radiusX - 1));
  const right = Math.min(FRAME_WIDTH - 1, Math.ceil(at.x + radiusX + 1));
  for (let y = top; y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      const rawV = (y + 0.5 - at.y) / radiusY;
      const v = rawV < 0 ? rawV / (1 + tail) : rawV;
      const narrow = rawV < 0 ? 1 - 0.45 * clamp01(tail) * clamp01(-v) : 1;
      const u = (x + 0.5 - at.x) / (radiusX * narrow);
      const far = distance(u, v);
      const cover = clamp01((1 - far) * radiusX + 0.5);
      if (cover <= 0) continue;
      const bulge = 0.45 + 0.55 * far * far;
      sample(city, at.x - u * 210 * bulge, 700 + (at.y - 700) * 0.35 - v * 330 * bulge, ink);
      const rim = 1 - 0.62 * smoothstep(0.62, 1, far);
      const shine = 0.75 * Math.exp(-((u + 0.36) ** 2 + (v + 0.42) ** 2) * 26);
      const foot = 0.2 * Math.exp(-((far - 0.78) ** 2) * 60) * clamp01(v);
      ink.r = ink.r * rim * 1.25 + shine * 0.8 + foot * 0.8;
      ink.g = ink.g * rim * 1.25 + shine * 0.85 + foot * 0.6;
      ink.b = ink.b * rim * 1.25 + shine + foot * 0.6;
      blend(frame, (y * FRAME_WIDTH + x) * 3, ink, cover);
    }
  }
}

/** The clear way a runner leaves in the mist of the glass. */
function paintTrail(frame: Frame, city: Frame, runner: Runner, turn: number, ink: Ink): void {
  const age = wrap(turn + runner.start);
  const head = lerp(FALL_FROM, FALL_TO, wayDown(runner, age));
  const length = 430;
  for (let y = Math.max(0, Math.floor(head - length)); y < Math.min(FRAME_HEIGHT, head); y += 1) {
    const fade = 1 - (head - y) / length;
    const middle = runnerX(runner, y);
    const half = runner.radius * (0.55 + 0.25 * fade);
    const left = Math.max(0, Math.floor(middle - half - 1));
    const right = Math.min(FRAME_WIDTH - 1, Math.ceil(middle + half + 1));
    for (let x = left; x <= right; x += 1) {
      const u = (x + 0.5 - middle) / half;
      const cover = clamp01((1 - Math.abs(u)) * half + 0.5) * fade * 0.75;
      if (cover <= 0) continue;
      sample(city, x - u * 60, y, ink);
      const rim = 1.12 - 0.35 * u * u;
      ink.r *= rim;
      ink.g *= rim;
      ink.b *= rim;
      blend(frame, (y * FRAME_WIDTH + x) * 3, ink, cover);
    }
  }
}

/** Mist on the glass: a little pale, a little blue, thicker towards the bottom. */
function paintMist(frame: Frame, city: Frame, mist: Float32Array): void {
  const pale = mix(hex('#39435f'), hex('#5a5570'), 0.4);
  for (let i = 0; i < mist.length; i += 1) {
    const at = i * 3;
    const share = mist[i] ?? 0;
    frame.light[at] = lerp((city.light[at] ?? 0) * 0.86, pale.r, share);
    frame.light[at + 1] = lerp((city.light[at + 1] ?? 0) * 0.86, pale.g, share);
    frame.light[at + 2] = lerp((city.light[at + 2] ?? 0) * 0.9, pale.b, share);
  }
}

function makeMist(): Float32Array {
  const mist = new Float32Array(FRAME_WIDTH * FRAME_HEIGHT);
  for (let y = 0; y < FRAME_HEIGHT; y += 1) {
    for (let x = 0; x < FRAME_WIDTH; x += 1) {
      const cloud = fractal(x / 210, y / 260, 4, 71);
      mist[y * FRAME_WIDTH + x] =
        0.04 + 0.2 * smoothstep(0.3, 0.8, cloud) * (0.6 + (0.5 * y) / 1280);
    }
  }
  return mist;
}

function prepare(): Painter {
  const city = createFrame();
  const sky = createFrame();
  shade(sky, (_x, y, ink) => sampleRamp(nightStreet, y / FRAME_HEIGHT, ink));
  const mist = makeMist();
  const lamps = makeLamps();
  const runners = makeRunners();
  const beads = makeBeads(runners);
  const ink: Ink = { r: 0, g: 0, b: 0 };
  return (frame, turn) => {
    city.light.set(sky.light);
    paintCity(city, lamps, turn);
    paintMist(frame, city, mist);
    for (const runner of runners) paintTrail(frame, city, runner, turn, ink);
    for (const bead of beads) {
      const radius = bead.radius * beadSize(bead, turn);
      if (radius < 0.8) continue;
      const lens = { at: bead.at, radiusX: radius, radiusY: radius * bead.squash, tail: 0.1 };
      paintLens(frame, city, lens, ink);
    }
    for (const runner of runners) {
      const age = wrap(turn + runner.start);
      const y = lerp(FALL_FROM, FALL_TO, wayDown(runner, age));
      const speed = 1 - runner.bite * Math.cos(TAU * runner.stops * age);
      const at = { x: runnerX(runner, y), y };
      const radiusY = runner.radius * (1 + 0.12 * speed);
      paintLens(
        frame,
        city,
        { at, radiusX: runner.radius, radiusY, tail: 0.35 + 0.5 * speed },
        ink,
      );
    }
    vignette(frame, 0.45);
  };
}

function compose(track: Track): void {
  const chords = [
    [38, 53, 57, 60, 64],
    [43, 53, 59, 62, 64],
    [36, 52, 55, 59, 62],
    [45, 52, 55, 60, 64],
  ];
  chords.forEach((chord, index) => {
    const atSec = index * 2;
    bass(track, { atSec, pitch: chord[0] ?? 38, gain: 0.2 }, 1.9);
    chord.slice(1).forEach((pitch, voice) => {
      pad(track, { atSec, pitch, gain: 0.035 }, 2.8, 0.2);
      pluck(
        track,
        { atSec: atSec + voice * 0.03, pitch, gain: 0.24, pan: voice / 3 - 0.5 },
        0.2,
        2,
      );
      pluck(track, { atSec: atSec + 1.25 + voice * 0.02, pitch, gain: 0.13 }, 0.15, 1.4);
    });
  });
  [76, 74, 71, 72, 69, 67].forEach((pitch, index) => {
    pluck(track, { atSec: 0.5 + index * 1.25, pitch, gain: 0.26, pan: 0.35 }, 0.3, 1.8);
  });
  reverb(track, 0.3, 1.8);
  hiss(track, 14, () => ({ gain: 0.1, cutoffHz: 5200, floorHz: 700 }));
  hiss(track, 15, (turn) => ({ gain: 0.1 + 0.04 * wave(turn, 1), cutoffHz: 420, floorHz: 90 }));
}

export const rain: Scene = {
  name: 'rain',
  title: 'Window seat, 11 p.m.',
  caption: 'Nowhere to be until it stops.',
  tags: ['rain', 'city', 'cosy'],
  durationSec: 8,
  videoKbps: 540,
  posterTurn: 0.5,
  prepare,
  compose,
};
