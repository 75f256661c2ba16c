// Antialiased shapes over a frame. Coordinates are pixels, y downwards; shapes may lie partly or
// wholly outside the frame.

import { clamp01, distance } from './curves.ts';
import type { Ink, Rgb } from './color.ts';
import { add, blend, type Frame } from './frame.ts';

export type Point = Readonly<{ x: number; y: number }>;

type Box = Readonly<{ left: number; right: number; top: number; bottom: number }>;

function boxAround(frame: Frame, x: number, y: number, reach: number): Box {
  return {
    left: Math.max(0, Math.floor(x - reach)),
    right: Math.min(frame.width - 1, Math.ceil(x + reach)),
    top: Math.max(0, Math.floor(y - reach)),
    bottom: Math.min(frame.height - 1, Math.ceil(y + reach)),
  };
}

/** Adds light that falls off smoothly to 0 at `radius`. */
export function glow(frame: Frame, centre: Point, radius: number, color: Rgb, gain: number): void {
  const box = boxAround(frame, centre.x, centre.y, radius);
  const perRadius = 1 / (radius * radius);
  for (let y = box.top; y <= box.bottom; y += 1) {
    const dy = y + 0.5 - centre.y;
    for (let x = box.left; x <= box.right; x += 1) {
      const dx = x + 0.5 - centre.x;
      const near = 1 - (dx * dx + dy * dy) * perRadius;
      if (near <= 0) continue;
      const light = near * near * near * gain;
      add(frame, (y * frame.width + x) * 3, color.r * light, color.g * light, color.b * light);
    }
  }
}

/** A disc whose edge fades over `softness` pixels. */
export function disc(
  frame: Frame,
  centre: Point,
  radius: number,
  color: Rgb,
  alpha = 1,
  softness = 1,
): void {
  const box = boxAround(frame, centre.x, centre.y, radius + softness);
  for (let y = box.top; y <= box.bottom; y += 1) {
    for (let x = box.left; x <= box.right; x += 1) {
      const away = distance(x + 0.5 - centre.x, y + 0.5 - centre.y);
      const cover = clamp01((radius - away) / softness + 0.5);
      if (cover > 0) blend(frame, (y * frame.width + x) * 3, color, cover * alpha);
    }
  }
}

/** A line with round ends, `width` pixels wide. */
export function line(
  frame: Frame,
  from: Point,
  to: Point,
  width: number,
  color: Rgb,
  alpha = 1,
): void {
  const reach = width / 2 + 1;
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const right = Math.min(frame.width - 1, Math.ceil(Math.max(from.x, to.x) + reach));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(frame.height - 1, Math.ceil(Math.max(from.y, to.y) + reach));
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const perLength = 1 / Math.max(1e-9, dx * dx + dy * dy);
  for (let y = top; y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      const px = x + 0.5 - from.x;
      const py = y + 0.5 - from.y;
      const along = clamp01((px * dx + py * dy) * perLength);
      const away = distance(px - along * dx, py - along * dy);
      const cover = clamp01(width / 2 - away + 0.5) * Math.min(1, width);
      if (cover > 0) blend(frame, (y * frame.width + x) * 3, color, cover * alpha);
    }
  }
}

/** How much of each pixel a shape covers: `rows` rows of the frame's width from row `top`. */
export type Mask = Readonly<{ top: number; rows: number; width: number; cover: Float32Array }>;

const SUB_ROWS = 5;

/** Coverage of a closed polygon by the even-odd rule; exact across, five samples down. */
export function polygonMask(frame: Frame, points: readonly Point[]): Mask {
  const ys = points.map((point) => point.y);
  const top = Math.max(0, Math.floor(Math.min(...ys)));
  const rows = Math.max(0, Math.min(frame.height, Math.ceil(Math.max(...ys))) - top);
  const cover = new Float32Array(rows * frame.width);
  for (let row = 0; row < rows; row += 1) {
    for (let sub = 0; sub < SUB_ROWS; sub += 1) {
      const crossings = crossingsAt(points, top + row + (sub + 0.5) / SUB_ROWS);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const from = Math.max(0, crossings[i] ?? 0);
        const to = Math.min(frame.width, crossings[i + 1] ?? 0);
        if (to > from) coverSpan(cover, row * frame.width, from, to);
      }
    }
  }
  return { top, rows, width: frame.width, cover };
}

function crossingsAt(points: readonly Point[], y: number): number[] {
  const crossings: number[] = [];
  let previous = points.at(-1);
  for (const point of points) {
    if (previous !== undefined && previous.y > y !== point.y > y) {
      const share = (y - previous.y) / (point.y - previous.y);
      crossings.push(previous.x + share * (point.x - previous.x));
    }
    previous = point;
  }
  return crossings.sort((a, b) => a - b);
}

function coverSpan(cover: Float32Array, row: number, from: number, to: number): void {
  const first = Math.floor(from);
  const last = Math.min(Math.floor(to), Math.ceil(to) - 1);
  for (let x = first; x <= last; x += 1) {
    const part = Math.min(to, x + 1) - Math.max(from, x);
    cover[row + x] = (cover[row + x] ?? 0) + part / SUB_ROWS;
  }
}

/** Fills where the mask covers; `paint` is a colour, or writes the colour of each pixel. */
export function fillMask(
  frame: Frame,
  mask: Mask,
  paint: Rgb | ((x: number, y: number, ink: Ink) => void),
  alpha = 1,
): void {
  const ink: Ink = { r: 0, g: 0, b: 0 };
  let index = mask.top * frame.width * 3;
  for (let i = 0; i < mask.cover.length; i += 1) {
    const cover = mask.cover[i] ?? 0;
    if (cover > 0) {
      const y = mask.top + Math.floor(i / mask.width);
      if (typeof paint === 'function') paint((i % mask.width) + 0.5, y + 0.5, ink);
      const color = typeof paint === 'function' ? ink : paint;
      blend(frame, index, color, Math.min(1, cover) * alpha);
    }
    index += 3;
  }
}

export function polygon(
  frame: Frame,
  points: readonly Point[],
  paint: Rgb | ((x: number, y: number, ink: Ink) => void),
  alpha = 1,
): void {
  if (points.length >= 3) fillMask(frame, polygonMask(frame, points), paint, alpha);
}
