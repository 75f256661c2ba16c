// Rows of numbers in one flat column, each found by a number that is its first field.
//
// A `Map` of objects would be a dozen objects a row, each somewhere else in memory and all of them
// looked at by the collector. Here rows stand one behind the other in the order in which they came,
// and an index with open addressing leads from a key to its row: a look-up touches two or three
// lines of memory, and however many rows there are, the collector sees two arrays.
//
// A row never moves within the column and never goes, so a position stays good until the table does.

import { assert } from './assert.ts';
import { mix32 } from './set-hash.ts';

/** No row has this position. */
export const NONE = -1;

const ROWS_START = 16;
/**
 * An entry of the index is the row's number from 1, and above it the same bits of the key's hash, so
 * that of all the rows that a look-up passes on its way it touches hardly any but its own.
 */
const ROW_MASK = 2 ** 26 - 1;
const TAG_MASK = ~ROW_MASK;
/** Slots of the index for each row that there is room for: at most half of them are in use. */
const SLOTS_PER_ROW = 2;

export class FlatTable {
  /** Fields of a row, its key among them. */
  readonly width: number;
  #index: Int32Array<ArrayBuffer>;
  #column: Float64Array;
  #size = 0;

  /** `rowsExpected` spares a table that will be large its growing; it is no limit. */
  constructor(width: number, rowsExpected: number = 0) {
    this.width = width;
    const rows = Math.max(ROWS_START, 2 ** Math.ceil(Math.log2(rowsExpected)));
    this.#index = new Int32Array(rows * SLOTS_PER_ROW);
    this.#column = new Float64Array(rows * width);
  }

  get size(): number {
    return this.#size;
  }

  /** Position after the last row; rows begin at the multiples of `width` before it. */
  get end(): number {
    return this.#size * this.width;
  }

  /** Where the row of a key begins, or `NONE`. */
  find(key: number): number {
    const entry = this.#index[this.#slotOf(key)] ?? 0;
    return entry === 0 ? NONE : ((entry & ROW_MASK) - 1) * this.width;
  }

  /** Adds a row for a key that has none, all zeros but for the key; gives where it begins. */
  add(key: number): number {
    const rowsBefore = this.#size;
    const at = this.own(key);
    assert(this.#size > rowsBefore, 'a key has one row');
    return at;
  }

  /** The row of a key, added when there is none. */
  own(key: number): number {
    // Grown first, so that the slot that is found empty is the one to fill.
    const at = this.end;
    if (at === this.#column.length) this.#grow();
    const slot = this.#slotOf(key);
    const entry = this.#index[slot] ?? 0;
    if (entry !== 0) return ((entry & ROW_MASK) - 1) * this.width;
    this.#size += 1;
    this.#index[slot] = this.#size | (hashOf(key) & TAG_MASK);
    this.#column[at] = key;
    return at;
  }

  /** The number at a position. */
  at(position: number): number {
    return this.#column[position] ?? 0;
  }

  put(position: number, value: number): void {
    this.#column[position] = value;
  }

  addTo(position: number, delta: number): void {
    this.#column[position] = (this.#column[position] ?? 0) + delta;
  }

  /** The first `fields` numbers of all rows as they are now, one row behind the other. */
  copy(fields: number): Float64Array {
    const copy = new Float64Array(this.#size * fields);
    let to = 0;
    for (let row = 0; row < this.end; row += this.width) {
      for (let field = 0; field < fields; field += 1)
        copy[to + field] = this.#column[row + field] ?? 0;
      to += fields;
    }
    return copy;
  }

  #grow(): void {
    assert(this.#size * 2 <= ROW_MASK, 'rows have numbers beside their tags');
    const column = new Float64Array(this.#column.length * 2);
    column.set(this.#column);
    this.#column = column;
    const index = new Int32Array(this.#index.length * 2);
    const mask = index.length - 1;
    for (let row = 0; row < this.#size; row += 1) {
      const hash = hashOf(this.at(row * this.width));
      let slot = hash & mask;
      // Keys are there once, so the first empty slot is the one.
      while (index[slot] !== 0) slot = (slot + 1) & mask;
      index[slot] = (row + 1) | (hash & TAG_MASK);
    }
    this.#index = index;
  }

  /** The slot that leads to a key's row, or the empty one where it would. */
  #slotOf(key: number): number {
    const index = this.#index;
    const mask = index.length - 1;
    const hash = hashOf(key);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = index[slot] ?? 0;
      if (entry === 0) return slot;
      if (((entry ^ hash) & TAG_MASK) !== 0) continue;
      if (this.#column[((entry & ROW_MASK) - 1) * this.width] === key) return slot;
    }
  }
}

function hashOf(key: number): number {
  const low = key >>> 0;
  return mix32(low ^ Math.imul((key - low) / 2 ** 32, 0x9e3779b9));
}
