import { clamp01, lerp } from './curves.ts';

/** Linear light, 1 = the screen's white; values above 1 are rolled off when developed. */
export type Rgb = Readonly<{ r: number; g: number; b: number }>;

/** A colour that a shader writes to, reused for every pixel. */
export type Ink = { r: number; g: number; b: number };

function linear(byte: number): number {
  const share = byte / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** Parses `#rrggbb` as sRGB. Throws on anything else. */
export function hex(text: string): Rgb {
  const match = /^#([0-9a-f]{6})$/i.exec(text);
  if (match?.[1] === undefined) throw new RangeError(`not a colour: ${text}`);
  const packed = Number.parseInt(match[1], 16);
  return { r: linear(packed >> 16), g: linear((packed >> 8) & 255), b: linear(packed & 255) };
}

export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return {
    r: lerp(from.r, to.r, share),
    g: lerp(from.g, to.g, share),
    b: lerp(from.b, to.b, share),
  };
}

export function scale(color: Rgb, by: number): Rgb {
  return { r: color.r * by, g: color.g * by, b: color.b * by };
}

/** A gradient as a table, so that a shader pays one look-up and no allocation. */
export type Ramp = Readonly<{ table: Float32Array }>;

const RAMP_STEPS = 1024;

/** Stops are `[position in 0..1, '#rrggbb']`, in rising order. */
export function ramp(stops: readonly (readonly [number, string])[]): Ramp {
  const table = new Float32Array((RAMP_STEPS + 1) * 3);
  const colors = stops.map(([at, text]) => ({ at, color: hex(text) }));
  for (let step = 0; step <= RAMP_STEPS; step += 1) {
    const color = colorAt(colors, step / RAMP_STEPS);
    table.set([color.r, color.g, color.b], step * 3);
  }
  return { table };
}

function colorAt(stops: readonly { at: number; color: Rgb }[], at: number): Rgb {
  const after = stops.findIndex((stop) => stop.at >= at);
  const next = stops[after] ?? stops.at(-1);
  const previous = stops[after - 1] ?? next;
  if (next === undefined || previous === undefined) throw new RangeError('a ramp needs stops');
  const gap = next.at - previous.at;
  // Mixing roots instead of light keeps the middle of a gradient from turning pale.
  const share = gap > 0 ? clamp01((at - previous.at) / gap) : 1;
  const root = (a: number, b: number): number => lerp(Math.sqrt(a), Math.sqrt(b), share) ** 2;
  return {
    r: root(previous.color.r, next.color.r),
    g: root(previous.color.g, next.color.g),
    b: root(previous.color.b, next.color.b),
  };
}

export function sampleRamp({ table }: Ramp, at: number, ink: Ink): void {
  const index = Math.round(clamp01(at) * RAMP_STEPS) * 3;
  ink.r = table[index] ?? 0;
  ink.g = table[index + 1] ?? 0;
  ink.b = table[index + 2] ?? 0;
}

export function rampColor(gradient: Ramp, at: number): Rgb {
  const ink: Ink = { r: 0, g: 0, b: 0 };
  sampleRamp(gradient, at, ink);
  return ink;
}
