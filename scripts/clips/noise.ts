// Value noise on an integer lattice. `noiseLoop` closes on itself along its third axis, which the
// scenes use as time, so that clouds and water come back to where they began.

function lattice(x: number, y: number, z: number, seed: number): number {
  let hash = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(z, 0x1b873593) ^ seed;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 4294967296;
}

function fade(share: number): number {
  return share * share * share * (share * (share * 6 - 15) + 10);
}

function plane(x: number, y: number, z: number, seed: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const across = fade(x - left);
  const down = fade(y - top);
  const a = lattice(left, top, z, seed);
  const b = lattice(left + 1, top, z, seed);
  const c = lattice(left, top + 1, z, seed);
  const d = lattice(left + 1, top + 1, z, seed);
  const upper = a + (b - a) * across;
  const lower = c + (d - c) * across;
  return upper + (lower - upper) * down;
}

/** Smooth noise in [0, 1), one hill a unit. */
export function noise(x: number, y: number, seed: number): number {
  return plane(x, y, 0, seed);
}

/** As `noise`, moving with `turn`: `steps` independent pictures a loop, the first again at 1. */
export function noiseLoop(x: number, y: number, turn: number, steps: number, seed: number): number {
  const at = turn * steps;
  const step = Math.floor(at);
  const share = fade(at - step);
  const now = plane(x, y, ((step % steps) + steps) % steps, seed);
  const next = plane(x, y, (((step + 1) % steps) + steps) % steps, seed);
  return now + (next - now) * share;
}

/** Octaves of `noise`, each half as high and twice as fine; in [0, 1). */
export function fractal(x: number, y: number, octaves: number, seed: number): number {
  let sum = 0;
  let height = 0.5;
  let total = 0;
  let across = x;
  let down = y;
  for (let octave = 0; octave < octaves; octave += 1) {
    sum += height * plane(across, down, 0, seed + octave * 101);
    total += height;
    height *= 0.5;
    across = across * 2.03 + 17.1;
    down = down * 2.03 - 9.7;
  }
  return sum / total;
}
