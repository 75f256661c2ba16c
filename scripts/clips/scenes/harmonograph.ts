// Two pendulums and a pen. The pen draws a dying double swing on warm paper; later the oldest ink
// fades from the start of the line until the sheet is free for the next drawing.

import { clamp01, distance, smoothstep, TAU } from '../curves.ts';
import { hex, type Ink, ramp, sampleRamp } from '../color.ts';
import { vignette } from '../develop.ts';
import type { Point } from '../draw.ts';
import { copyFrame, createFrame, type Frame, FRAME_HEIGHT, FRAME_WIDTH, shade } from '../frame.ts';
import { fractal, noise } from '../noise.ts';
import type { Painter, Scene } from '../scene.ts';
import { bass, pad, pluck, reverb, type Track } from '../synth.ts';

const STEPS = 230_000;
const SWINGS = 40;
const DRAWN_AT = 0.76;
const ERASE_FROM = 0.82;
const DOT_REACH = 1.9;
const WET = 0.03;

// Ink takes light away; these are the shares of red, green and blue that pass.
const inkAlong = ramp([
  [0, '#1a2fa0'],
  [0.22, '#5a2bb0'],
  [0.42, '#c81d77'],
  [0.6, '#e8432e'],
  [0.78, '#ef8a17'],
  [1, '#0f7f8c'],
]);

/** The pen's place at `along` (0..1) of the drawing. The swings die away, the sheet turns. */
function penAt(along: number): Point {
  const angle = TAU * SWINGS * along;
  const height = Math.exp(-1.3 * along);
  const x = 0.5 * Math.cos(angle) + 0.5 * Math.cos(4.002 * angle);
  const y = 0.5 * Math.sin(angle) + 0.5 * Math.sin(4.002 * angle);
  const turned = 0.7 * along;
  const ux = (x * Math.cos(turned) - y * Math.sin(turned)) * height;
  const uy = (x * Math.sin(turned) + y * Math.cos(turned)) * height;
  return { x: FRAME_WIDTH / 2 + ux * 322, y: FRAME_HEIGHT * 0.47 + uy * 520 };
}

type Stroke = Readonly<{ xs: Float32Array; ys: Float32Array; ink: Float32Array }>;

/** The whole line, cut into pieces of about a pixel, with what each takes from r, g and b. */
function makeStroke(): Stroke {
  const xs = new Float32Array(STEPS);
  const ys = new Float32Array(STEPS);
  const ink = new Float32Array(STEPS * 3);
  const color: Ink = { r: 0, g: 0, b: 0 };
  let before = penAt(0);
  for (let step = 0; step < STEPS; step += 1) {
    const pen = penAt(step / STEPS);
    xs[step] = pen.x;
    ys[step] = pen.y;
    sampleRamp(inkAlong, step / STEPS, color);
    // A fast pen leaves less: the ink of a piece follows its length.
    const amount = 1.5 * distance(pen.x - before.x, pen.y - before.y);
    ink[step * 3] = -Math.log(Math.max(0.02, color.r)) * amount * 0.5;
    ink[step * 3 + 1] = -Math.log(Math.max(0.02, color.g)) * amount * 0.5;
    ink[step * 3 + 2] = -Math.log(Math.max(0.02, color.b)) * amount * 0.5;
    before = pen;
  }
  return { xs, ys, ink };
}

/** Adds one piece of ink to the sheet, spread over a soft dot of about two pixels. */
function addDot(sheet: Frame, stroke: Stroke, step: number, strength: number): void {
  const x = stroke.xs[step] ?? 0;
  const y = stroke.ys[step] ?? 0;
  const left = Math.round(x - DOT_REACH);
  const top = Math.round(y - DOT_REACH);
  if (left < 0 || top < 0 || left + 3 >= FRAME_WIDTH || top + 3 >= FRAME_HEIGHT) return;
  for (let row = top; row <= top + 3; row += 1) {
    const down = Math.max(0, DOT_REACH - Math.abs(row + 0.5 - y));
    for (let column = left; column <= left + 3; column += 1) {
      const across = Math.max(0, DOT_REACH - Math.abs(column + 0.5 - x));
      const share = (down * across * strength) / DOT_REACH ** 4;
      const at = (row * FRAME_WIDTH + column) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const amount = (stroke.ink[step * 3 + channel] ?? 0) * share;
        sheet.light[at + channel] = (sheet.light[at + channel] ?? 0) + amount;
      }
    }
  }
}

function paintPaper(frame: Frame): void {
  const color = hex('#f6ecd9');
  shade(frame, (x, y, ink) => {
    const fibre = 0.985 + 0.03 * noise(x / 2.6, y / 9, 4) * noise(x / 7, y / 3, 9);
    const cloud = 0.95 + 0.09 * fractal(x / 260, y / 260, 3, 2);
    const light = fibre * cloud;
    ink.r = color.r * light;
    ink.g = color.g * light;
    ink.b = color.b * light * light;
  });
  vignette(frame, 0.28);
}

/** How much of the line is drawn, gently started and gently ended. */
function headAt(turn: number): number {
  const share = clamp01(turn / DRAWN_AT);
  return share + 0.035 * Math.sin(TAU * share - Math.PI) * -1 * (1 - share);
}

function prepare(): Painter {
  const paper = createFrame();
  paintPaper(paper);
  const stroke = makeStroke();
  const sheet = createFrame();
  return (frame, loopTurn) => {
    // The clip opens in the middle of the work, so that nobody first meets a blank sheet.
    const turn = (loopTurn + 0.24) % 1;
    const head = headAt(turn);
    const erased = smoothstep(ERASE_FROM, 0.995, turn) * 1.25;
    sheet.light.fill(0);
    for (let step = 0; step < head * STEPS; step += 1) {
      const along = step / STEPS;
      // The newest ink is still wet and dark.
      const wet = 1 + 1.6 * smoothstep(head - WET, head, along) * smoothstep(1, 0.97, turn);
      const left = erased === 0 ? 1 : smoothstep(erased - 0.25, erased, along + 1e-6);
      if (left > 0) addDot(sheet, stroke, step, left * wet);
    }
    layInk(frame, paper, sheet);
  };
}

function layInk(frame: Frame, paper: Frame, sheet: Frame): void {
  copyFrame(frame, paper);
  for (let at = 0; at < sheet.light.length; at += 1) {
    const density = sheet.light[at] ?? 0;
    if (density > 0) frame.light[at] = (frame.light[at] ?? 0) * Math.exp(-density);
  }
}

function compose(track: Track): void {
  const chords = [
    [48, 55, 60, 64],
    [45, 52, 57, 64],
    [41, 53, 57, 60],
    [43, 50, 59, 62],
    [48, 55, 60, 67],
  ];
  const order = [0, 2, 3, 1, 2, 3, 1, 3];
  chords.forEach((chord, index) => {
    const atSec = index * 2;
    for (const pitch of chord) pad(track, { atSec, pitch, gain: 0.045 }, 3, 0.25);
    bass(track, { atSec, pitch: (chord[0] ?? 48) - 12, gain: 0.12 }, 1.8);
    order.forEach((step, beat) => {
      const pitch = (chord[step] ?? 60) + 12;
      const pan = Math.sin((index * 8 + beat) * 0.8) * 0.6;
      pluck(track, { atSec: atSec + beat * 0.25, pitch, gain: 0.3, pan }, 0.35, 1.5);
    });
  });
  reverb(track, 0.3, 1.8);
}

export const harmonograph: Scene = {
  name: 'harmonograph',
  title: 'Two pendulums, one pen',
  caption: 'Nobody is steering. It is only gravity, being careful.',
  tags: ['drawing', 'maths', 'satisfying'],
  durationSec: 10,
  videoKbps: 430,
  posterTurn: 0.44,
  prepare,
  compose,
};
