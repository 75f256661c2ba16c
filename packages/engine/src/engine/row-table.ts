// The rows of one table as the engine sees them: all that the store lacks, and what was used lately.
//
// Two generations: `young` holds every row that was read or changed since the last flush began,
// `old` those of the flush before it. A look-up goes from young to old, so it gives the newest; a
// row leaves memory only with its generation, and a generation only when the store has its changes.
// The old one never changes, so a flush goes through its rows while batches change the young one.

import type { Entries } from '../state/state-store.ts';

/** What a table keeps a generation in; rows that it gives are not changed by whoever gets them. */
export type RowMap<Key, Row> = Iterable<[Key, Row]> &
  Readonly<{
    size: number;
    has: (key: Key) => boolean;
    /** Keys without their rows, which cost more to give. */
    keys: () => Iterable<Key>;
    get: (key: Key) => Row | undefined;
    set: (key: Key, row: Row) => unknown;
  }>;

export class RowTable<Key, Row, Held extends RowMap<Key, Row> = RowMap<Key, Row>> {
  readonly #newMap: (rowsExpected: number) => Held;
  #young: Held;
  #old: Held;
  /** Keys of rows that are as the store has them: few, as most rows are read to be changed. */
  #youngUnchanged = new Set<Key>();
  #oldUnchanged = new Set<Key>();
  /** The old generation is being stored. */
  #isStoring = false;

  constructor(newMap: (rowsExpected: number) => Held) {
    this.#newMap = newMap;
    this.#young = newMap(0);
    this.#old = newMap(0);
  }

  has(key: Key): boolean {
    return this.#young.has(key) || this.#old.has(key);
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
    return this.#young.size - this.#youngUnchanged.size;
  }

  /** Remembers a row as the store has it. */
  keep(key: Key, row: Row): void {
    this.#young.set(key, row);
    this.#youngUnchanged.add(key);
  }

  /** Takes the new version of a row. */
  change(key: Key, row: Row): void {
    this.#young.set(key, row);
    this.noteChanged(key);
  }

  /** Notes that a row of the young generation is changed in place. */
  noteChanged(key: Key): void {
    if (this.#youngUnchanged.size > 0) this.#youngUnchanged.delete(key);
  }

  /** The generation that changes now. */
  get young(): Held {
    return this.#young;
  }

  /** The generation before it, of which nothing may be changed. */
  get old(): Held {
    return this.#old;
  }

  /** Sets the changed rows aside for a flush and begins a new generation. */
  beginFlush(): Entries<Key, Row> {
    this.#old = this.#young;
    this.#oldUnchanged = this.#youngUnchanged;
    // A generation is about as large as the one before it.
    this.#young = this.#newMap(this.#old.size);
    this.#youngUnchanged = new Set();
    this.#isStoring = true;
    return new Changed(this.#old, this.#oldUnchanged);
  }

  endFlush(): void {
    this.#isStoring = false;
  }

  /** The generations that hold all rows which the store lacks, older rows first. */
  unstoredGenerations(): readonly Held[] {
    return this.#isStoring ? [this.#old, this.#young] : [this.#young];
  }

  /** Those of the wanted rows that the store does not have, each in its newest version. */
  unstored(isWanted: (key: Key) => boolean): Map<Key, Row> {
    const rows = new Map<Key, Row>();
    for (const key of this.unstoredKeys()) {
      const row = isWanted(key) ? this.get(key) : undefined;
      if (row !== undefined) rows.set(key, row);
    }
    return rows;
  }

  /** Keys of the rows that the store does not have; some may come twice. */
  *unstoredKeys(): Iterable<Key> {
    const isUnchanged = this.#youngUnchanged;
    for (const key of this.#young.keys()) if (!isUnchanged.has(key)) yield key;
    if (!this.#isStoring) return;
    const wasUnchanged = this.#oldUnchanged;
    for (const key of this.#old.keys()) if (!wasUnchanged.has(key)) yield key;
  }
}

/** The changed rows of a generation; they can be gone through again and again. */
class Changed<Key, Row> {
  readonly #rows: Iterable<[Key, Row]>;
  readonly #unchanged: ReadonlySet<Key>;

  constructor(rows: Iterable<[Key, Row]>, unchanged: ReadonlySet<Key>) {
    this.#rows = rows;
    this.#unchanged = unchanged;
  }

  *[Symbol.iterator](): Iterator<[Key, Row]> {
    for (const entry of this.#rows) if (!this.#unchanged.has(entry[0])) yield entry;
  }
}
