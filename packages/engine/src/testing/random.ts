// Random numbers that a seed decides, so that a test that failed can be run again as it was.

export type Random = Readonly<{
  /** A whole number from 0 to below `end`. */
  below: (end: number) => number;
  chance: (part: number) => boolean;
  pick: <Value>(list: readonly Value[]) => Value;
}>;

/** The generator mulberry32 (public domain). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (end) => Math.floor(next() * end),
    chance: (part) => next() < part,
    pick: (list) => {
      const value = list[Math.floor(next() * list.length)];
      if (value === undefined) throw new Error('nothing to pick from');
      return value;
    },
  };
}
