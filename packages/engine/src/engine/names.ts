// From the names that the outside uses to the cell's own numbers, remembered within bounds.

import { NONE } from '../counting/flat-table.ts';
import { TEXT_FIELDS, TextTable } from './text-table.ts';

const NO = TEXT_FIELDS;
const WIDTH = NO + 1;

/** Names kept in one of two generations; the older one goes when the younger is full. */
export class NameCache<Name extends string, No extends number> {
  readonly #namesMax: number;
  #young = new TextTable(WIDTH);
  #old = new TextTable(WIDTH);

  constructor(namesMax: number) {
    this.#namesMax = namesMax;
  }

  get(name: Name): No | undefined {
    const young = this.#young.find(name);
    if (young !== NONE) return this.#young.rows.at(young + NO) as No;
    const old = this.#old.find(name);
    if (old === NONE) return undefined;
    const no = this.#old.rows.at(old + NO) as No;
    this.set(name, no);
    return no;
  }

  set(name: Name, no: No): void {
    if (this.#young.rows.size >= this.#namesMax) {
      this.#old = this.#young;
      this.#young = new TextTable(WIDTH);
    }
    this.#young.rows.put(this.#young.own(name) + NO, no);
  }

  clear(): void {
    this.#young = new TextTable(WIDTH);
    this.#old = new TextTable(WIDTH);
  }
}
