// The counts of all videos: what every cell last said, and how readers may be told (X1 to X13).
//
// Pure but for its own memory: it reads no clock, no disk and no network. `nowMs` is always the
// gateway's monotonic clock.
//
// Why it is safe: a subtotal is cumulative and only a newer one replaces it, so loss, repetition
// and reordering are healed by whatever comes next. A number is shown as `live` only while its
// cell's watermark is young, and the watermark covers everything sent before it. Where a number is
// missing there is no branch that makes one up.

import type { CountState, VideoCounts } from '@holdfast/protocol/counts.ts';
import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import type { SubtotalsPublication, WatermarkPublication } from '../border/publication.ts';
import { liveUntilMs, mergeWatermark, stateAt } from './cell-watermark.ts';
import type { CellWatermark } from './cell-watermark.ts';
import { cellCounts, cellFrame, countFrame, totalCount } from './count-frame.ts';
import type { CellFrame, CountFrame } from './count-frame.ts';
import { numberAt, SubtotalColumns } from './subtotal-columns.ts';
import type { Subtotal } from './subtotal-columns.ts';

type Cell = { readonly jurisdiction: Jurisdiction; watermark: CellWatermark; frame: CellFrame };

export class SubtotalBook {
  readonly columns: SubtotalColumns;
  readonly #cells: Cell[];
  readonly #cellNumbers: ReadonlyMap<Jurisdiction, number>;
  #frame: CountFrame;
  /** From this moment on some state may be out of date. */
  #nextFlipAtMs = -Infinity;
  #flips = 0;

  constructor(jurisdictions: readonly Jurisdiction[], videosMax: number) {
    this.columns = new SubtotalColumns(jurisdictions.length, videosMax);
    this.#cellNumbers = new Map(jurisdictions.map((jurisdiction, cell) => [jurisdiction, cell]));
    if (this.#cellNumbers.size !== jurisdictions.length) throw new Error('a cell is named twice');
    if (jurisdictions.length === 0) throw new Error('counts are made of at least one cell');
    const watermark: CellWatermark = { kind: 'none' };
    this.#cells = jurisdictions.map((jurisdiction) => {
      return {
        jurisdiction,
        watermark,
        frame: cellFrame(jurisdiction, watermark, 'unknown'),
      };
    });
    this.#frame = countFrame(this.#cells.map(({ frame }) => frame));
  }

  get jurisdictions(): readonly Jurisdiction[] {
    return this.#cells.map(({ jurisdiction }) => jurisdiction);
  }

  /** Grows when the state of a cell flips, and with it that of all its counts. */
  get flips(): number {
    return this.#flips;
  }

  /** The number of a cell, or `undefined` where no cell serves the jurisdiction. */
  cellNumber(jurisdiction: Jurisdiction): number | undefined {
    return this.#cellNumbers.get(jurisdiction);
  }

  watermark(cell: number): CellWatermark {
    return this.#cell(cell).watermark;
  }

  state(cell: number, nowMs: number): CountState {
    this.refresh(nowMs);
    return this.#cell(cell).frame.state;
  }

  /**
   * Merges subtotals (X2). `onChanged` hears of every video whose values moved or became known.
   * Returns how many videos found no room (X27).
   */
  mergeSubtotals(
    cell: number,
    { epoch, seq, videos, likes, views }: SubtotalsPublication,
    onChanged: ((video: VideoId) => void) | undefined,
  ): number {
    if (likes.length !== videos.length || views.length !== videos.length) {
      throw new Error('a publication has columns of different lengths');
    }
    let refused = 0;
    for (const [index, video] of videos.entries()) {
      const slot = this.columns.addVideo(video);
      if (slot === undefined) {
        refused += 1;
        continue;
      }
      const came = { epoch, seq, likes: numberAt(likes, index), views: numberAt(views, index) };
      const merged = this.columns.merge(cell, slot, came);
      if (merged === 'changed') onChanged?.(video);
    }
    return refused;
  }

  /** Merges a watermark (X4); `false` when it was lower than the one held. */
  mergeWatermark(cell: number, publication: WatermarkPublication, nowMs: number): boolean {
    const held = this.#cell(cell).watermark;
    const merged = mergeWatermark(held, publication, nowMs);
    if (merged === held) return false;
    this.#cell(cell).watermark = merged;
    this.#reframe(nowMs);
    return true;
  }

  /** Takes what an earlier run has stored of a cell; it is `stale` until the cell speaks (X10). */
  loadWatermark(cell: number, watermark: Extract<CellWatermark, { kind: 'loaded' }>): void {
    this.#cell(cell).watermark = watermark;
    this.#reframe(-Infinity);
  }

  /** Lets states follow the time (X6, X7, X11). */
  refresh(nowMs: number): void {
    if (nowMs >= this.#nextFlipAtMs) this.#reframe(nowMs);
  }

  counts(video: VideoId, nowMs: number): VideoCounts {
    this.refresh(nowMs);
    const { cells } = this.#frame;
    const slot = this.columns.slotOf(video);
    const parts: Record<string, VideoCounts['cells'][string]> = {};
    let likes: number | undefined = 0;
    let views: number | undefined = 0;
    for (const [cell, frame] of cells.entries()) {
      const subtotal: Subtotal | undefined =
        slot === undefined ? undefined : this.columns.subtotal(cell, slot);
      parts[frame.jurisdiction] = cellCounts(frame, subtotal);
      likes = subtotal === undefined || likes === undefined ? undefined : likes + subtotal.likes;
      views = subtotal === undefined || views === undefined ? undefined : views + subtotal.views;
    }
    return {
      likes: totalCount(this.#frame, likes),
      views: totalCount(this.#frame, views),
      cells: parts,
    };
  }

  /** The same as JSON text (X13): fast where every cell knows the video, which is the rule. */
  countsJson(video: VideoId, nowMs: number): string {
    this.refresh(nowMs);
    const json = this.#frame.total?.json;
    const slot = this.columns.slotOf(video);
    if (json === undefined || slot === undefined) return JSON.stringify(this.counts(video, nowMs));
    let likesTotal = 0;
    let viewsTotal = 0;
    let cells = '';
    for (let cell = 0; cell < this.#cells.length; cell += 1) {
      const columns = this.columns.cell(cell);
      if (numberAt(columns.epochs, slot) === 0) return JSON.stringify(this.counts(video, nowMs));
      const likes = numberAt(columns.likes, slot);
      const views = numberAt(columns.views, slot);
      likesTotal += likes;
      viewsTotal += views;
      cells += `${likes},"views":${views}${json.afterCell[cell]}`;
    }
    return `${json.open}${likesTotal}${json.middle}${viewsTotal}${json.cells}${cells}`;
  }

  #cell(cell: number): Cell {
    const found = this.#cells[cell];
    if (found === undefined) throw new Error(`there is no cell number ${cell}`);
    return found;
  }

  #reframe(nowMs: number): void {
    let nextFlipAtMs = Infinity;
    for (const cell of this.#cells) {
      const state = stateAt(cell.watermark, nowMs);
      if (state !== cell.frame.state) this.#flips += 1;
      if (state === 'live') nextFlipAtMs = Math.min(nextFlipAtMs, liveUntilMs(cell.watermark));
      cell.frame = cellFrame(cell.jurisdiction, cell.watermark, state);
    }
    this.#nextFlipAtMs = nextFlipAtMs;
    this.#frame = countFrame(this.#cells.map(({ frame }) => frame));
  }
}
