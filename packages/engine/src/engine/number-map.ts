// Things found by a number, for keys too large to be small integers, which a `Map` would box.

import { FlatTable, NONE } from '../counting/flat-table.ts';

export class NumberMap<Key extends number, Thing> {
  readonly #keys: FlatTable;
  /** In the order of the keys. */
  readonly #things: Thing[] = [];

  constructor(rowsExpected: number = 0) {
    this.#keys = new FlatTable(1, rowsExpected);
  }

  get size(): number {
    return this.#keys.size;
  }

  has(key: Key): boolean {
    return this.#keys.find(key) !== NONE;
  }

  get(key: Key): Thing | undefined {
    const place = this.#keys.find(key);
    return place === NONE ? undefined : this.#things[place];
  }

  set(key: Key, thing: Thing): void {
    this.#things[this.#keys.own(key)] = thing;
  }

  *keys(): Iterable<Key> {
    for (let at = 0; at < this.#keys.end; at += 1) yield this.#keys.at(at) as Key;
  }

  *[Symbol.iterator](): Iterator<[Key, Thing]> {
    for (const [place, thing] of this.#things.entries()) yield [this.#keys.at(place) as Key, thing];
  }
}
