// Sessions by key, their numbers in a flat column.

import { NONE } from '../counting/flat-table.ts';
import type { SessionRow } from '../counting/rows.ts';
import { TEXT_FIELDS, TextTable } from './text-table.ts';

const FIRST = TEXT_FIELDS;
const WIDTH = FIRST + 6;

export class SessionTable {
  readonly #table: TextTable;
  /** Lists as they came, in the order of the rows; those of most sessions are the empty one. */
  readonly #caps: number[][] = [];

  constructor(rowsExpected: number = 0) {
    this.#table = new TextTable(WIDTH, rowsExpected);
  }

  get size(): number {
    return this.#table.rows.size;
  }

  has(key: string): boolean {
    return this.#table.find(key) !== NONE;
  }

  get(key: string): SessionRow | undefined {
    const at = this.#table.find(key);
    return at === NONE ? undefined : this.#rowAt(at);
  }

  set(key: string, row: Readonly<SessionRow>): void {
    const at = this.#table.own(key);
    const { rows } = this.#table;
    rows.put(at + FIRST, row.startedAtMs);
    rows.put(at + FIRST + 1, row.highest);
    rows.put(at + FIRST + 2, row.seenLow);
    rows.put(at + FIRST + 3, row.seenHigh);
    rows.put(at + FIRST + 4, row.claimedMs);
    rows.put(at + FIRST + 5, row.capsDay);
    this.#caps[at / WIDTH] = row.caps;
  }

  #rowAt(at: number): SessionRow {
    const { rows } = this.#table;
    return {
      startedAtMs: rows.at(at + FIRST),
      highest: rows.at(at + FIRST + 1),
      seenLow: rows.at(at + FIRST + 2),
      seenHigh: rows.at(at + FIRST + 3),
      claimedMs: rows.at(at + FIRST + 4),
      capsDay: rows.at(at + FIRST + 5),
      caps: this.#caps[at / WIDTH] ?? [],
    };
  }

  *keys(): Iterable<string> {
    for (let at = 0; at < this.#table.rows.end; at += WIDTH) yield this.#table.textAt(at);
  }

  *[Symbol.iterator](): Iterator<[string, SessionRow]> {
    for (let at = 0; at < this.#table.rows.end; at += WIDTH) {
      yield [this.#table.textAt(at), this.#rowAt(at)];
    }
  }
}
