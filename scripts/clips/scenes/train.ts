// A toy train over a stone viaduct. The valley is drawn once; the train, its smoke, the mill's
// sails, the river's glitter, a balloon and the shadows of clouds move over it.

import { distance, lerp, smoothstep, TAU, wave, wrap } from '../curves.ts';
import { hex, mix, type Rgb } from '../color.ts';
import { vignette } from '../develop.ts';
import { disc, line, type Point, polygon } from '../draw.ts';
import {
  copyFrame,
  createFrame,
  type Frame,
  FRAME_HEIGHT,
  FRAME_WIDTH,
  multiply,
} from '../frame.ts';
import { box, facet, type Place, project, sidesOf } from '../isometric.ts';
import { between, scatter, seededRandom } from '../random.ts';
import type { Painter, Scene } from '../scene.ts';
import { bass, bell, hiss, pad, pluck, reverb, thump, type Track } from '../synth.ts';
import { DECK, millHub, paintValley, riverX } from './train-valley.ts';

const DURATION_SEC = 9;
const CAR = 1.75;
const CARS = 6;
/** The head starts just outside and ends when the last car is outside on the other side. */
const HEAD_FROM = -10.6;
const HEAD_TO = 10.6 + CARS * CAR;

function headAt(turn: number): number {
  return lerp(HEAD_FROM, HEAD_TO, turn);
}

const LIVERIES = ['#f6efe0', '#2a9d8f', '#f6efe0', '#e9b949', '#2a9d8f'] as const;

function paintCar(frame: Frame, head: number, bounce: number, livery: Rgb): void {
  const back = head - CAR + 0.14;
  const z = DECK + 0.12 + bounce;
  const dark = sidesOf(hex('#3a3440'));
  box(frame, { from: [back + 0.1, -0.26, DECK + 0.03], to: [head - 0.1, 0.26, z + 0.04] }, dark);
  box(frame, { from: [back, -0.31, z + 0.04], to: [head, 0.31, z + 0.62] }, sidesOf(livery));
  const roof = sidesOf(mix(livery, hex('#ffffff'), 0.45));
  box(frame, { from: [back - 0.02, -0.33, z + 0.62], to: [head + 0.02, 0.33, z + 0.7] }, roof);
  for (let pane = 0; pane < 4; pane += 1) {
    const x = back + 0.16 + pane * 0.36;
    const glass: Place[] = [
      [x, 0.312, z + 0.26],
      [x + 0.24, 0.312, z + 0.26],
      [x + 0.24, 0.312, z + 0.52],
      [x, 0.312, z + 0.52],
    ];
    facet(frame, glass, hex('#ffe7a0'));
  }
}

const ENGINE = hex('#d9383f');

function paintEngine(frame: Frame, head: number, bounce: number): void {
  const back = head - CAR + 0.14;
  const z = DECK + 0.12 + bounce;
  const dark = sidesOf(hex('#2f2a36'));
  const red = sidesOf(ENGINE);
  box(frame, { from: [back, -0.28, DECK + 0.03], to: [head, 0.28, z + 0.1] }, dark);
  box(frame, { from: [back, -0.32, z + 0.1], to: [back + 0.62, 0.32, z + 0.78] }, red);
  box(frame, { from: [back - 0.05, -0.36, z + 0.78], to: [back + 0.68, 0.36, z + 0.86] }, dark);
  const glass: Place[] = [
    [back + 0.16, 0.322, z + 0.42],
    [back + 0.48, 0.322, z + 0.42],
    [back + 0.48, 0.322, z + 0.7],
    [back + 0.16, 0.322, z + 0.7],
  ];
  facet(frame, glass, hex('#ffe7a0'));
  box(frame, { from: [back + 0.62, -0.22, z + 0.1], to: [head - 0.06, 0.22, z + 0.54] }, red);
  const gold = sidesOf(hex('#f2c14e'));
  box(frame, { from: [back + 0.86, -0.1, z + 0.54], to: [back + 1.04, 0.1, z + 0.66] }, gold);
  box(frame, { from: [head - 0.42, -0.1, z + 0.54], to: [head - 0.22, 0.1, z + 0.9] }, dark);
  box(frame, { from: [head - 0.46, -0.14, z + 0.88], to: [head - 0.18, 0.14, z + 0.96] }, gold);
  const lamp = project([head - 0.05, 0, z + 0.4]);
  disc(frame, lamp, 4, hex('#fff2b8'));
}

function paintTrain(frame: Frame, turn: number): void {
  const head = headAt(turn);
  // Far cars first: the train runs towards the viewer, so its head is drawn last.
  for (let car = CARS - 1; car >= 1; car -= 1) {
    const bounce = 0.012 * wave(turn, 36, car * 0.31);
    const livery = hex(LIVERIES[(car - 1) % LIVERIES.length] ?? '#f6efe0');
    paintCar(frame, head - car * CAR, bounce, livery);
  }
  paintEngine(frame, head, 0.012 * wave(turn, 36));
}

const PUFFS = 84;
const PUFF_SEC = 3;

function paintSmoke(frame: Frame, turn: number): void {
  const random = seededRandom(71);
  for (let puff = 0; puff < PUFFS; puff += 1) {
    const born = puff / PUFFS;
    const ageSec = wrap(turn - born) * DURATION_SEC;
    const aside = between(random, -5, 5);
    if (ageSec > PUFF_SEC) continue;
    const age = ageSec / PUFF_SEC;
    const from = project([headAt(born) - 0.32, 0, DECK + 1.1]);
    const at = {
      x: from.x - 46 * age + aside * (1 + 3 * age),
      y: from.y - 8 - 104 * Math.sqrt(age) * (0.75 + 0.25 * age),
    };
    const color = mix(hex('#ffffff'), hex('#dfe9ef'), age);
    disc(frame, at, 7 + 25 * Math.sqrt(age), color, 0.55 * (1 - age) ** 1.2, 5 + 16 * age);
  }
}

function paintMillSails(frame: Frame, turn: number): void {
  const hub = millHub();
  const white = hex('#fffaf0');
  for (let sail = 0; sail < 4; sail += 1) {
    const angle = TAU * (turn * 2 + sail / 4);
    // The wheel of sails faces down to the left, so it is seen squeezed and sheared.
    const at = (far: number, wide: number): Point => {
      const u = far * Math.cos(angle) - wide * Math.sin(angle);
      const v = far * Math.sin(angle) + wide * Math.cos(angle);
      return { x: hub.x + u * 0.9, y: hub.y + u * 0.45 + v };
    };
    line(frame, hub, at(58, 0), 2.6, hex('#7a5a44'));
    polygon(frame, [at(14, 2), at(56, 2), at(56, 13), at(14, 13)], white);
    polygon(frame, [at(14, 7), at(56, 7), at(56, 13), at(14, 13)], hex('#e9dcc4'));
  }
  disc(frame, hub, 4.5, hex('#c94f4f'));
}

type Glint = Readonly<{ start: number; aside: number; length: number }>;

function paintRiver(frame: Frame, glints: readonly Glint[], turn: number): void {
  for (const { start, aside, length } of glints) {
    // The river flows towards the viewer; a glint lives for a short stretch of it.
    const flow = wrap(turn * 2 + start * 7);
    const y = lerp(-30, 26, start) + 3.2 * flow;
    if (y > -3.4 && y < 0.7) continue;
    const from = project([riverX(y) + aside, y, -0.24]);
    const to = project([riverX(y + length) + aside, y + length, -0.24]);
    line(frame, from, to, 2, hex('#c9f3f7'), 0.75 * Math.sin(Math.PI * flow));
  }
}

const balloonColors = ['#e2574c', '#fff1dc', '#f2b84b', '#fff1dc'] as const;

function paintBalloon(frame: Frame, turn: number): void {
  const middle = { x: 205 + 26 * wave(turn, 1), y: 262 + 15 * wave(turn, 1, 0.3) };
  const radius = 64;
  const basket = { x: middle.x, y: middle.y + 112 };
  for (const side of [-1, 1]) {
    const top = { x: middle.x + side * 34, y: middle.y + 52 };
    line(frame, top, { x: basket.x + side * 10, y: basket.y }, 1.6, hex('#6b4a35'));
  }
  const crate: Point[] = [
    { x: basket.x - 12, y: basket.y - 2 },
    { x: basket.x + 12, y: basket.y - 2 },
    { x: basket.x + 10, y: basket.y + 16 },
    { x: basket.x - 10, y: basket.y + 16 },
  ];
  polygon(frame, crate, hex('#a9713f'));
  const outline = scatter(44, (index) => {
    const angle = (TAU * index) / 44;
    const down = Math.max(0, -Math.cos(angle));
    const pinch = 1 - 0.42 * down ** 2;
    return {
      x: middle.x + radius * Math.sin(angle) * pinch,
      y: middle.y - radius * Math.cos(angle) * (1 + 0.22 * down),
    };
  });
  const colors = balloonColors.map(hex);
  polygon(frame, outline, (x, y, ink) => {
    const pinch = 1 - 0.42 * Math.max(0, (y - middle.y) / (radius * 1.22)) ** 2;
    const height = Math.sqrt(Math.max(0.02, 1 - ((y - middle.y) / (radius * 1.2)) ** 2));
    const across = Math.max(-1, Math.min(1, (x - middle.x) / (radius * pinch * height)));
    const gore = Math.floor(wrap(Math.asin(across) / TAU + turn * 0.5 + 0.5) * 16) % 4;
    const color = colors[gore] ?? ENGINE;
    const light = 1.02 - 0.42 * smoothstep(-0.3, 1, (x - middle.x + y - middle.y) / radius / 1.6);
    ink.r = color.r * light;
    ink.g = color.g * light;
    ink.b = color.b * light;
  });
}

/** Clouds are felt as shadows that slide over the land. */
function paintCloudShadows(frame: Frame, shadow: Float32Array, turn: number): void {
  const shift = Math.floor(turn * FRAME_WIDTH);
  for (let y = 0; y < FRAME_HEIGHT; y += 1) {
    for (let x = 0; x < FRAME_WIDTH; x += 1) {
      const from = y * FRAME_WIDTH + ((x - shift + FRAME_WIDTH) % FRAME_WIDTH);
      const by = shadow[from] ?? 1;
      if (by < 1) multiply(frame, (y * FRAME_WIDTH + x) * 3, by);
    }
  }
}

function makeCloudShadows(): Float32Array {
  const shadow = new Float32Array(FRAME_WIDTH * FRAME_HEIGHT).fill(1);
  const blobs = [
    [120, 470, 150],
    [220, 500, 120],
    [520, 960, 190],
    [400, 1000, 130],
    [600, 720, 90],
  ] as const;
  for (let y = 0; y < FRAME_HEIGHT; y += 1) {
    for (let x = 0; x < FRAME_WIDTH; x += 1) {
      let near = 0;
      for (const [cx, cy, radius] of blobs) {
        const dx = Math.abs(wrap((x - cx) / FRAME_WIDTH + 0.5) - 0.5) * FRAME_WIDTH;
        near = Math.max(near, 1 - distance(dx, (y - cy) * 1.9) / radius);
      }
      shadow[y * FRAME_WIDTH + x] = 1 - 0.24 * smoothstep(0, 0.3, near);
    }
  }
  return shadow;
}

function prepare(): Painter {
  const valley = createFrame();
  paintValley(valley);
  const shadow = makeCloudShadows();
  const random = seededRandom(19);
  const glints = scatter(90, () => ({
    start: random(),
    aside: between(random, -0.95, 0.95),
    length: between(random, 0.3, 0.8),
  }));
  return (frame, turn) => {
    copyFrame(frame, valley);
    paintRiver(frame, glints, turn);
    paintMillSails(frame, turn);
    paintTrain(frame, turn);
    paintCloudShadows(frame, shadow, turn);
    paintSmoke(frame, turn);
    paintBalloon(frame, turn);
    vignette(frame, 0.22);
  };
}

function compose(track: Track): void {
  const chords = [
    [48, 60, 64, 67],
    [45, 57, 60, 64],
    [41, 57, 60, 65],
    [43, 55, 59, 67],
  ];
  const barSec = DURATION_SEC / 4;
  const tune = [79, 76, 72, 76, 79, 81, 79, 76, 77, 81, 84, 81, 79, 74, 71, 74];
  chords.forEach((chord, bar) => {
    const atSec = bar * barSec;
    for (const pitch of chord) pad(track, { atSec, pitch, gain: 0.04 }, 3, 0.2);
    for (let beat = 0; beat < 4; beat += 1) {
      const beatSec = atSec + (beat * barSec) / 4;
      const low = (chord[0] ?? 48) - (beat % 2 === 0 ? 12 : 5);
      bass(track, { atSec: beatSec, pitch: low, gain: 0.16 }, 0.5);
      thump(track, { atSec: beatSec, pitch: 40, gain: 0.14 }, 0.16);
      pluck(
        track,
        { atSec: beatSec, pitch: tune[bar * 4 + beat] ?? 72, gain: 0.4, pan: 0.2 },
        0.6,
        1,
      );
      const chop = beatSec + barSec / 8;
      for (const pitch of chord.slice(1))
        pluck(track, { atSec: chop, pitch, gain: 0.14 }, 0.5, 0.5);
    }
  });
  for (const [atSec, pitch] of [
    [0.1, 91],
    [4.6, 88],
  ] as const) {
    bell(track, { atSec, pitch, gain: 0.03, pan: -0.4 }, 2);
  }
  reverb(track, 0.2, 1.3);
  hiss(track, 50, (turn) => {
    const chuff = wrap(turn * 32) ** 0.4;
    return { gain: 0.16 * (1 - chuff) ** 1.2, cutoffHz: 2600, floorHz: 300 };
  });
}

export const train: Scene = {
  name: 'train',
  title: 'The 9:04 is on time',
  caption: 'Six little carriages and the best seat is every seat.',
  tags: ['train', 'miniature', 'cheerful'],
  durationSec: DURATION_SEC,
  videoKbps: 380,
  posterTurn: 0.46,
  prepare,
  compose,
};
