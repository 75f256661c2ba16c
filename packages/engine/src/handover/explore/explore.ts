// Walks through every world that can be reached, breadth first, so that a broken invariant comes
// with a shortest way to it.

import { brokenBetween, brokenBy, isSettled } from './invariants.ts';
import type { Invariant } from './invariants.ts';
import { Moves } from './moves.ts';
import type { Rules } from './rules.ts';
import { keyOf, startOf, worldOf } from './world.ts';
import type { Config, WorldKey } from './world.ts';

export type Explored = Readonly<{
  worlds: number;
  moves: number;
  /** Moves on the longest of the shortest ways. */
  depth: number;
  /** Kinds of states that some party was in. */
  kinds: ReadonlySet<string>;
  /** Acts that some charter holds. */
  acts: ReadonlySet<string>;
  broken: Readonly<{ invariant: Invariant; way: readonly string[] }> | undefined;
}>;

/** More worlds than this are a mistake in the configuration. */
const WORLDS_MAX = 20_000_000;

/** Explores until an invariant breaks or nothing new is left. */
export function explore(config: Config, rules: Rules): Explored {
  const found = new Found();
  const moves = new Moves(config, rules);
  const settled: number[] = [];
  const kinds = new Set<string>();
  const acts = new Set<string>();
  // Moves without a fault, as pairs: the world before and the world after.
  const edges = new Pairs();
  let moveCount = 0;
  let depth = 0;
  const ends = (invariant: Invariant, at: number, label: string): Explored => {
    const broken = { invariant, way: [...found.wayTo(at), label] };
    return { worlds: found.size, moves: moveCount, depth, kinds, acts, broken };
  };

  found.add(keyOf(startOf(config)), -1, '', 0);
  for (let at = 0; at < found.size; at += 1) {
    const world = worldOf(found.keyOf(at));
    depth = found.depthOf(at);
    for (const { state } of world.sides) kinds.add(state.kind);
    for (const { act } of world.charter) acts.add(act);
    if (isSettled(world, config.ops)) settled.push(at);
    for (const move of moves.of(world)) {
      moveCount += 1;
      const size = found.size;
      const next = found.add(keyOf(move.world), at, move.label, depth + 1);
      if (!move.isFault) edges.push(next, at);
      const between = brokenBetween(world, move.world, rules);
      if (between !== undefined) return ends(between, at, move.label);
      if (next < size) continue;
      const broken = brokenBy(move.world, rules);
      if (broken !== undefined) return ends(broken, at, move.label);
      if (found.size > WORLDS_MAX) throw new Error(`more than ${WORLDS_MAX} worlds`);
    }
  }
  const stuck = firstStuck(found.size, edges, settled);
  if (stuck !== undefined) return ends('DecidedMeansServable', stuck, '…and never settles');
  return { worlds: found.size, moves: moveCount, depth, kinds, acts, broken: undefined };
}

/** The first world from which no way without a fault leads to a settled one. */
function firstStuck(size: number, edges: Pairs, settled: readonly number[]): number | undefined {
  const { starts, sources } = edges.bySecond(size);
  const isGood = new Uint8Array(size);
  const queue = [...settled];
  for (const at of settled) isGood[at] = 1;
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const end = starts[at + 1] ?? 0;
    for (let index = starts[at] ?? 0; index < end; index += 1) {
      const before = sources[index] ?? 0;
      if (isGood[before] === 1) continue;
      isGood[before] = 1;
      queue.push(before);
    }
  }
  const stuck = isGood.indexOf(0);
  return stuck === -1 ? undefined : stuck;
}

/** Worlds in the order in which they were found, with how each was first reached. */
class Found {
  readonly #indexes = new Map<string, number>();
  readonly #keys: WorldKey[] = [];
  readonly #from: number[] = [];
  readonly #labels: string[] = [];
  readonly #depths: number[] = [];

  get size(): number {
    return this.#keys.length;
  }

  add(key: WorldKey, from: number, label: string, depth: number): number {
    const text = key.join(' ');
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    const index = this.#keys.length;
    this.#indexes.set(text, index);
    this.#keys.push(key);
    this.#from.push(from);
    this.#labels.push(label);
    this.#depths.push(depth);
    return index;
  }

  keyOf(index: number): WorldKey {
    const key = this.#keys[index];
    if (key === undefined) throw new Error(`no world has index ${index}`);
    return key;
  }

  depthOf(index: number): number {
    return this.#depths[index] ?? 0;
  }

  wayTo(index: number): string[] {
    const way: string[] = [];
    for (let at = index; at > 0; at = this.#from[at] ?? 0) way.push(this.#labels[at] ?? '');
    return way.toReversed();
  }
}

/** A list of pairs of numbers that stays small in memory. */
class Pairs {
  #values = new Int32Array(1 << 20);
  #length = 0;

  push(first: number, second: number): void {
    if (this.#length + 2 > this.#values.length) {
      const longer = new Int32Array(this.#values.length * 2);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#length] = first;
    this.#values[this.#length + 1] = second;
    this.#length += 2;
  }

  /** For every first, the seconds of its pairs: `sources` from `starts[first]` on. */
  bySecond(size: number): { starts: Int32Array; sources: Int32Array } {
    const starts = new Int32Array(size + 1);
    for (let at = 0; at < this.#length; at += 2) {
      const first = this.#values[at] ?? 0;
      starts[first + 1] = (starts[first + 1] ?? 0) + 1;
    }
    for (let at = 0; at < size; at += 1) starts[at + 1] = (starts[at + 1] ?? 0) + (starts[at] ?? 0);
    const next = starts.slice();
    const sources = new Int32Array(this.#length / 2);
    for (let at = 0; at < this.#length; at += 2) {
      const first = this.#values[at] ?? 0;
      const place = next[first] ?? 0;
      sources[place] = this.#values[at + 1] ?? 0;
      next[first] = place + 1;
    }
    return { starts, sources };
  }
}
