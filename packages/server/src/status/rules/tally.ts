// What a component was like over a stretch of time: seconds in each state, good and bad journeys,
// and how long changes took to be seen. Minutes add up to hours and hours to days. Pure.

import { STATES } from './words.ts';
import type { State } from './words.ts';

export type Tally = {
  good: number;
  bad: number;
  /** Seconds in each state, in the order of `STATES`. */
  seconds: number[];
  /** Measured values by bucket; bucket `b` begins at `2 ** (b / 4)` ms. */
  values: Map<number, number>;
};

/** Tallies of all components, by `componentKey`. */
export type Tallies = Map<string, Tally>;

const STEPS_PER_DOUBLING = 4;
const BUCKET_MAX = 100;

export function emptyTally(): Tally {
  return { good: 0, bad: 0, seconds: STATES.map(() => 0), values: new Map() };
}

export function tallyOf(tallies: Tallies, key: string): Tally {
  const known = tallies.get(key);
  if (known !== undefined) return known;
  const made = emptyTally();
  tallies.set(key, made);
  return made;
}

export function countSeconds(tally: Tally, state: State, seconds: number): void {
  const slot = STATES.indexOf(state);
  tally.seconds[slot] = (tally.seconds[slot] ?? 0) + seconds;
}

export function countValue(tally: Tally, valueMs: number): void {
  const bucket = Math.floor(STEPS_PER_DOUBLING * Math.log2(Math.max(1, valueMs)));
  const held = Math.min(bucket, BUCKET_MAX);
  tally.values.set(held, (tally.values.get(held) ?? 0) + 1);
}

/** Adds every tally of `source` to `target`. */
export function addTallies(target: Tallies, source: ReadonlyMap<string, Tally>): void {
  for (const [key, tally] of source) {
    const sum = tallyOf(target, key);
    sum.good += tally.good;
    sum.bad += tally.bad;
    for (const [slot, seconds] of tally.seconds.entries()) {
      sum.seconds[slot] = (sum.seconds[slot] ?? 0) + seconds;
    }
    for (const [bucket, count] of tally.values) {
      sum.values.set(bucket, (sum.values.get(bucket) ?? 0) + count);
    }
  }
}

/** Seconds that a tally covers, known or not. */
export function secondsOf(tally: Tally): number {
  return tally.seconds.reduce((sum, seconds) => sum + seconds, 0);
}

export function secondsIn(tally: Tally, state: State): number {
  return tally.seconds[STATES.indexOf(state)] ?? 0;
}

/** The value below which a share of what was measured lies, as the upper end of its bucket; ms. */
export function quantile(values: ReadonlyMap<number, number>, share: number): number | undefined {
  const total = [...values.values()].reduce((sum, count) => sum + count, 0);
  let left = Math.ceil(total * share);
  for (const [bucket, count] of [...values].sort(([one], [other]) => one - other)) {
    left -= count;
    if (left <= 0) return Math.round(2 ** ((bucket + 1) / STEPS_PER_DOUBLING));
  }
  return undefined;
}

/** Tallies as JSON text, numbers only: good, bad, seconds by state, then pairs of bucket and count. */
export function writeTallies(tallies: Tallies): string {
  const rows = [...tallies].map(([key, { good, bad, seconds, values }]) => [
    key,
    [good, bad, ...seconds, ...[...values].flat()],
  ]);
  return JSON.stringify(Object.fromEntries(rows));
}

/** Reads what `writeTallies` wrote. Throws on anything else: the file is ours. */
export function readTallies(text: string): Tallies {
  // Written by the function above, in a file that only we write.
  const rows = JSON.parse(text) as Readonly<Record<string, readonly number[]>>;
  const tallies: Tallies = new Map();
  for (const [key, numbers] of Object.entries(rows)) {
    const [good = 0, bad = 0, ...rest] = numbers;
    const values = new Map<number, number>();
    for (let at = STATES.length; at < rest.length; at += 2) {
      values.set(rest[at] ?? 0, rest[at + 1] ?? 0);
    }
    tallies.set(key, { good, bad, seconds: rest.slice(0, STATES.length), values });
  }
  return tallies;
}
