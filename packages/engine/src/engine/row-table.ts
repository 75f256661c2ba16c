// The rows of one table as the engine sees them: lately used ones in memory, within a bound.
//
// A look-up goes from newer to older: `young` and `old` hold the newest version of whatever was
// used lately, `changed` and `storing` what the store does not have yet. A row leaves memory only
// when the store has it, so what `get` gives is always the newest.

export class RowTable<Key, Row> {
  readonly #rowsMax: number;
  #young = new Map<Key, Row>();
  #old = new Map<Key, Row>();
  /** Rows that changed since the last flush began. */
  changed = new Map<Key, Row>();
  /** Rows that a flush is storing. */
  #storing: Map<Key, Row> | undefined;

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  get(key: Key): Row | undefined {
    const row = this.#young.get(key);
    if (row !== undefined) return row;
    return this.#old.get(key) ?? this.changed.get(key) ?? this.#storing?.get(key);
  }

  /** Remembers a row as the store has it. */
  keep(key: Key, row: Row): void {
    if (this.#young.size >= this.#rowsMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, row);
  }

  /** Takes the new version of a row. */
  change(key: Key, row: Row): void {
    this.keep(key, row);
    this.changed.set(key, row);
  }

  /** Sets the changed rows aside for a flush. */
  beginFlush(): ReadonlyMap<Key, Row> {
    this.#storing = this.changed;
    this.changed = new Map();
    return this.#storing;
  }

  endFlush(): void {
    this.#storing = undefined;
  }

  /** The rows that the store does not have, older changes first. */
  *unstored(): Iterable<[Key, Row]> {
    if (this.#storing !== undefined) yield* this.#storing;
    yield* this.changed;
  }
}
