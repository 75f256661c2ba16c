// A whole day cut out of paper. Sun and moon ride on one wheel, the colours of every sheet follow
// the hour, and the sheets slide against each other a little, so that their distance is felt.

import { clamp01, lerp, pulse, smoothstep, TAU, wave, wrap } from '../curves.ts';
import { hex, type Ink, mix, type Rgb } from '../color.ts';
import { disc, glow, line, type Point, polygon } from '../draw.ts';
import { blend, type Frame, FRAME_HEIGHT, FRAME_WIDTH, multiply, shade } from '../frame.ts';
import { fractal, noise } from '../noise.ts';
import { between, scatter, seededRandom } from '../random.ts';
import type { Painter, Scene } from '../scene.ts';
import { bass, bell, hiss, pad, pluck, reverb, type Track } from '../synth.ts';

const MARGIN = 140;
const SHEET_WIDTH = FRAME_WIDTH + 2 * MARGIN;
const COLUMNS_A_PIXEL = 2;

/** Four hours of the day: dawn, noon, dusk, midnight. Turn 0 is dawn. */
type Hours = readonly [Rgb, Rgb, Rgb, Rgb];

function hours(dawn: string, noon: string, dusk: string, midnight: string): Hours {
  return [hex(dawn), hex(noon), hex(dusk), hex(midnight)];
}

function atHour(colors: Hours, turn: number): Rgb {
  const at = wrap(turn) * 4;
  const from = colors[Math.floor(at) % 4] ?? colors[0];
  const to = colors[(Math.floor(at) + 1) % 4] ?? colors[0];
  return mix(from, to, smoothstep(0.1, 0.9, at - Math.floor(at)));
}

const skyHigh = hours('#7d86c9', '#4fa8dd', '#4a3f8f', '#0e1440');
const skyLow = hours('#ffc9a3', '#cdeef2', '#ff8a5c', '#2a3a78');

type Sheet = Readonly<{
  colors: Hours;
  sway: number;
  /** Height of the cut edge, every half pixel from the left margin. */
  edge: Float32Array;
}>;

type Cut = Readonly<{
  base: number;
  height: number;
  width: number;
  seed: number;
  trees: number;
  jagged: number;
}>;

function cutEdge(cut: Cut): Float32Array {
  const edge = new Float32Array(SHEET_WIDTH * COLUMNS_A_PIXEL);
  const random = seededRandom(cut.seed);
  const trees = scatter(cut.trees, () => ({
    x: between(random, -10, SHEET_WIDTH + 10),
    height: between(random, 46, 128),
  }));
  for (let i = 0; i < edge.length; i += 1) {
    const x = i / COLUMNS_A_PIXEL;
    const ridge = 1 - Math.abs(2 * noise(x / cut.width + cut.seed, 0.5, cut.seed) - 1);
    const hill = noise(x / (cut.width * 1.3) + 3, 0.5, cut.seed + 1);
    const rough = fractal(x / (cut.width * 0.25), 0.5, 3, cut.seed + 2) - 0.5;
    const shape = lerp(hill, ridge ** 1.4, cut.jagged) + rough * 0.3 * cut.jagged;
    let y = cut.base - cut.height * shape;
    for (const tree of trees) {
      const aside = Math.abs(x - tree.x);
      const half = tree.height * 0.23;
      if (aside < half) y = Math.min(y, treeTop(cut, tree, aside / half));
    }
    edge[i] = y;
  }
  return edge;
}

/** A fir as an edge: of four skirts, one above the other, the highest at this distance. */
function treeTop(cut: Cut, tree: { x: number; height: number }, aside: number): number {
  const foot = cut.base - cut.height * noise(tree.x / (cut.width * 1.3) + 3, 0.5, cut.seed + 1);
  let top = 0;
  for (let skirt = 0; skirt < 4; skirt += 1) {
    const reach = (skirt + 1) / 4;
    const apex = 1 - skirt * 0.24;
    if (aside < reach) top = Math.max(top, apex - (0.32 * aside) / reach);
  }
  return foot + 10 - tree.height * top;
}

function makeSheets(): Sheet[] {
  const cuts: readonly (Cut & { colors: Hours; sway: number })[] = [
    {
      ...{ base: 760, height: 330, width: 210, seed: 61, trees: 0, jagged: 1, sway: 6 },
      colors: hours('#b8a6d9', '#a9d3e6', '#b0628f', '#3a4c98'),
    },
    {
      ...{ base: 850, height: 290, width: 250, seed: 22, trees: 0, jagged: 0.9, sway: 13 },
      colors: hours('#9a8ccc', '#7fbbd3', '#8f4a86', '#2d3d82'),
    },
    {
      ...{ base: 930, height: 220, width: 190, seed: 73, trees: 0, jagged: 0.6, sway: 23 },
      colors: hours('#e59a98', '#67b79e', '#d0586a', '#24346f'),
    },
    {
      ...{ base: 1010, height: 180, width: 240, seed: 44, trees: 7, jagged: 0, sway: 36 },
      colors: hours('#d47a78', '#43996f', '#a83f63', '#1b2a5c'),
    },
    {
      ...{ base: 1090, height: 170, width: 260, seed: 35, trees: 12, jagged: 0, sway: 54 },
      colors: hours('#a85a70', '#2b7d5e', '#6f2d5c', '#142049'),
    },
    {
      ...{ base: 1220, height: 170, width: 300, seed: 96, trees: 15, jagged: 0, sway: 80 },
      colors: hours('#6a3a5c', '#175a4a', '#401d49', '#0c1535'),
    },
  ];
  return cuts.map((cut) => ({ colors: cut.colors, sway: cut.sway, edge: cutEdge(cut) }));
}

function edgeAt(sheet: Sheet, x: number): number {
  const at = (x + MARGIN) * COLUMNS_A_PIXEL;
  const left = Math.max(0, Math.min(sheet.edge.length - 2, Math.floor(at)));
  return lerp(sheet.edge[left] ?? 0, sheet.edge[left + 1] ?? 0, clamp01(at - left));
}

const SHADOW_REACH = 46;
const SUB_COLUMNS = 4;

/** Lays a sheet down: first its soft shadow on what lies behind, then its body and bright edge. */
function paintSheet(frame: Frame, sheet: Sheet, shift: number, turn: number): void {
  const color = atHour(sheet.colors, turn);
  const lit = mix(color, hex('#ffffff'), 0.34);
  const ink: Ink = { r: 0, g: 0, b: 0 };
  const heights = new Float32Array(SUB_COLUMNS);
  const middle = sheet.edge.reduce((sum, y) => sum + y, 0) / sheet.edge.length;
  for (let x = 0; x < FRAME_WIDTH; x += 1) {
    let highest = Infinity;
    let shadowEdge = 0;
    for (let sub = 0; sub < SUB_COLUMNS; sub += 1) {
      const y = edgeAt(sheet, x + (sub + 0.5) / SUB_COLUMNS - shift);
      heights[sub] = y;
      highest = Math.min(highest, y);
    }
    for (const aside of [-24, -12, 0, 12, 24]) shadowEdge += edgeAt(sheet, x + aside - shift) / 5;
    const from = Math.max(0, Math.floor(Math.min(highest, shadowEdge) - SHADOW_REACH));
    for (let y = from; y < FRAME_HEIGHT; y += 1) {
      let cover = 0;
      let rim = 0;
      for (const height of heights) {
        cover += clamp01(y + 1 - height);
        rim += clamp01(y - 1.6 - height);
      }
      cover /= SUB_COLUMNS;
      rim = cover - rim / SUB_COLUMNS;
      const at = (y * FRAME_WIDTH + x) * 3;
      if (cover < 1) {
        const depth = clamp01((y - shadowEdge) / SHADOW_REACH + 1);
        multiply(frame, at, 1 - 0.34 * depth * depth * (1 - cover));
      }
      if (cover <= 0) continue;
      const fall = 1 - 0.22 * smoothstep(-40, 380, y - middle);
      ink.r = lerp(color.r * fall, lit.r, Math.max(0, rim));
      ink.g = lerp(color.g * fall, lit.g, Math.max(0, rim));
      ink.b = lerp(color.b * fall, lit.b, Math.max(0, rim));
      blend(frame, at, ink, cover);
    }
  }
}

function paintSky(frame: Frame, turn: number): void {
  const high = atHour(skyHigh, turn);
  const low = atHour(skyLow, turn);
  shade(frame, (_x, y, ink) => {
    // In steps, as if the sky were sheets of paper too.
    const band = y / 118;
    const step = Math.floor(band) + smoothstep(0.97, 1, band - Math.floor(band));
    const share = clamp01(step / 6.5);
    ink.r = lerp(high.r, low.r, share);
    ink.g = lerp(high.g, low.g, share);
    ink.b = lerp(high.b, low.b, share);
  });
}

function wheelAt(turn: number): Point {
  const angle = TAU * (turn - 0.25);
  return { x: FRAME_WIDTH / 2 + 300 * Math.sin(angle), y: 690 - 450 * Math.cos(angle) };
}

function paintSunAndMoon(frame: Frame, turn: number): void {
  const sun = wheelAt(turn);
  const low = smoothstep(300, 720, sun.y);
  const gold = mix(hex('#fff0a8'), hex('#ff7a3d'), low);
  for (const [radius, alpha] of [
    [250, 0.1],
    [178, 0.15],
    [122, 0.22],
  ] as const) {
    disc(frame, sun, radius, gold, alpha, 1.2);
  }
  disc(frame, { x: sun.x + 5, y: sun.y + 8 }, 76, hex('#5a2a3a'), 0.16, 22);
  disc(frame, sun, 74, mix(gold, hex('#ffffff'), 0.2));
  const moon = wheelAt(turn + 0.5);
  disc(frame, moon, 150, hex('#8fa3ff'), 0.09, 1.2);
  disc(frame, moon, 100, hex('#aab9ff'), 0.13, 1.2);
  disc(frame, moon, 58, hex('#f3edd8'));
  disc(frame, { x: moon.x - 17, y: moon.y - 14 }, 13, hex('#d8cfb6'), 0.8);
  disc(frame, { x: moon.x + 20, y: moon.y + 8 }, 9, hex('#d8cfb6'), 0.8);
  disc(frame, { x: moon.x - 4, y: moon.y + 27 }, 7, hex('#d8cfb6'), 0.8);
}

type Spark = Readonly<{ at: Point; size: number; offset: number }>;

function makeStars(): Spark[] {
  const random = seededRandom(12);
  return scatter(46, () => ({
    at: { x: FRAME_WIDTH * random(), y: 600 * random() ** 1.2 },
    size: between(random, 3, 8),
    offset: random(),
  }));
}

function paintStars(frame: Frame, stars: readonly Spark[], turn: number): void {
  const night = pulse(turn, 0.75, 0.27);
  if (night <= 0) return;
  for (const { at, size, offset } of stars) {
    const reach = size * (0.8 + 0.25 * wave(turn, 6, offset)) * smoothstep(0, 0.4, night);
    const points = scatter(8, (corner) => {
      const far = corner % 2 === 0 ? reach : reach * 0.34;
      return {
        x: at.x + far * Math.sin((TAU * corner) / 8),
        y: at.y - far * Math.cos((TAU * corner) / 8),
      };
    });
    polygon(frame, points, hex('#fff6d2'), smoothstep(0, 0.3, night));
  }
}

type Cloud = Readonly<{ y: number; start: number; laps: number; size: number }>;

const clouds: readonly Cloud[] = [
  { y: 186, start: 0.12, laps: 1, size: 0.8 },
  { y: 330, start: 0.62, laps: 1, size: 1.15 },
  { y: 470, start: 0.36, laps: 1, size: 0.65 },
];
const cloudColors = hours('#ffe6da', '#ffffff', '#ff9f8a', '#34447f');
const PUFFS = [
  [-78, 8, 34],
  [-34, -14, 48],
  [22, -26, 58],
  [74, -2, 42],
  [112, 12, 26],
] as const;

function paintCloud(frame: Frame, cloud: Cloud, turn: number): void {
  const x = lerp(-260, FRAME_WIDTH + 260, wrap(turn * cloud.laps + cloud.start));
  const shadow = hex('#1d2450');
  for (const [dx, dy, radius] of PUFFS) {
    const at = { x: x + dx * cloud.size + 4, y: cloud.y + dy * cloud.size + 12 };
    disc(frame, at, radius * cloud.size, shadow, 0.1, 26);
  }
  const color = atHour(cloudColors, turn);
  for (const [dx, dy, radius] of PUFFS) {
    const at = { x: x + dx * cloud.size, y: cloud.y + dy * cloud.size };
    disc(frame, at, radius * cloud.size, color);
  }
  const left = x - 104 * cloud.size;
  const right = x + 132 * cloud.size;
  const y = cloud.y + 22 * cloud.size;
  line(frame, { x: left, y }, { x: right, y }, 36 * cloud.size, color);
}

const HOUSE_X = 318;

/** A small house on the fifth sheet; its window is lit from dusk to dawn. */
function paintHouse(frame: Frame, sheet: Sheet, shift: number, turn: number): void {
  const x = HOUSE_X + shift;
  const y = edgeAt(sheet, HOUSE_X) + 10;
  const wall = mix(atHour(sheet.colors, turn), hex('#fff3e0'), 0.5);
  const roof = mix(atHour(hours('#d9534f', '#e2574c', '#54193f', '#2a1c48'), turn), wall, 0.1);
  const box = (l: number, t: number, r: number, b: number): Point[] => [
    { x: x + l, y: y + t },
    { x: x + r, y: y + t },
    { x: x + r, y: y + b },
    { x: x + l, y: y + b },
  ];
  polygon(frame, box(16, -78, 28, -48), roof);
  polygon(frame, box(-34, -42, 34, 8), wall);
  polygon(
    frame,
    [
      { x: x - 44, y: y - 38 },
      { x, y: y - 80 },
      { x: x + 44, y: y - 38 },
    ],
    roof,
  );
  const night = pulse(turn, 0.75, 0.33);
  const pane = mix(mix(wall, hex('#3b5a7a'), 0.6), hex('#ffd25e'), smoothstep(0, 0.35, night));
  polygon(frame, box(-20, -28, -2, -8), pane);
  polygon(frame, box(8, -28, 22, 8), mix(roof, hex('#2a1420'), 0.4));
  glow(frame, { x: x - 11, y: y - 18 }, 90, hex('#ffb84d'), 0.35 * smoothstep(0, 0.5, night));
}

function paintBirds(frame: Frame, turn: number): void {
  const day = pulse(turn, 0.25, 0.3);
  if (day <= 0) return;
  const color = hex('#3a3a66');
  for (let i = 0; i < 5; i += 1) {
    const x = lerp(-160, FRAME_WIDTH + 260, wrap(turn * 2 + 0.02)) - Math.abs(i - 2) * 38;
    const y = 490 + (i - 2) * 27 - 60 * wave(turn, 2);
    const flap = 8 * wave(turn, 20, i * 0.13);
    const shown = smoothstep(0, 0.3, day);
    for (const side of [-1, 1]) {
      const elbow = { x: x + side * 9, y: y - 5 - flap * 0.5 };
      line(frame, { x, y }, elbow, 3.4, color, shown);
      line(frame, elbow, { x: x + side * 19, y: y - flap }, 2.4, color, shown);
    }
  }
}

function makeGrain(): Float32Array {
  const grain = new Float32Array(FRAME_WIDTH * FRAME_HEIGHT);
  for (let i = 0; i < grain.length; i += 1) {
    const x = i % FRAME_WIDTH;
    const y = Math.floor(i / FRAME_WIDTH);
    const fibre = noise(x / 3, y / 3, 8) * 0.6 + noise(x / 14, y / 5, 9) * 0.4;
    grain[i] = 0.965 + 0.07 * fibre;
  }
  return grain;
}

function prepare(): Painter {
  const sheets = makeSheets();
  const stars = makeStars();
  const grain = makeGrain();
  return (frame, turn) => {
    const hour = wrap(turn + 0.06);
    paintSky(frame, hour);
    paintStars(frame, stars, hour);
    paintSunAndMoon(frame, hour);
    for (const cloud of clouds) paintCloud(frame, cloud, hour);
    paintBirds(frame, hour);
    for (const [index, sheet] of sheets.entries()) {
      const shift = sheet.sway * wave(turn, 1);
      if (index === 4) paintHouse(frame, sheet, shift, hour);
      paintSheet(frame, sheet, shift, hour);
    }
    for (let i = 0; i < grain.length; i += 1) multiply(frame, i * 3, grain[i] ?? 1);
  };
}

function compose(track: Track): void {
  const chords = [
    [48, 60, 64, 67],
    [53, 57, 60, 65],
    [45, 57, 60, 64],
    [43, 55, 59, 62],
  ];
  chords.forEach((chord, index) => {
    const atSec = index * 2.5;
    for (const pitch of chord) pad(track, { atSec, pitch, gain: 0.055 }, 3.6, 0.25);
    bass(track, { atSec, pitch: (chord[0] ?? 48) - 12, gain: 0.13 }, 2);
    [1, 3, 2, 3, 1].forEach((step, beat) => {
      const pitch = (chord[step] ?? 60) + 12;
      const pan = beat % 2 === 0 ? -0.4 : 0.4;
      pluck(track, { atSec: atSec + beat * 0.5, pitch, gain: 0.34, pan }, 0.5, 1.3);
    });
  });
  [84, 88, 91, 95, 91].forEach((pitch, index) => {
    bell(track, { atSec: 6.4 + index * 0.5, pitch, gain: 0.03, pan: 0.3 - index * 0.15 }, 2.2);
  });
  reverb(track, 0.3, 1.8);
  hiss(track, 41, (turn) => {
    const night = pulse(turn + 0.06, 0.75, 0.3);
    return { gain: 0.02 + 0.02 * night, cutoffHz: 1800 + 2500 * night, floorHz: 700 };
  });
}

export const paperDay: Scene = {
  name: 'paper-day',
  title: 'A whole day, cut from paper',
  caption: 'Twenty-four hours, six sheets, one very small house.',
  tags: ['paper', 'mountains', 'timelapse'],
  durationSec: 10,
  videoKbps: 400,
  posterTurn: 0.1,
  prepare,
  compose,
};
