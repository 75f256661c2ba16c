// Rows of numbers found by a text: a flat table by a hash of the text, and the texts beside it.

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

/** Field 0 of its rows is for the table itself. */
export class TextTable {
  readonly rows: FlatTable;
  readonly #hashText: HashText;
  /** In the order of the rows. */
  readonly #texts: string[] = [];

  constructor(width: number, hash: HashText = hashText) {
    this.rows = new FlatTable(width);
    this.#hashText = hash;
  }

  /** Where the row of a text begins, or `NONE`. */
  find(text: string): number {
    return this.rows.find(this.#keyOf(text));
  }

  /** The row of a text, added when there is none. */
  own(text: string): number {
    const at = this.rows.own(this.#keyOf(text));
    this.#texts[at / this.rows.width] ??= text;
    return at;
  }

  /** The text of the row that begins at a position. */
  textAt(at: number): string {
    return this.#texts[at / this.rows.width] ?? '';
  }

  /** The key that a text has, or would get: the first of its hashes that no other text has. */
  #keyOf(text: string): number {
    for (let salt = 0; ; salt += 1) {
      const key = this.#hashText(text, salt);
      const at = this.rows.find(key);
      if (at === NONE || this.textAt(at) === text) return key;
    }
  }
}
