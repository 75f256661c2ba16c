// The rows of one table of a flush, kept as the bytes they came in and read again in key order.
//
// A flush has hundreds of thousands of rows; as lists of values they would take ten times the
// memory and most of the collector's time.

import { ByteReader } from '../../codec/bytes.ts';
import { VIDEOS_MAX } from '../../counting/numbers.ts';
import { ROW_READERS } from './flush-rows.ts';
import type { FlushTable, SqlRow } from './flush-rows.ts';

/** Sorts as SQLite does: numbers by value, ids (ASCII) by character. */
function keyOf(table: FlushTable, row: SqlRow): number | string {
  if (table === 'sessions') return String(row[0]);
  if (table === 'rollups') return Number(row[1]) * VIDEOS_MAX + Number(row[2]);
  return Number(row[0]);
}

export class RowRuns {
  readonly #table: FlushTable;
  readonly #readers: ByteReader[] = [];
  readonly #keys: (number | string)[] = [];
  readonly #run: number[] = [];
  readonly #offset: number[] = [];

  constructor(table: FlushTable) {
    this.#table = table;
  }

  /** Adds a run of rows. */
  add(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    const readRow = ROW_READERS[this.#table];
    const run = this.#readers.push(reader) - 1;
    while (!reader.atEnd) {
      this.#offset.push(reader.at);
      this.#run.push(run);
      this.#keys.push(keyOf(this.#table, readRow(reader)));
    }
  }

  /** All rows in key order. */
  *inOrder(): Iterable<SqlRow> {
    const keys = this.#keys;
    const order = Uint32Array.from(keys.keys()).sort((left, right) => {
      const [first = 0, second = 0] = [keys[left], keys[right]];
      if (first === second) return 0;
      return first < second ? -1 : 1;
    });
    const readRow = ROW_READERS[this.#table];
    for (const index of order) {
      const reader = this.#readers[this.#run[index] ?? 0];
      if (reader === undefined) continue;
      reader.moveTo(this.#offset[index] ?? 0);
      yield readRow(reader);
    }
  }
}
