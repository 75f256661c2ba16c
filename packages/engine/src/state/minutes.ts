// Rollups that are not stored yet: what each UTC minute has added to each video (C20).

import { FlatTable, NONE } from '../counting/flat-table.ts';
import { ROLLED } from '../counting/lines.ts';
import type { Lines } from '../counting/lines.ts';
import type { VideoNo } from '../counting/numbers.ts';
import type { MinuteRow } from '../counting/rows.ts';

const FIRST = 1;
const WIDTH = FIRST + ROLLED.length;

/** What one minute has added to videos, in a flat column. */
export class MinuteTable {
  readonly #rows = new FlatTable(WIDTH);

  get size(): number {
    return this.#rows.size;
  }

  get(video: VideoNo): MinuteRow | undefined {
    const at = this.#rows.find(video);
    return at === NONE ? undefined : this.#rowAt(at);
  }

  /** Adds what a batch added to videos. */
  addLines(lines: Lines): void {
    const rows = this.#rows;
    lines.forEach((line) => {
      if (!lines.movesMinute(line)) return;
      const at = rows.own(lines.video(line));
      for (let index = 0; index < ROLLED.length; index += 1) {
        rows.addTo(at + FIRST + index, lines.rolled(line, index));
      }
    });
  }

  #rowAt(at: number): MinuteRow {
    return {
      likes: this.#rows.at(at + FIRST),
      views: this.#rows.at(at + FIRST + 1),
      starts: this.#rows.at(at + FIRST + 2),
      loops: this.#rows.at(at + FIRST + 3),
      watchMs: this.#rows.at(at + FIRST + 4),
    };
  }

  *[Symbol.iterator](): Iterator<[VideoNo, MinuteRow]> {
    for (let at = 0; at < this.#rows.end; at += WIDTH) {
      yield [this.#rows.at(at) as VideoNo, this.#rowAt(at)];
    }
  }
}

/** By UTC minute. */
export type Minutes = Map<number, MinuteTable>;

/** Adds what a batch added in its minute. */
export function addToMinute(minutes: Minutes, minute: number, lines: Lines): void {
  if (lines.size === 0) return;
  let table = minutes.get(minute);
  if (table === undefined) {
    table = new MinuteTable();
    minutes.set(minute, table);
  }
  table.addLines(lines);
}

/** The sum of two rollup rows. */
export function addMinutes(left: Readonly<MinuteRow>, right: Readonly<MinuteRow>): MinuteRow {
  return {
    likes: left.likes + right.likes,
    views: left.views + right.views,
    starts: left.starts + right.starts,
    loops: left.loops + right.loops,
    watchMs: left.watchMs + right.watchMs,
  };
}
