// Stage 2, by video: numbers only. A batch reaches it as one line a video, however many people
// were behind it, so a viral video costs one line and nothing here is personal.
//
// A line is what is added: whoever keeps the counts adds it to them, number by number.

import type { CorrectionReason, Metric } from '@holdfast/protocol/counts.ts';
import type { Seq } from '@holdfast/protocol/ids.ts';
import { StartRun } from './day-detail.ts';
import { FlatTable } from './flat-table.ts';
import type { VideoNo } from './numbers.ts';
import type { CorrectionRow, VideoRow } from './rows.ts';
import { moveCount } from './set-hash.ts';
import type { LaneHash } from './set-hash.ts';

/** Where in a line its numbers stand. */
export const LINE = {
  video: 0,
  likes: 1,
  views: 2,
  starts: 3,
  loops: 4,
  watchMs: 5,
  likesCorrected: 6,
  viewsCorrected: 7,
  /** Likes lost to erasure, a part of `likes`. */
  erasedLikes: 8,
} as const;
const LINE_WIDTH = 9;

/** The numbers of a line that a rollup holds (C20). */
export const ROLLED = ['likes', 'views', 'starts', 'loops', 'watchMs'] as const;

/** The numbers of a video that the counts hash covers, in a fixed order (C23). */
export const COMMITTED = [
  'likes',
  'likesCorrected',
  'views',
  'viewsCorrected',
  'starts',
  'loops',
  'watchMs',
] as const satisfies readonly (keyof VideoRow & keyof typeof LINE)[];

const ROLLED_AT: readonly number[] = ROLLED.map((field) => LINE[field]);
const COMMITTED_AT: readonly number[] = COMMITTED.map((field) => LINE[field]);

export type LineCorrection = Readonly<{
  metric: Metric;
  delta: number;
  reason: CorrectionReason;
  note: string;
}>;

const NO_CORRECTIONS: readonly LineCorrection[] = [];
const NO_ROWS: readonly CorrectionRow[] = [];

/** What one batch adds to the videos that it touches. */
export class Lines {
  readonly #table = new FlatTable(LINE_WIDTH);
  /** For each op its line and, behind it, the tally slot that it ended in. */
  readonly #ends: number[] = [];
  readonly #starts = new StartRun();
  readonly #corrections = new Map<VideoNo, LineCorrection[]>();

  get size(): number {
    return this.#table.size;
  }

  /** The line of a video, or `NONE`. */
  find(video: VideoNo): number {
    return this.#table.find(video);
  }

  /** Begins the line of a video that has none. */
  begin(video: VideoNo): number {
    return this.#table.add(video);
  }

  /** A number of a line. */
  number(line: number, field: keyof typeof LINE): number {
    return this.#table.at(line + LINE[field]);
  }

  /** What a line adds to the number that stands at `index` of `COMMITTED`. */
  committed(line: number, index: number): number {
    return this.#table.at(line + (COMMITTED_AT[index] ?? 0));
  }

  /** What a line adds to the number that stands at `index` of `ROLLED`. */
  rolled(line: number, index: number): number {
    return this.#table.at(line + (ROLLED_AT[index] ?? 0));
  }

  video(line: number): VideoNo {
    return this.#table.at(line) as VideoNo;
  }

  add(line: number, field: Exclude<keyof typeof LINE, 'video'>, delta: number): void {
    this.#table.addTo(line + LINE[field], delta);
  }

  /** Notes the tally slot that an op on the video of a line ended in (C10). */
  end(line: number, slot: number): void {
    this.#ends.push(line, slot);
  }

  /** What starts were made of (C27). */
  get starts(): StartRun {
    return this.#starts;
  }

  /** Notes a correction and moves its number (C14). */
  correct(line: number, correction: LineCorrection): void {
    const { metric, delta } = correction;
    this.add(line, metric === 'likes' ? 'likesCorrected' : 'viewsCorrected', delta);
    this.#listOf(line).push(correction);
  }

  corrections(line: number): readonly LineCorrection[] {
    // Asked of every line, and hardly a batch has any.
    if (this.#corrections.size === 0) return NO_CORRECTIONS;
    return this.#corrections.get(this.video(line)) ?? NO_CORRECTIONS;
  }

  #listOf(line: number): LineCorrection[] {
    const held = this.#corrections.get(this.video(line));
    if (held !== undefined) return held;
    const list: LineCorrection[] = [];
    this.#corrections.set(this.video(line), list);
    return list;
  }

  /** Lines are counted too: the place of one among them, from 0. */
  placeOf(line: number): number {
    return line / LINE_WIDTH;
  }

  /** Every line, in the order in which the batch came to its video. */
  forEach(see: (line: number) => void): void {
    for (let line = 0; line < this.#table.end; line += LINE_WIDTH) see(line);
  }

  /** Every op on a known video, in order. */
  forEachEnd(see: (line: number, slot: number) => void): void {
    const ends = this.#ends;
    for (let at = 0; at < ends.length; at += 2) see(ends[at] ?? 0, ends[at + 1] ?? 0);
  }

  /** Whether a line changes a number that a rollup holds. */
  movesMinute(line: number): boolean {
    for (let index = 0; index < ROLLED.length; index += 1) {
      if (this.rolled(line, index) !== 0) return true;
    }
    return false;
  }

  /** Moves the counts hash by what a line adds (C23). */
  moveHash(line: number, countsHash: LaneHash): void {
    const video = this.video(line);
    for (let slot = 0; slot < COMMITTED.length; slot += 1) {
      moveCount(countsHash, video, slot, this.committed(line, slot));
    }
  }
}

/** What a correction that was given back says of itself. */
const GIVEN_BACK_NOTE = 'given back: these likes were already taken away by an earlier correction';

/**
 * C16: a correction that took away likes may meet unlikes of the very same likes; what would then
 * be missing below zero goes back to the correction, so that no like is taken away twice. Gives how
 * many; `shownLikes` tells what the video showed before the batch, and is asked only if need be.
 */
export function giveBack(lines: Lines, line: number, shownLikes: () => number): number {
  const moved = lines.number(line, 'likes') + lines.number(line, 'likesCorrected');
  // What showed zero or more before shows no less now.
  if (moved >= 0) return 0;
  const givenBack = Math.max(0, -(shownLikes() + moved));
  lines.add(line, 'likesCorrected', givenBack);
  return givenBack;
}

/** The correction rows that a line leaves behind, erased likes among them (C14, C17). */
export function correctionRows(
  lines: Lines,
  line: number,
  givenBack: number,
  seq: Seq,
  atMs: number,
): readonly CorrectionRow[] {
  const made = lines.corrections(line);
  const erased = lines.number(line, 'erasedLikes');
  if (made.length === 0 && erased === 0 && givenBack === 0) return NO_ROWS;
  const video = lines.video(line);
  const rows: CorrectionRow[] = made.map((correction) => ({
    seq,
    video,
    atMs,
    ...correction,
    fromRows: false,
  }));
  if (erased > 0) {
    const what = { metric: 'likes', delta: -erased, reason: 'erasure', note: '' } as const;
    rows.push({ seq, video, atMs, ...what, fromRows: true });
  }
  if (givenBack > 0) {
    const what = { metric: 'likes', delta: givenBack, reason: 'rule' } as const;
    rows.push({ seq, video, atMs, ...what, note: GIVEN_BACK_NOTE, fromRows: false });
  }
  return rows;
}
