// The rows of one table of a flush, kept as the bytes they came in and read again in key order.
//
// A flush has hundreds of thousands of rows; as lists of values they would take ten times the
// memory and most of the collector's time.

import { ByteReader } from '../../codec/bytes.ts';
import { assert } from '../../counting/assert.ts';
import { PERSONS_MAX } from '../../counting/numbers.ts';
import { ROW_READERS } from './flush-rows.ts';
import type { FlushTable, SqlRow } from './flush-rows.ts';
import { sessionBytes } from './state-names.ts';
import type { StateNames } from './state-names.ts';

/** Places that an order can tell apart beside a key below `PERSONS_MAX`, in 53 bits. */
const PLACES = 2 ** 53 / PERSONS_MAX;

/**
 * The places of keys in key order. The keys are numbers of persons or videos; each is sorted as one
 * number with its place, which takes a tenth of the time of a sort that calls back.
 */
export function orderOf(keys: readonly number[]): Float64Array {
  assert(keys.length <= PLACES, 'a flush has fewer rows than an order has places');
  const order = new Float64Array(keys.map((key, place) => key * PLACES + place)).sort();
  return order.map((keyAndPlace) => keyAndPlace - Math.floor(keyAndPlace / PLACES) * PLACES);
}

/** As SQLite sorts bytes: the names of sessions have one in each character. */
function orderOfTexts(keys: readonly string[]): Uint32Array {
  return Uint32Array.from(keys.keys()).sort((left, right) => {
    const [first = '', second = ''] = [keys[left], keys[right]];
    if (first === second) return 0;
    return first < second ? -1 : 1;
  });
}

export class RowRuns {
  readonly #table: FlushTable;
  readonly #names: StateNames;
  readonly #readers: ByteReader[] = [];
  /** By place: the key, the run that a row is in, and where it begins. */
  readonly #numbers: number[] = [];
  readonly #texts: string[] = [];
  readonly #runs: number[] = [];
  readonly #starts: number[] = [];

  constructor(table: FlushTable, names: StateNames) {
    this.#table = table;
    this.#names = names;
  }

  /** Adds a run of rows. The first field of a row is its key. */
  add(bytes: Uint8Array, starts: Uint32Array): void {
    const reader = new ByteReader(bytes);
    const run = this.#readers.push(reader) - 1;
    for (const start of starts) {
      this.#starts.push(start);
      this.#runs.push(run);
      reader.moveTo(start);
      if (this.#table === 'sessions') this.#texts.push(this.#names.session(reader.text()));
      else this.#numbers.push(reader.uint());
    }
  }

  /** The rows of numbers above one, in order. */
  *after(no: number): Iterable<SqlRow> {
    const readRow = ROW_READERS[this.#table];
    for (const place of orderOf(this.#numbers)) {
      if ((this.#numbers[place] ?? 0) > no) yield readRow(this.#readerAt(place));
    }
  }

  #readerAt(place: number): ByteReader {
    const reader = this.#readers[this.#runs[place] ?? 0];
    assert(reader !== undefined, 'a row is in a run');
    reader.moveTo(this.#starts[place] ?? 0);
    return reader;
  }

  /** All rows in key order, sessions under the names that they are stored by. */
  *inOrder(): Iterable<SqlRow> {
    const isByText = this.#table === 'sessions';
    const order = isByText ? orderOfTexts(this.#texts) : orderOf(this.#numbers);
    const readRow = ROW_READERS[this.#table];
    for (const place of order) {
      const [key = 0, ...columns] = readRow(this.#readerAt(place));
      yield [isByText ? sessionBytes(this.#texts[place] ?? '') : key, ...columns];
    }
  }
}
