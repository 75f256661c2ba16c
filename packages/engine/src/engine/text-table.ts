// Rows of numbers found by a text: a flat table by a hash of the text, and all texts in one column.
//
// A string for each of a million names would be an object that the collector moves and marks, and
// every comparison would go to a place of its own.

import { assert } from '../counting/assert.ts';
import { FlatTable, NONE } from '../counting/flat-table.ts';
import { mix32 } from '../counting/set-hash.ts';

/** A 53-bit number for a text; another one for each `salt`. */
export type HashText = (text: string, salt: number) => number;

export const hashText: HashText = (text, salt) => {
  let high = 0x811c9dc5 ^ salt;
  let low = 0x9e3779b9 + salt;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995) ^ (low >>> 15);
  }
  return (mix32(high) & 0x1fffff) * 2 ** 32 + mix32(low);
};

/** Length of a text that a table takes: it stands before the text in one unit of the column. */
const LENGTH_MAX = 2 ** 16 - 1;
const UNITS_START = 256;
/** Where in a row the place of its text stands. */
const TEXT_AT = 1;
/** Fields of a row that are the table's own. */
export const TEXT_FIELDS = 2;

export class TextTable {
  readonly rows: FlatTable;
  readonly #hashText: HashText;
  /** UTF-16 units: for each text how many they are, then they. */
  #units = new Uint16Array(UNITS_START);
  #end = 0;

  /** `width` has the fields of the table itself, `TEXT_FIELDS`, and those of its user. */
  constructor(width: number, rowsExpected: number = 0, hash: HashText = hashText) {
    this.rows = new FlatTable(width, rowsExpected);
    this.#hashText = hash;
  }

  /** Where the row of a text begins, or `NONE`. */
  find(text: string): number {
    for (let salt = 0; ; salt += 1) {
      const at = this.rows.find(this.#hashText(text, salt));
      // Two texts may share a hash; the one that came later stands under its next hash.
      if (at === NONE || this.#isAt(at, text)) return at;
    }
  }

  /** The row of a text, added when there is none. */
  own(text: string): number {
    for (let salt = 0; ; salt += 1) {
      const key = this.#hashText(text, salt);
      const at = this.rows.find(key);
      if (at === NONE) return this.#add(key, text);
      if (this.#isAt(at, text)) return at;
    }
  }

  /** The text of the row that begins at a position. */
  textAt(at: number): string {
    const start = this.rows.at(at + TEXT_AT);
    const end = start + 1 + (this.#units[start] ?? 0);
    return String.fromCharCode(...this.#units.subarray(start + 1, end));
  }

  #isAt(at: number, text: string): boolean {
    const units = this.#units;
    const start = this.rows.at(at + TEXT_AT);
    if (units[start] !== text.length) return false;
    for (let index = 0; index < text.length; index += 1) {
      if (units[start + 1 + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  #add(key: number, text: string): number {
    assert(text.length <= LENGTH_MAX, 'names have a limit far below this one');
    const start = this.#end;
    this.#end = start + 1 + text.length;
    if (this.#end > this.#units.length) this.#grow();
    this.#units[start] = text.length;
    for (let index = 0; index < text.length; index += 1) {
      this.#units[start + 1 + index] = text.charCodeAt(index);
    }
    const at = this.rows.add(key);
    this.rows.put(at + TEXT_AT, start);
    return at;
  }

  #grow(): void {
    const units = new Uint16Array(Math.max(this.#end, this.#units.length * 2));
    units.set(this.#units);
    this.#units = units;
  }
}
