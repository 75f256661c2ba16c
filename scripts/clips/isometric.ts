// A small isometric drawing kit: X runs down to the right, Y down to the left, Z up. One unit is a
// tile. Things are drawn from back to front; a facet is a flat piece of one colour.

import { type Rgb } from './color.ts';
import { type Point, polygon } from './draw.ts';
import type { Frame } from './frame.ts';

const TILE_X = 40;
const TILE_Y = 20;
const TILE_Z = 40;
const ORIGIN = { x: 360, y: 640 };

export type Place = readonly [x: number, y: number, z: number];

export function project([x, y, z]: Place): Point {
  return { x: ORIGIN.x + (x - y) * TILE_X, y: ORIGIN.y + (x + y) * TILE_Y - z * TILE_Z };
}

const GROWTH = 0.45;

/** A flat piece, grown by half a pixel so that neighbours leave no bright seam between them. */
export function facet(frame: Frame, places: readonly Place[], color: Rgb, alpha = 1): void {
  const points = places.map(project);
  const middleX = points.reduce((sum, point) => sum + point.x, 0) / points.length;
  const middleY = points.reduce((sum, point) => sum + point.y, 0) / points.length;
  const grown = points.map(({ x, y }) => {
    const length = Math.hypot(x - middleX, y - middleY) || 1;
    const by = 1 + GROWTH / length;
    return { x: middleX + (x - middleX) * by, y: middleY + (y - middleY) * by };
  });
  polygon(frame, grown, color, alpha);
}

/** The colours of a solid's three visible sides; the sun stands to the left. */
export type Sides = Readonly<{ top: Rgb; left: Rgb; right: Rgb }>;

export function sidesOf(color: Rgb): Sides {
  return {
    top: color,
    left: { r: color.r * 0.66, g: color.g * 0.64, b: color.b * 0.7 },
    right: { r: color.r * 0.36, g: color.g * 0.37, b: color.b * 0.5 },
  };
}

export type Box = Readonly<{ from: Place; to: Place }>;

/** A solid with its near corner at `to`; only what faces the viewer is drawn. */
export function box(frame: Frame, { from, to }: Box, sides: Sides): void {
  const [x0, y0, z0] = from;
  const [x1, y1, z1] = to;
  const left: Place[] = [
    [x0, y1, z0],
    [x1, y1, z0],
    [x1, y1, z1],
    [x0, y1, z1],
  ];
  const right: Place[] = [
    [x1, y0, z0],
    [x1, y1, z0],
    [x1, y1, z1],
    [x1, y0, z1],
  ];
  const top: Place[] = [
    [x0, y0, z1],
    [x1, y0, z1],
    [x1, y1, z1],
    [x0, y1, z1],
  ];
  facet(frame, left, sides.left);
  facet(frame, right, sides.right);
  facet(frame, top, sides.top);
}

/** A roof over a box's top, its ridge along X and `rise` above the eaves. */
export function gable(frame: Frame, { from, to }: Box, rise: number, sides: Sides): void {
  const [x0, y0] = from;
  const [x1, y1, z] = to;
  const middle = (y0 + y1) / 2;
  const ridge = z + rise;
  const back: Place[] = [
    [x0, y0, z],
    [x1, y0, z],
    [x1, middle, ridge],
    [x0, middle, ridge],
  ];
  const front: Place[] = [
    [x0, y1, z],
    [x1, y1, z],
    [x1, middle, ridge],
    [x0, middle, ridge],
  ];
  const end: Place[] = [
    [x1, y0, z],
    [x1, y1, z],
    [x1, middle, ridge],
  ];
  facet(frame, back, sides.top);
  facet(frame, end, sides.right);
  facet(frame, front, sides.left);
}
