// Videos and their counts by number: the counts in a flat column, so that a batch adds to them in
// place, and beside it what never changes, as it was given.

import type { Seq } from '@holdfast/protocol/ids.ts';
import { FlatTable, NONE } from '../counting/flat-table.ts';
import { COMMITTED } from '../counting/lines.ts';
import type { Lines } from '../counting/lines.ts';
import type { VideoNo } from '../counting/numbers.ts';
import type { VideoFacts, VideoRow } from '../counting/rows.ts';
import { packTally, TALLY_LENGTH, unpackEach } from '../counting/tallies.ts';

/** Fields of a row: number, the committed numbers, seq, then one for each slot of the tally. */
const COUNTS = 1;
const SEQ = COUNTS + COMMITTED.length;
const TALLY = SEQ + 1;
const WIDTH = TALLY + TALLY_LENGTH;

export class VideoTable {
  readonly #rows = new FlatTable(WIDTH);
  /** In the order of the rows. */
  readonly #facts: VideoFacts[] = [];

  get size(): number {
    return this.#rows.size;
  }

  has(no: VideoNo): boolean {
    return this.#rows.find(no) !== NONE;
  }

  facts(no: VideoNo): VideoFacts | undefined {
    const at = this.#rows.find(no);
    return at === NONE ? undefined : this.#facts[at / WIDTH];
  }

  get(no: VideoNo): VideoRow | undefined {
    const at = this.#rows.find(no);
    return at === NONE ? undefined : this.#rowAt(at);
  }

  set(no: VideoNo, row: Readonly<VideoRow>): void {
    const rows = this.#rows;
    const at = rows.own(no);
    const { video, durationMs, creatorKey } = row;
    this.#facts[at / WIDTH] = { no, video, durationMs, creatorKey };
    COMMITTED.forEach((field, index) => rows.put(at + COUNTS + index, row[field]));
    rows.put(at + SEQ, row.seq);
    for (let slot = 0; slot < TALLY_LENGTH; slot += 1) rows.put(at + TALLY + slot, 0);
    unpackEach(row.tally, (slot, count) => rows.put(at + TALLY + slot, count));
  }

  /** Takes a row over from another table that has it. */
  take(no: VideoNo, source: VideoTable): void {
    const from = source.#rows.find(no);
    const at = this.#rows.own(no);
    this.#facts[at / WIDTH] = source.#facts[from / WIDTH] as VideoFacts;
    for (let field = 0; field < WIDTH; field += 1) {
      this.#rows.put(at + field, source.#rows.at(from + field));
    }
  }

  /** Adds a line of batch `seq` to its video, which is here. */
  addLine(lines: Lines, line: number, seq: Seq): void {
    const at = this.#rows.find(lines.video(line));
    for (let index = 0; index < COMMITTED.length; index += 1) {
      const field = COMMITTED[index] as (typeof COMMITTED)[number];
      this.#rows.addTo(at + COUNTS + index, lines.number(line, field));
    }
    this.#rows.put(at + SEQ, seq);
  }

  /** Adds an op to the tally of its video, which is here. */
  addEnd(no: VideoNo, slot: number): void {
    this.#rows.addTo(this.#rows.find(no) + TALLY + slot, 1);
  }

  #rowAt(at: number): VideoRow {
    const rows = this.#rows;
    const { no, video, durationMs, creatorKey } = this.#facts[at / WIDTH] as VideoFacts;
    return {
      no,
      video,
      durationMs,
      creatorKey,
      likes: rows.at(at + COUNTS),
      likesCorrected: rows.at(at + COUNTS + 1),
      views: rows.at(at + COUNTS + 2),
      viewsCorrected: rows.at(at + COUNTS + 3),
      starts: rows.at(at + COUNTS + 4),
      loops: rows.at(at + COUNTS + 5),
      watchMs: rows.at(at + COUNTS + 6),
      seq: rows.at(at + SEQ) as Seq,
      tally: packTally((slot) => rows.at(at + TALLY + slot)),
    };
  }

  *[Symbol.iterator](): Iterator<[VideoNo, VideoRow]> {
    for (let at = 0; at < this.#rows.end; at += WIDTH) {
      yield [this.#rows.at(at) as VideoNo, this.#rowAt(at)];
    }
  }
}
