// Scalar curves that every scene needs. A `turn` is the position in the loop, from 0 up to 1;
// what depends on it only through whole waves or through `wrap` meets itself at the seam.

export const TAU = Math.PI * 2;

export function clamp01(value: number): number {
  if (value < 0) return 0;
  return value > 1 ? 1 : value;
}

export function lerp(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

export function smoothstep(edge0: number, edge1: number, value: number): number {
  const share = clamp01((value - edge0) / (edge1 - edge0));
  return share * share * (3 - 2 * share);
}

/** The part of `value` in [0, 1), also for negative values. */
export function wrap(value: number): number {
  return value - Math.floor(value);
}

/** A sine of `cycles` whole waves a loop, started `offset` turns early. */
export function wave(turn: number, cycles: number, offset = 0): number {
  return Math.sin(TAU * (turn * cycles + offset));
}

/** A bump of height 1 at `centre` that is 0 beyond `reach`, on the circle of turns. */
export function pulse(turn: number, centre: number, reach: number): number {
  const away = Math.abs(wrap(turn - centre + 0.5) - 0.5);
  return away >= reach ? 0 : smoothstep(1, 0, away / reach);
}

const SINE_STEPS = 8192;
const sines = Float64Array.from({ length: SINE_STEPS }, (_, step) =>
  Math.sin((TAU * step) / SINE_STEPS),
);

/** Sine of whole turns from a table, exact to three digits: for loops over every pixel. */
export function quickSine(turns: number): number {
  return sines[Math.floor(turns * SINE_STEPS) & (SINE_STEPS - 1)] ?? 0;
}

/** The length of (x, y). `Math.hypot` guards against overflow and is many times slower. */
export function distance(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}
