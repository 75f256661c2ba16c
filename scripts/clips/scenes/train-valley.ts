// The land the train crosses: all that stands still, drawn once from back to front.

import { clamp01, lerp, smoothstep } from '../curves.ts';
import { hex, mix, type Rgb } from '../color.ts';
import { disc, type Point, polygon } from '../draw.ts';
import type { Frame } from '../frame.ts';
import { shade } from '../frame.ts';
import { box, facet, gable, type Place, project, type Sides, sidesOf } from '../isometric.ts';
import { fractal, noise } from '../noise.ts';

export const DECK = 2.2;
const FAR = -44;
const NEAR = 36;
const SIDE = 12;

const haze = hex('#dfeef2');
const meadow = [hex('#9bd36a'), hex('#86c95f'), hex('#72bb58')] as const;
const field = [hex('#f2cf63'), hex('#e8b84c'), hex('#c7d867')] as const;
const earth = hex('#c98d5c');
const rock = hex('#9aa3b5');
const snow = hex('#f7fafc');
const sand = hex('#efdca4');
const stone = hex('#d9c3a3');

/** The middle of the river at `y`. */
export function riverX(y: number): number {
  return 0.3 + 1.6 * Math.sin(y / 6.2) + 0.8 * Math.sin(y / 2.9 + 1);
}

function isRiver(x: number, y: number): boolean {
  return Math.abs(x + 0.5 - riverX(y + 0.5)) < 1.35;
}

/** In steps of a quarter; low by the river and before the track, high at the back. */
function heightAt(x: number, y: number): number {
  const fromRiver = Math.abs(x + 0.5 - riverX(y + 0.5));
  if (fromRiver < 1.35) return -0.25;
  const bank = smoothstep(1.2, 6.5, fromRiver);
  const rough = fractal(x / 5.5 + 40, y / 5.5 + 40, 3, 15);
  const back = smoothstep(-5, -24, y + x * 0.25);
  const byTrack = smoothstep(0.5, 3.5, Math.abs(y));
  const front = smoothstep(1, 4, y);
  let height = bank * (0.4 + 1.5 * rough) + back * bank * (7.4 * rough ** 1.3 + 0.6);
  height = lerp(Math.min(height, 1.2), height, byTrack);
  height = lerp(height, Math.min(height, 0.9), front);
  return Math.round(height * 4) / 4;
}

function groundColor(x: number, y: number, height: number): Rgb {
  if (height > 3.7) return snow;
  if (height > 2.9) return rock;
  const fromRiver = Math.abs(x + 0.5 - riverX(y + 0.5));
  if (fromRiver < 2.1 && height < 0.4) return sand;
  const patch = noise(x / 3.2 + 9, y / 3.2 + 4, 33);
  const shadeIndex = Math.floor(noise(x * 1.7, y * 1.7, 5) * 3);
  if (patch > 0.72 && height < 1.6) return field[shadeIndex] ?? field[0];
  return meadow[shadeIndex] ?? meadow[0];
}

function hazed(color: Rgb, x: number, y: number): Rgb {
  return mix(color, haze, 0.85 * smoothstep(-13, -36, x + y));
}

function paintTile(frame: Frame, x: number, y: number): void {
  const height = heightAt(x, y);
  const river = isRiver(x, y);
  const top = river ? hex('#3fb4cf') : groundColor(x, y, height);
  const wall = height > 3 ? rock : earth;
  const topColor = hazed(top, x, y);
  const sides = sidesOf(hazed(wall, x, y));
  const low = Math.min(height, heightAt(x, y + 1), heightAt(x + 1, y));
  if (low < height) {
    box(frame, { from: [x, y, low], to: [x + 1, y + 1, height] }, { ...sides, top: topColor });
    turf(frame, x, y, height, topColor);
    return;
  }
  const corners: Place[] = [
    [x, y, height],
    [x + 1, y, height],
    [x + 1, y + 1, height],
    [x, y + 1, height],
  ];
  facet(frame, corners, topColor);
}

/** The grass that hangs over a step. */
function turf(frame: Frame, x: number, y: number, height: number, top: Rgb): void {
  const { left, right } = sidesOf(top);
  const drop = height - 0.1;
  const leftEdge: Place[] = [
    [x, y + 1, drop],
    [x + 1, y + 1, drop],
    [x + 1, y + 1, height],
    [x, y + 1, height],
  ];
  const rightEdge: Place[] = [
    [x + 1, y, drop],
    [x + 1, y + 1, drop],
    [x + 1, y + 1, height],
    [x + 1, y, height],
  ];
  if (heightAt(x, y + 1) < height) facet(frame, leftEdge, left);
  if (heightAt(x + 1, y) < height) facet(frame, rightEdge, right);
}

function paintFir(frame: Frame, at: Place, size: number): void {
  const [x, y] = at;
  const foot = project(at);
  disc(frame, { x: foot.x + 5, y: foot.y + 2 }, 9 * size, hex('#1d4a3a'), 0.22, 6);
  const green = hazed(mix(hex('#2f8f63'), hex('#5bb36a'), noise(x * 9, y * 9, 2)), x, y);
  for (let skirt = 0; skirt < 3; skirt += 1) {
    const base = foot.y - (6 + skirt * 13) * size;
    const half = (15 - skirt * 3.6) * size;
    const tip = { x: foot.x, y: base - 25 * size };
    const belly = { x: foot.x, y: base + half * 0.36 };
    polygon(frame, [tip, { x: foot.x - half, y: base }, belly], green);
    polygon(frame, [tip, { x: foot.x + half, y: base }, belly], sidesOf(green).left);
  }
}

function paintRoundTree(frame: Frame, at: Place, size: number): void {
  const [x, y] = at;
  const foot = project(at);
  const tints = [hex('#f08a4b'), hex('#f4b942'), hex('#6fbf5a'), hex('#ef7d8e')];
  const leaf = tints[Math.floor(noise(x * 7, y * 7, 8) * 4)] ?? meadow[2];
  const color = hazed(leaf, x, y);
  disc(frame, { x: foot.x + 5, y: foot.y + 2 }, 9 * size, hex('#1d4a3a'), 0.22, 6);
  const trunk: Point[] = [
    { x: foot.x - 2, y: foot.y },
    { x: foot.x + 2, y: foot.y },
    { x: foot.x + 2, y: foot.y - 16 * size },
    { x: foot.x - 2, y: foot.y - 16 * size },
  ];
  polygon(frame, trunk, hazed(hex('#7a4b32'), x, y));
  const crown = { x: foot.x, y: foot.y - 24 * size };
  disc(frame, crown, 14 * size, sidesOf(color).left);
  disc(frame, { x: crown.x - 2.5, y: crown.y - 2.5 }, 10.5 * size, color, 1, 3);
}

function paintHouse(frame: Frame, x: number, y: number, wall: Rgb, roof: Rgb): void {
  const z = heightAt(Math.floor(x), Math.floor(y));
  const body = { from: [x, y, z] as const, to: [x + 0.85, y + 0.62, z + 0.5] as const };
  box(frame, body, sidesOf(hazed(wall, x, y)));
  const eaves = {
    from: [x - 0.06, y - 0.06, z] as const,
    to: [x + 0.91, y + 0.68, z + 0.5] as const,
  };
  gable(frame, eaves, 0.42, roofSides(hazed(roof, x, y)));
  for (const along of [0.14, 0.52]) {
    const pane: Place[] = [
      [x + along, y + 0.62, z + 0.16],
      [x + along + 0.18, y + 0.62, z + 0.16],
      [x + along + 0.18, y + 0.62, z + 0.36],
      [x + along, y + 0.62, z + 0.36],
    ];
    facet(frame, pane, hex('#ffe9a8'));
  }
}

function roofSides(color: Rgb): Sides {
  const sides = sidesOf(color);
  return { top: color, left: mix(color, sides.left, 0.4), right: sides.left };
}

/** What stands on a tile, if anything: never on water, by the track, or on bare rock. */
function furnish(frame: Frame, x: number, y: number): void {
  const height = heightAt(x, y);
  if (isRiver(x, y) || height > 3.4 || (y > -3 && y < 3)) return;
  if (Math.hypot(x - MILL[0], y - MILL[1]) < 2.6) return;
  const chance = noise(x * 5.3, y * 5.3, 70);
  const wood = noise(x / 4 + 2, y / 4 + 7, 71);
  const at: Place = [x + 0.5, y + 0.5, height];
  if (wood > 0.52 && chance > 0.3) paintFir(frame, at, lerp(0.72, 1.05, chance));
  else if (chance > 0.8) paintRoundTree(frame, at, lerp(0.75, 1, wood));
}

const HOUSES = [
  [-5, 6, '#fff1dc', '#e2574c'],
  [-7, 8, '#ffe3c2', '#cf4a56'],
  [-4, 9, '#f4efe6', '#3f7fa6'],
  [-6, 5, '#fbe9d0', '#e08a3c'],
  [6, -7, '#fff1dc', '#e2574c'],
  [8, -6, '#f4efe6', '#d9783a'],
  [5, 11, '#fff1dc', '#e2574c'],
  [7, 13, '#ffe3c2', '#3f7fa6'],
] as const;

function paintPier(frame: Frame, x: number): void {
  const low = Math.min(heightAt(Math.floor(x), 0), heightAt(Math.floor(x), -1)) - 0.4;
  const sides = sidesOf(stone);
  box(frame, { from: [x - 0.22, -0.45, low], to: [x + 0.22, 0.45, DECK - 0.2] }, sides);
}

/** The wall between two piers, cut out below by a round arch. */
function paintArch(frame: Frame, from: number, to: number): void {
  const arc: Place[] = [];
  const middle = (from + to) / 2;
  const reach = (to - from) / 2 - 0.22;
  for (let step = 0; step <= 14; step += 1) {
    const angle = (Math.PI * step) / 14;
    arc.push([middle + reach * Math.cos(angle), 0.45, DECK - 1.15 + 0.85 * Math.sin(angle)]);
  }
  const under = arc.map(([x, , z]): Place => [x, -0.45, z]);
  facet(frame, [...under.slice(7), ...arc.slice(7).reverse()], sidesOf(stone).right);
  const outline: Place[] = [[from, 0.45, DECK - 0.1], [to, 0.45, DECK - 0.1], ...arc];
  facet(
    frame,
    [...outline.slice(0, 2), [to, 0.45, DECK - 1.15], ...arc, [from, 0.45, DECK - 1.15]],
    sidesOf(stone).left,
  );
}

function paintViaduct(frame: Frame): void {
  const span = 2;
  for (let x = -SIDE; x < SIDE; x += span) {
    paintPier(frame, x);
    paintArch(frame, x, x + span);
  }
  const deck = { from: [-SIDE, -0.55, DECK - 0.14] as const, to: [SIDE, 0.55, DECK] as const };
  box(frame, deck, { ...sidesOf(hex('#ead7b8')), top: hex('#b9a58c') });
  for (let x = -SIDE; x < SIDE; x += 0.4) {
    const tie: Place[] = [
      [x, -0.36, DECK],
      [x + 0.14, -0.36, DECK],
      [x + 0.14, 0.36, DECK],
      [x, 0.36, DECK],
    ];
    facet(frame, tie, hex('#7d6450'));
  }
  for (const y of [-0.22, 0.22]) {
    const rail: Place[] = [
      [-SIDE, y - 0.025, DECK + 0.02],
      [SIDE, y - 0.025, DECK + 0.02],
      [SIDE, y + 0.025, DECK + 0.02],
      [-SIDE, y + 0.025, DECK + 0.02],
    ];
    facet(frame, rail, hex('#4b4a55'));
  }
}

export const MILL: Place = [-4.2, -9.6, 0];

function paintMill(frame: Frame): void {
  const [x, y] = MILL;
  const z = heightAt(Math.floor(x), Math.floor(y));
  const white = hex('#fff6e6');
  const base: Place[] = [
    [x - 0.45, y + 0.45, z],
    [x + 0.45, y + 0.45, z],
    [x + 0.28, y + 0.28, z + 1.5],
    [x - 0.28, y + 0.28, z + 1.5],
  ];
  const side: Place[] = [
    [x + 0.45, y - 0.45, z],
    [x + 0.45, y + 0.45, z],
    [x + 0.28, y + 0.28, z + 1.5],
    [x + 0.28, y - 0.28, z + 1.5],
  ];
  facet(frame, base, mix(white, sidesOf(white).left, 0.3));
  facet(frame, side, sidesOf(white).left);
  const cap = {
    from: [x - 0.34, y - 0.34, z + 1.5] as const,
    to: [x + 0.34, y + 0.34, z + 1.5] as const,
  };
  gable(frame, cap, 0.5, roofSides(hex('#c94f4f')));
}

/** Where the sails turn. */
export function millHub(): Point {
  const [x, y] = MILL;
  return project([x, y + 0.42, heightAt(Math.floor(x), Math.floor(y)) + 1.55]);
}

export function paintValley(frame: Frame): void {
  shade(frame, (_x, y, ink) => {
    const share = clamp01(y / 420);
    const color = mix(hex('#a9d8ea'), haze, share);
    ink.r = color.r;
    ink.g = color.g;
    ink.b = color.b;
  });
  for (let depth = FAR; depth <= NEAR; depth += 1) {
    for (let x = Math.ceil((depth - SIDE * 2) / 2); x <= (depth + SIDE * 2) / 2; x += 1) {
      const y = depth - x;
      if (Math.abs(x - y) > SIDE) continue;
      paintTile(frame, x, y);
      const house = HOUSES.find((one) => one[0] === x && one[1] === y);
      if (house !== undefined) paintHouse(frame, x, y, hex(house[2]), hex(house[3]));
      else if (x === Math.floor(MILL[0]) && y === Math.floor(MILL[1])) paintMill(frame);
      else furnish(frame, x, y);
    }
    if (depth === 2) paintViaduct(frame);
  }
}
