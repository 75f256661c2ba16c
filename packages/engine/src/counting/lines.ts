// Stage 2, by video: numbers only. A batch reaches it as one line a video, however many people
// were behind it, so a viral video costs one line and nothing here is personal.

import type { CorrectionReason, Metric } from '@holdfast/protocol/counts.ts';
import type { Seq } from '@holdfast/protocol/ids.ts';
import type { VideoNo } from './numbers.ts';
import type { CorrectionRow, MinuteRow, VideoRow } from './rows.ts';
import { moveCount } from './set-hash.ts';
import type { LaneHash } from './set-hash.ts';
import { countPacked } from './tallies.ts';

/** What one batch adds to one video. */
export type Line = MinuteRow & {
  /** A tally slot for each op, as often as it was filled. */
  slots: number[];
  /** Likes lost to erasure, a part of `likes`. */
  erasedLikes: number;
  corrections: readonly LineCorrection[];
};

type LineCorrection = Readonly<{
  metric: Metric;
  delta: number;
  reason: CorrectionReason;
  note: string;
}>;

const NO_CORRECTIONS: readonly LineCorrection[] = [];

export function emptyLine(): Line {
  return {
    likes: 0,
    views: 0,
    starts: 0,
    loops: 0,
    watchMs: 0,
    slots: [],
    erasedLikes: 0,
    corrections: NO_CORRECTIONS,
  };
}

/** The numbers of a video that the counts hash covers, in a fixed order (C23). */
export const COMMITTED = [
  'likes',
  'likesCorrected',
  'views',
  'viewsCorrected',
  'starts',
  'loops',
  'watchMs',
] as const satisfies readonly (keyof VideoRow)[];
type Committed = (typeof COMMITTED)[number];

/** Whether a line changes a number that a rollup holds. */
export function movesMinute(line: Readonly<Line>): boolean {
  return (
    line.likes !== 0 ||
    line.views !== 0 ||
    line.starts !== 0 ||
    line.loops !== 0 ||
    line.watchMs !== 0
  );
}

/** A video's new row, and the likes that went back to its corrections (C16). */
export type AddedLine = Readonly<{ row: VideoRow; givenBack: number }>;

/** What a correction that was given back says of itself. */
const GIVEN_BACK_NOTE = 'given back: these likes were already taken away by an earlier correction';

/**
 * Adds a line to a video's counts and keeps the counts hash up to date.
 *
 * C16: a correction that took away likes may meet unlikes of the very same likes; what would then
 * be missing below zero is given back to the correction, so that no like is taken away twice.
 */
export function addLine(
  row: Readonly<VideoRow>,
  line: Readonly<Line>,
  seq: Seq,
  countsHash: LaneHash,
): AddedLine {
  const next: VideoRow = {
    no: row.no,
    video: row.video,
    durationMs: row.durationMs,
    creatorKey: row.creatorKey,
    likes: row.likes + line.likes,
    likesCorrected: row.likesCorrected,
    views: row.views + line.views,
    viewsCorrected: row.viewsCorrected,
    starts: row.starts + line.starts,
    loops: row.loops + line.loops,
    watchMs: row.watchMs + line.watchMs,
    tally: row.tally.slice(),
    seq,
  };
  for (const slot of line.slots) countPacked(next.tally, slot);
  for (const correction of line.corrections) {
    if (correction.metric === 'likes') next.likesCorrected += correction.delta;
    else next.viewsCorrected += correction.delta;
  }
  const givenBack = Math.max(0, -(next.likes + next.likesCorrected));
  next.likesCorrected += givenBack;
  for (let slot = 0; slot < COMMITTED.length; slot += 1) {
    const field = COMMITTED[slot] as Committed;
    moveCount(countsHash, row.no, slot, next[field] - row[field]);
  }
  return { row: next, givenBack };
}

/** The correction rows that a line leaves behind, erased likes among them (C14, C17). */
export function correctionRows(
  video: VideoNo,
  line: Readonly<Line>,
  givenBack: number,
  seq: Seq,
  atMs: number,
): CorrectionRow[] {
  const rows: CorrectionRow[] = line.corrections.map((correction) => ({
    seq,
    video,
    atMs,
    ...correction,
    fromRows: false,
  }));
  if (line.erasedLikes > 0) {
    const delta = -line.erasedLikes;
    const what = { metric: 'likes', delta, reason: 'erasure', note: '' } as const;
    rows.push({ seq, video, atMs, ...what, fromRows: true });
  }
  if (givenBack > 0) {
    const what = { metric: 'likes', delta: givenBack, reason: 'rule' } as const;
    rows.push({ seq, video, atMs, ...what, note: GIVEN_BACK_NOTE, fromRows: false });
  }
  return rows;
}
