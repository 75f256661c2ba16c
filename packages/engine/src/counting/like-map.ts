// Like rows by key: when each like was made, for millions of them.

import { FlatTable, NONE } from './flat-table.ts';
import type { LikeKey } from './numbers.ts';

const WIDTH = 2;
const AT_MS = 1;

export class LikeMap {
  readonly #table: FlatTable;

  constructor(rowsExpected: number = 0) {
    this.#table = new FlatTable(WIDTH, rowsExpected);
  }

  get size(): number {
    return this.#table.size;
  }

  has(key: LikeKey): boolean {
    return this.#table.find(key) !== NONE;
  }

  get(key: LikeKey): number | undefined {
    const at = this.#table.find(key);
    return at === NONE ? undefined : this.#table.at(at + AT_MS);
  }

  set(key: LikeKey, atMs: number): void {
    this.#table.put(this.#table.own(key) + AT_MS, atMs);
  }

  /** Every row, without an object for each. */
  forEach(see: (key: LikeKey, atMs: number) => void): void {
    const table = this.#table;
    for (let at = 0; at < table.end; at += WIDTH) {
      see(table.at(at) as LikeKey, table.at(at + AT_MS));
    }
  }

  *keys(): Iterable<LikeKey> {
    for (let at = 0; at < this.#table.end; at += WIDTH) yield this.#table.at(at) as LikeKey;
  }

  *[Symbol.iterator](): Iterator<[LikeKey, number]> {
    for (let at = 0; at < this.#table.end; at += WIDTH) {
      yield [this.#table.at(at) as LikeKey, this.#table.at(at + AT_MS)];
    }
  }
}
