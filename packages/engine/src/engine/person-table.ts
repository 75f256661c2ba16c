// Persons by number, their numbers in a flat column.

import { FlatTable, NONE } from '../counting/flat-table.ts';
import type { PersonNo } from '../counting/numbers.ts';
import type { PersonRow } from '../counting/rows.ts';
import { emptyHash, HASH_LANES } from '../counting/set-hash.ts';

const ERASED_AT_MS = 1;
const CAPS_DAY = 2;
const LANES = 3;
const WIDTH = LANES + HASH_LANES;

export class PersonTable {
  readonly #rows: FlatTable;
  /** In the order of the rows, like the lists. */
  readonly #creatorKeys: string[] = [];
  readonly #caps: number[][] = [];

  constructor(rowsExpected: number = 0) {
    this.#rows = new FlatTable(WIDTH, rowsExpected);
  }

  get size(): number {
    return this.#rows.size;
  }

  has(person: PersonNo): boolean {
    return this.#rows.find(person) !== NONE;
  }

  get(person: PersonNo): PersonRow | undefined {
    const at = this.#rows.find(person);
    return at === NONE ? undefined : this.#rowAt(at);
  }

  set(person: PersonNo, row: Readonly<PersonRow>): void {
    const at = this.#rows.own(person);
    this.#rows.put(at + ERASED_AT_MS, row.erasedAtMs);
    this.#rows.put(at + CAPS_DAY, row.capsDay);
    row.pseudonym.forEach((lane, index) => this.#rows.put(at + LANES + index, lane));
    this.#creatorKeys[at / WIDTH] = row.creatorKey;
    this.#caps[at / WIDTH] = row.caps;
  }

  #rowAt(at: number): PersonRow {
    const pseudonym = emptyHash();
    for (let lane = 0; lane < HASH_LANES; lane += 1) {
      pseudonym[lane] = this.#rows.at(at + LANES + lane);
    }
    return {
      person: this.#rows.at(at) as PersonNo,
      pseudonym,
      creatorKey: this.#creatorKeys[at / WIDTH] ?? '',
      erasedAtMs: this.#rows.at(at + ERASED_AT_MS),
      capsDay: this.#rows.at(at + CAPS_DAY),
      caps: this.#caps[at / WIDTH] ?? [],
    };
  }

  *keys(): Iterable<PersonNo> {
    for (let at = 0; at < this.#rows.end; at += WIDTH) yield this.#rows.at(at) as PersonNo;
  }

  *[Symbol.iterator](): Iterator<[PersonNo, PersonRow]> {
    for (let at = 0; at < this.#rows.end; at += WIDTH) {
      yield [this.#rows.at(at) as PersonNo, this.#rowAt(at)];
    }
  }
}
