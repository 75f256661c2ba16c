// What was compared between the two sides at equal seq, and what differed.
//
// Rules: docs/spec/handover.md (H34, H36).

import type { VideoRow } from '@holdfast/engine/counting/rows.ts';
import { shownLikes, shownViews } from '@holdfast/engine/counting/rows.ts';
import type { Commitments, ProbedCounts } from './peer.ts';
import type { PositionRing } from './position-ring.ts';

export type Compared = Readonly<{
  compared: number;
  different: number;
  /** The first difference, in words. */
  first: string | undefined;
}>;

export const NOTHING_COMPARED: Compared = { compared: 0, different: 0, first: undefined };

function counted(before: Compared, isEqual: boolean, what: string): Compared {
  return {
    compared: before.compared + 1,
    different: before.different + (isEqual ? 0 : 1),
    first: before.first ?? (isEqual ? undefined : what),
  };
}

/** Compares commitments; a batch that is not remembered here is no comparison. */
export function compareCommitments(
  before: Compared,
  own: Pick<PositionRing, 'agrees'>,
  { seq, likesHash, countsHash }: Commitments,
): Compared {
  const agrees = own.agrees({ seq, likesHash, countsHash });
  return agrees === undefined
    ? before
    : counted(before, agrees, `likes or counts differ after batch ${seq}`);
}

/**
 * Compares the counts of a video. A row says which batch changed it last: when that is at or below
 * the batch that the follower has applied on both sides, nothing came between, and all is equal.
 * `ownSeq` is how far this side was before the row was read: under the joint rule the follower may
 * be a batch ahead, for the owner applies what is acknowledged.
 */
export function compareCounts(
  before: Compared,
  own: Readonly<{ row: Readonly<VideoRow>; ownSeq: number }>,
  probed: ProbedCounts,
  appliedSeq: number,
): Compared {
  const { row, ownSeq } = own;
  if (ownSeq < appliedSeq) return before;
  if (row.seq > appliedSeq || probed.seq > appliedSeq) return before;
  const isEqual =
    row.seq === probed.seq &&
    shownLikes(row) === probed.likes &&
    shownViews(row) === probed.views &&
    row.watchMs === probed.watchMs;
  const here = [row.seq, shownLikes(row), shownViews(row), row.watchMs].join('/');
  const there = [probed.seq, probed.likes, probed.views, probed.watchMs].join('/');
  const what = `seq/likes/views/ms of video ${probed.video} at batch ${appliedSeq}`;
  return counted(before, isEqual, `${what} are ${here} here and ${there} there`);
}
