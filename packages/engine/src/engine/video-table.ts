// Videos and their counts by number: the counts in a flat column, so that a batch adds to them in
// place, and beside it what never changes, as it was given.
//
// The tally of a video (C10) is packed as in its row; most have few classes, so a few numbers of it
// stand in the row and the rest, for the few that have more, in a list.

import type { Seq } from '@holdfast/protocol/ids.ts';
import { FlatTable, NONE } from '../counting/flat-table.ts';
import { COMMITTED } from '../counting/lines.ts';
import type { Lines } from '../counting/lines.ts';
import type { VideoNo } from '../counting/numbers.ts';
import type { VideoFacts, VideoRow } from '../counting/rows.ts';
import { countPacked, SLOT_RANGE } from '../counting/tallies.ts';

/** Fields of a row: number, the committed numbers, seq, then numbers of the packed tally. */
const COUNTS = 1;
const SEQ = COUNTS + COMMITTED.length;
const TALLY = SEQ + 1;
const TALLY_INLINE = 4;
const WIDTH = TALLY + TALLY_INLINE;

/**
 * Counts of videos as they stood at one moment. A row has `width` numbers: the video's own, then
 * the committed ones. `facts` are in the order of the rows, and may have more that came later.
 */
export type VideoCopy = Readonly<{
  width: number;
  rows: Float64Array;
  facts: readonly VideoFacts[];
}>;

export class VideoTable {
  readonly #rows: FlatTable;
  /** In the order of the rows. */
  readonly #facts: VideoFacts[] = [];
  /** The rest of a packed tally, where there is more than stands in the row. */
  readonly #moreTally = new Map<VideoNo, number[]>();

  constructor(rowsExpected: number = 0) {
    this.#rows = new FlatTable(WIDTH, rowsExpected);
  }

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
    const { video, durationMs, creatorKey, tally } = row;
    this.#facts[at / WIDTH] = { no, video, durationMs, creatorKey };
    COMMITTED.forEach((field, index) => rows.put(at + COUNTS + index, row[field]));
    rows.put(at + SEQ, row.seq);
    for (let index = 0; index < TALLY_INLINE; index += 1) {
      rows.put(at + TALLY + index, tally[index] ?? 0);
    }
    this.#moreTally.delete(no);
    if (tally.length > TALLY_INLINE) this.#moreTally.set(no, tally.slice(TALLY_INLINE));
  }

  /** Where the row of a video begins, for `addLine` and `addEnd`; it is taken over if need be. */
  own(no: VideoNo, source: VideoTable): number {
    const held = this.#rows.find(no);
    if (held !== NONE) return held;
    const from = source.#rows.find(no);
    const at = this.#rows.add(no);
    this.#facts[at / WIDTH] = source.#facts[from / WIDTH] as VideoFacts;
    for (let field = COUNTS; field < WIDTH; field += 1) {
      this.#rows.put(at + field, source.#rows.at(from + field));
    }
    const more = source.#moreTally.get(no);
    if (more !== undefined) this.#moreTally.set(no, more.slice());
    return at;
  }

  /** Adds a line of batch `seq` to the row that begins at a position. */
  addLine(at: number, lines: Lines, line: number, seq: Seq): void {
    for (let index = 0; index < COMMITTED.length; index += 1) {
      this.#rows.addTo(at + COUNTS + index, lines.committed(line, index));
    }
    this.#rows.put(at + SEQ, seq);
  }

  /** Adds an op that ended in a tally slot to the row that begins at a position. */
  addEnd(at: number, slot: number): void {
    for (let place = at + TALLY; place < at + WIDTH; place += 1) {
      const packed = this.#rows.at(place);
      if (packed === 0 || packed % SLOT_RANGE === slot) {
        this.#rows.put(place, packed === 0 ? SLOT_RANGE + slot : packed + SLOT_RANGE);
        return;
      }
    }
    const no = this.#rows.at(at) as VideoNo;
    const more = this.#moreTally.get(no) ?? [];
    countPacked(more, slot);
    this.#moreTally.set(no, more);
  }

  /** A copy of all counts, without a look at anything else. */
  copy(): VideoCopy {
    // Facts never change and rows never move: those of later rows are simply not looked at.
    return { width: SEQ, rows: this.#rows.copy(SEQ), facts: this.#facts };
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
      tally: this.#tallyAt(at, no),
    };
  }

  #tallyAt(at: number, no: VideoNo): number[] {
    const tally: number[] = [];
    for (let place = at + TALLY; place < at + WIDTH; place += 1) {
      const packed = this.#rows.at(place);
      if (packed === 0) return tally;
      tally.push(packed);
    }
    return tally.concat(this.#moreTally.get(no) ?? []);
  }

  *keys(): Iterable<VideoNo> {
    for (let at = 0; at < this.#rows.end; at += WIDTH) yield this.#rows.at(at) as VideoNo;
  }

  *[Symbol.iterator](): Iterator<[VideoNo, VideoRow]> {
    for (let at = 0; at < this.#rows.end; at += WIDTH) {
      yield [this.#rows.at(at) as VideoNo, this.#rowAt(at)];
    }
  }
}
