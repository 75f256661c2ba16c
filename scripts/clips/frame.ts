// A frame of linear light in 32-bit floats, and the few ways to change a pixel. Scenes work in
// pixels of the finished clip: x from 0 to 720 to the right, y from 0 to 1280 downwards.

import { clamp01 } from './curves.ts';
import type { Ink } from './color.ts';

export const FRAME_WIDTH = 720;
export const FRAME_HEIGHT = 1280;
export const FRAMES_PER_SECOND = 30;

export type Frame = Readonly<{ width: number; height: number; light: Float32Array }>;

export function createFrame(width = FRAME_WIDTH, height = FRAME_HEIGHT): Frame {
  return { width, height, light: new Float32Array(width * height * 3) };
}

export function copyFrame(target: Frame, source: Frame): void {
  target.light.set(source.light);
}

/** `at` is `3 * (y * width + x)`; so it is in the functions below. Inside the frame always. */
export function put({ light }: Frame, at: number, ink: Ink): void {
  light[at] = ink.r;
  light[at + 1] = ink.g;
  light[at + 2] = ink.b;
}

export function add({ light }: Frame, at: number, r: number, g: number, b: number): void {
  light[at] = (light[at] ?? 0) + r;
  light[at + 1] = (light[at + 1] ?? 0) + g;
  light[at + 2] = (light[at + 2] ?? 0) + b;
}

export function blend({ light }: Frame, at: number, ink: Readonly<Ink>, alpha: number): void {
  const keep = 1 - alpha;
  light[at] = (light[at] ?? 0) * keep + ink.r * alpha;
  light[at + 1] = (light[at + 1] ?? 0) * keep + ink.g * alpha;
  light[at + 2] = (light[at + 2] ?? 0) * keep + ink.b * alpha;
}

export function multiply({ light }: Frame, at: number, by: number): void {
  light[at] = (light[at] ?? 0) * by;
  light[at + 1] = (light[at + 1] ?? 0) * by;
  light[at + 2] = (light[at + 2] ?? 0) * by;
}

/** Writes the colour of the pixel centre (x, y) to `ink`. */
export type Shader = (x: number, y: number, ink: Ink) => void;

/** Replaces the rows from `top` up to, not including, `bottom`. */
export function shade(frame: Frame, shader: Shader, top = 0, bottom = frame.height): void {
  const ink: Ink = { r: 0, g: 0, b: 0 };
  let at = top * frame.width * 3;
  for (let y = top; y < bottom; y += 1) {
    for (let x = 0; x < frame.width; x += 1) {
      shader(x + 0.5, y + 0.5, ink);
      put(frame, at, ink);
      at += 3;
    }
  }
}

/** Bilinear, with the border repeated outside. */
export function sample(frame: Frame, x: number, y: number, ink: Ink): void {
  const { width, height, light } = frame;
  const left = Math.max(0, Math.min(width - 2, Math.floor(x - 0.5)));
  const top = Math.max(0, Math.min(height - 2, Math.floor(y - 0.5)));
  const across = clamp01(x - 0.5 - left);
  const down = clamp01(y - 0.5 - top);
  const a = (top * width + left) * 3;
  const c = a + width * 3;
  const wa = (1 - across) * (1 - down);
  const wb = across * (1 - down);
  const wc = (1 - across) * down;
  const wd = across * down;
  ink.r = value(light, a) * wa + value(light, a + 3) * wb;
  ink.g = value(light, a + 1) * wa + value(light, a + 4) * wb;
  ink.b = value(light, a + 2) * wa + value(light, a + 5) * wb;
  ink.r += value(light, c) * wc + value(light, c + 3) * wd;
  ink.g += value(light, c + 1) * wc + value(light, c + 4) * wd;
  ink.b += value(light, c + 2) * wc + value(light, c + 5) * wd;
}

function value(values: Float32Array, index: number): number {
  return values[index] ?? 0;
}

/** Adds a smaller frame, stretched over the rows from `top` to `bottom`, times `gain`. */
export function addStretched(
  frame: Frame,
  small: Frame,
  gain = 1,
  top = 0,
  bottom = frame.height,
): void {
  const ink: Ink = { r: 0, g: 0, b: 0 };
  const stepX = small.width / frame.width;
  const stepY = small.height / (bottom - top);
  for (let y = top; y < bottom; y += 1) {
    let index = y * frame.width * 3;
    for (let x = 0; x < frame.width; x += 1) {
      sample(small, (x + 0.5) * stepX, (y - top + 0.5) * stepY, ink);
      add(frame, index, ink.r * gain, ink.g * gain, ink.b * gain);
      index += 3;
    }
  }
}
