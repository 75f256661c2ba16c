// Makes the file of balances of one cut, out of the stored state and of what it lacked when the cut
// was taken. It takes seconds for a million videos, so it runs in a thread of its own.
//
// Rules: docs/spec/balances.md (BL4, BL5).
//
// Why the file cannot be of another moment: the counts hash of the cut, which both sides compared
// before they signed, is made again from every number that goes into the file (C23). A row too many,
// too few, too old or too new gives another hash, and then there is no file.

import { isOfTotals } from '@holdfast/engine/charter/balances.ts';
import type { Balance, BalancePlace, BalanceTree } from '@holdfast/engine/charter/balances.ts';
import { COMMITTED } from '@holdfast/engine/counting/lines.ts';
import type { VideoNo } from '@holdfast/engine/counting/numbers.ts';
import {
  emptyHash,
  hashHex,
  moveCount,
  moveName,
  textHash,
} from '@holdfast/engine/counting/set-hash.ts';
import { openVideoSnapshot } from '@holdfast/engine/state/sqlite/video-snapshot.ts';
import type { CountedVideo } from '@holdfast/engine/state/sqlite/video-snapshot.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { BalanceWriter } from './balance-file.ts';

export type BalanceJob = Readonly<{
  stateFile: string;
  balanceFile: string;
  place: BalancePlace;
  /** Of the cut, in hex. */
  countsHash: string;
  /** What the side noted at the cut; likes and views without corrections. */
  totals: Readonly<{ videos: number; likes: number; views: number }>;
}>;

/** A part of what the state lacked: rows of `width` numbers, and their ids with line feeds between. */
export type UnstoredVideos = Readonly<{ width: number; rows: Float64Array; ids: string }>;

/** There are no balances of this cut to be had here; trying again would not help. */
export class BalancesGoneError extends Error {
  readonly code = 'balances-gone';
}

/** Writes the file, durably, and gives its tree. */
export function makeBalances(job: BalanceJob, unstored: readonly UnstoredVideos[]): BalanceTree {
  const { place, countsHash, totals } = job;
  const snapshot = openVideoSnapshot(job.stateFile);
  try {
    if (snapshot.seq > place.seq) {
      throw new BalancesGoneError(`the stored state is at batch ${snapshot.seq} already`);
    }
    const writer = new BalanceWriter(job.balanceFile, place);
    try {
      const hash = emptyHash();
      for (const { no, video, counts } of inOrder(snapshot.videos(), unstored)) {
        moveName(hash, no, textHash(video), 1);
        for (const [slot, count] of counts.entries()) moveCount(hash, no, slot, count);
        writer.add(video, balanceOf(counts));
      }
      const tree = writer.tree();
      if (hashHex(hash) !== countsHash) {
        throw new BalancesGoneError('the rows do not have the counts hash of the cut');
      }
      if (!isOfTotals(tree, totals)) {
        throw new BalancesGoneError('the rows do not add up to the totals of the cut');
      }
      writer.finish();
      return tree;
    } catch (error) {
      writer.abandon();
      throw error;
    }
  } finally {
    snapshot.close();
  }
}

/** Stored videos by id, with those that the state lacked in their place. */
function* inOrder(
  stored: Iterable<CountedVideo>,
  unstored: readonly UnstoredVideos[],
): Iterable<CountedVideo> {
  const newer = [...newestOf(unstored).values()].sort((a, b) => (a.video < b.video ? -1 : 1));
  let at = 0;
  for (const video of stored) {
    let next = newer[at];
    for (; next !== undefined && next.video < video.video; next = newer[at]) {
      yield next;
      at += 1;
    }
    if (next?.video === video.video) {
      yield next;
      at += 1;
    } else yield video;
  }
  yield* newer.slice(at);
}

function newestOf(parts: readonly UnstoredVideos[]): ReadonlyMap<string, CountedVideo> {
  const newest = new Map<string, CountedVideo>();
  for (const { width, rows, ids } of parts) {
    if (rows.length === 0) continue;
    for (const [row, video] of ids.split('\n').entries()) {
      const [no = 0, ...counts] = rows.subarray(row * width, row * width + 1 + COMMITTED.length);
      newest.set(video, { no: no as VideoNo, video: video as VideoId, counts });
    }
  }
  return newest;
}

const LIKES = COMMITTED.indexOf('likes');
const LIKES_CORRECTED = COMMITTED.indexOf('likesCorrected');
const VIEWS = COMMITTED.indexOf('views');
const VIEWS_CORRECTED = COMMITTED.indexOf('viewsCorrected');

function balanceOf(counts: readonly number[]): Balance {
  const likesCorrected = counts[LIKES_CORRECTED] ?? 0;
  const viewsCorrected = counts[VIEWS_CORRECTED] ?? 0;
  return {
    likes: (counts[LIKES] ?? 0) + likesCorrected,
    likesCorrected,
    views: (counts[VIEWS] ?? 0) + viewsCorrected,
    viewsCorrected,
  };
}
