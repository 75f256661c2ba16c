// A picture with holes, drawn once and laid over many frames.

import { createFrame, type Frame } from './frame.ts';

export type Layer = Readonly<{ light: Float32Array; keep: Float32Array }>;

/**
 * Paints over black and over white: what differs is how much of the ground shows through. So any
 * painter makes a layer, without the drawing functions knowing of transparency.
 */
export function makeLayer(paint: (frame: Frame) => void): Layer {
  const overBlack = createFrame();
  const overWhite = createFrame();
  overWhite.light.fill(1);
  paint(overBlack);
  paint(overWhite);
  const keep = overWhite.light.map((value, at) => value - (overBlack.light[at] ?? 0));
  return { light: overBlack.light, keep };
}

export function drawLayer(frame: Frame, { light, keep }: Layer): void {
  for (let at = 0; at < light.length; at += 1) {
    frame.light[at] = (frame.light[at] ?? 0) * (keep[at] ?? 1) + (light[at] ?? 0);
  }
}
