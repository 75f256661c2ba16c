// A map from like keys to times in two flat columns, for millions of rows.
//
// Open addressing with linear probing. A `Map` would box every key and time in an object of its
// own; here a look-up touches one or two lines of memory, and the collector sees two arrays.

import type { LikeKey } from '../counting/numbers.ts';
import { mix32 } from '../counting/set-hash.ts';

const SLOTS_START = 1_024;
/** Part of the slots that may be in use before the columns grow. */
const FILL_MAX = 0.6;
/** No like has this key: persons are numbered from 1. */
const EMPTY = 0;

export class LikeMap {
  #keys = new Float64Array(SLOTS_START);
  #values = new Float64Array(SLOTS_START);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: LikeKey): number | undefined {
    const slot = slotOf(this.#keys, key);
    return this.#keys[slot] === EMPTY ? undefined : this.#values[slot];
  }

  set(key: LikeKey, value: number): void {
    const slot = slotOf(this.#keys, key);
    this.#values[slot] = value;
    if (this.#keys[slot] !== EMPTY) return;
    this.#keys[slot] = key;
    this.#size += 1;
    if (this.#size > this.#keys.length * FILL_MAX) this.#grow();
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    const values = new Float64Array(keys.length);
    for (const [key, value] of this) {
      const slot = slotOf(keys, key);
      keys[slot] = key;
      values[slot] = value;
    }
    this.#keys = keys;
    this.#values = values;
  }

  *[Symbol.iterator](): Iterator<[LikeKey, number]> {
    for (let slot = 0; slot < this.#keys.length; slot += 1) {
      const key = this.#keys[slot] as LikeKey;
      if (key !== EMPTY) yield [key, this.#values[slot] ?? 0];
    }
  }
}

/** The slot that holds a key, or the empty one where it would go. */
function slotOf(keys: Float64Array, key: LikeKey): number {
  const low = key >>> 0;
  const high = (key - low) / 2 ** 32;
  const mask = keys.length - 1;
  let slot = mix32(low ^ Math.imul(high, 0x9e3779b9)) & mask;
  while (keys[slot] !== EMPTY && keys[slot] !== key) slot = (slot + 1) & mask;
  return slot;
}
