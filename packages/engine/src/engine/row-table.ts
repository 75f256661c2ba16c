// The rows of one table as the engine sees them: all that the store lacks, and what was used lately.
//
// Two generations: `young` holds every row that was read or changed since the last flush began,
// `old` those of the flush before it. A look-up goes from young to old, so it gives the newest; a
// row leaves memory only with its generation, and a generation only when the store has its changes.

/** What a table keeps a generation in. */
export type RowMap<Key, Row> = Iterable<[Key, Row]> &
  Readonly<{
    size: number;
    get: (key: Key) => Row | undefined;
    set: (key: Key, row: Row) => unknown;
  }>;

export class RowTable<Key, Row> {
  readonly #newMap: () => RowMap<Key, Row>;
  #young: RowMap<Key, Row>;
  #old: RowMap<Key, Row>;
  /** Keys of young rows that are as the store has them: few, as most rows are read to be changed. */
  #unchanged = new Set<Key>();
  /** Old rows that a flush is storing. */
  #storing: readonly [Key, Row][] = [];

  constructor(newMap: () => RowMap<Key, Row> = () => new Map()) {
    this.#newMap = newMap;
    this.#young = newMap();
    this.#old = newMap();
  }

  get(key: Key): Row | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** Rows in the young generation. */
  get youngRows(): number {
    return this.#young.size;
  }

  /** Rows that changed since the last flush began. */
  get changedRows(): number {
    return this.#young.size - this.#unchanged.size;
  }

  /** Remembers a row as the store has it. */
  keep(key: Key, row: Row): void {
    this.#young.set(key, row);
    this.#unchanged.add(key);
  }

  /** Takes the new version of a row. */
  change(key: Key, row: Row): void {
    this.#young.set(key, row);
    if (this.#unchanged.size > 0) this.#unchanged.delete(key);
  }

  /** Sets the changed rows aside for a flush and begins a new generation. */
  beginFlush(): readonly [Key, Row][] {
    this.#storing = this.#changed();
    this.#old = this.#young;
    this.#young = this.#newMap();
    this.#unchanged = new Set();
    return this.#storing;
  }

  endFlush(): void {
    this.#storing = [];
  }

  /** The rows that the store does not have, older changes first. */
  *unstored(): Iterable<[Key, Row]> {
    yield* this.#storing;
    yield* this.#changed();
  }

  #changed(): [Key, Row][] {
    const changed: [Key, Row][] = [];
    for (const entry of this.#young) if (!this.#unchanged.has(entry[0])) changed.push(entry);
    return changed;
  }
}
