// The last accepted subtotal of every (video, cell), in memory (rules X2 and X3).
//
// A video has a slot, and each cell a typed array for each number, indexed by slot: some 60 bytes a
// video for two cells beside the id and its place in the map. Epoch 0 means that the cell has said
// nothing about the video; real epochs begin at 1, so a missing subtotal cannot pass for a 0.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import { isBefore } from './cell-watermark.ts';

const CAPACITY_MIN = 1_024;

/** One cell's columns; replaced as a whole when the capacity grows. */
export type CellColumns = Readonly<{
  epochs: Uint32Array;
  seqs: Float64Array;
  likes: Float64Array;
  views: Float64Array;
  /** 1 where the subtotal is not on disk yet. */
  unsaved: Uint8Array;
}>;

/** A cell's subtotal of one video. */
export type Subtotal = Readonly<{ epoch: number; seq: number; likes: number; views: number }>;

/** `repeated` changes nothing, `renewed` only the position, `changed` what readers see. */
export type Merged = 'repeated' | 'renewed' | 'changed';

/** The number in a column; a slot outside it is a broken invariant, and never a 0. */
export function numberAt(column: Float64Array | Uint32Array, slot: number): number {
  const number = column[slot];
  if (number === undefined) throw new Error(`slot ${slot} is outside its column`);
  return number;
}

export class SubtotalColumns {
  readonly #slots = new Map<VideoId, number>();
  readonly #videos: VideoId[] = [];
  readonly #cells: CellColumns[];
  readonly #videosMax: number;
  #capacity = 0;
  #overflowed = false;

  constructor(cellCount: number, videosMax: number) {
    this.#videosMax = videosMax;
    this.#cells = Array.from({ length: cellCount }, () => grown(undefined, 0));
  }

  /** Videos that have a slot; slots are dense from 0. */
  get size(): number {
    return this.#videos.length;
  }

  /** Whether a video has ever found no room. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  slotOf(video: VideoId): number | undefined {
    return this.#slots.get(video);
  }

  /** The slot of a video, made when there is none; `undefined` when no more videos fit. */
  addVideo(video: VideoId): number | undefined {
    const known = this.#slots.get(video);
    if (known !== undefined) return known;
    const slot = this.#videos.length;
    if (slot >= this.#videosMax) {
      this.#overflowed = true;
      return undefined;
    }
    if (slot >= this.#capacity) this.#grow();
    this.#slots.set(video, slot);
    this.#videos.push(video);
    return slot;
  }

  videoAt(slot: number): VideoId {
    const video = this.#videos[slot];
    if (video === undefined) throw new Error(`slot ${slot} holds no video`);
    return video;
  }

  /** The columns of a cell, good until a video is added. */
  cell(cell: number): CellColumns {
    const columns = this.#cells[cell];
    if (columns === undefined) throw new Error(`there is no cell number ${cell}`);
    return columns;
  }

  /** Keeps the newer of what is held and what came (X2); what it keeps is marked unsaved. */
  merge(cell: number, slot: number, came: Subtotal): Merged {
    const columns = this.cell(cell);
    const heldEpoch = numberAt(columns.epochs, slot);
    const heldSeq = numberAt(columns.seqs, slot);
    if (!isBefore(heldEpoch, heldSeq, came.epoch, came.seq)) return 'repeated';
    const same =
      heldEpoch !== 0 &&
      numberAt(columns.likes, slot) === came.likes &&
      numberAt(columns.views, slot) === came.views;
    columns.epochs[slot] = came.epoch;
    columns.seqs[slot] = came.seq;
    columns.likes[slot] = came.likes;
    columns.views[slot] = came.views;
    columns.unsaved[slot] = 1;
    return same ? 'renewed' : 'changed';
  }

  /** What the cell last said of the video, or `undefined` when it has said nothing. */
  subtotal(cell: number, slot: number): Subtotal | undefined {
    const columns = this.cell(cell);
    const epoch = numberAt(columns.epochs, slot);
    if (epoch === 0) return undefined;
    return {
      epoch,
      seq: numberAt(columns.seqs, slot),
      likes: numberAt(columns.likes, slot),
      views: numberAt(columns.views, slot),
    };
  }

  /** The first slot from `slot` on whose subtotal is not on disk, or -1. */
  nextUnsaved(cell: number, slot: number): number {
    return this.cell(cell).unsaved.indexOf(1, slot);
  }

  markSaved(cell: number, slot: number): void {
    this.cell(cell).unsaved[slot] = 0;
  }

  #grow(): void {
    const capacity = Math.min(Math.max(this.#capacity * 2, CAPACITY_MIN), this.#videosMax);
    for (const [cell, columns] of this.#cells.entries()) {
      this.#cells[cell] = grown(columns, capacity);
    }
    this.#capacity = capacity;
  }
}

function grown(columns: CellColumns | undefined, capacity: number): CellColumns {
  const larger: CellColumns = {
    epochs: new Uint32Array(capacity),
    seqs: new Float64Array(capacity),
    likes: new Float64Array(capacity),
    views: new Float64Array(capacity),
    unsaved: new Uint8Array(capacity),
  };
  if (columns === undefined) return larger;
  larger.epochs.set(columns.epochs);
  larger.seqs.set(columns.seqs);
  larger.likes.set(columns.likes);
  larger.views.set(columns.views);
  larger.unsaved.set(columns.unsaved);
  return larger;
}
