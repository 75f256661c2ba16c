// Random numbers that a seed gives again, so that a run that failed can be run again.

/** Numbers from 0 up to, not including, 1 (mulberry32). */
export type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `from` up to and including `to`. */
export function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** The seed of this run: the one that was asked for, or a new one. */
export function seedOf(env: Readonly<Record<string, string | undefined>>): number {
  const asked = env['HOLDFAST_SEED'];
  return asked === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(asked);
}
