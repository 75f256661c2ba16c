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
 */
export function compareCounts(
  before: Compared,
  own: Readonly<VideoRow>,
  probed: ProbedCounts,
  appliedSeq: number,
): Compared {
  if (own.seq > appliedSeq || probed.seq > appliedSeq) return before;
  const isEqual =
    own.seq === probed.seq &&
    shownLikes(own) === probed.likes &&
    shownViews(own) === probed.views &&
    own.watchMs === probed.watchMs;
  return counted(before, isEqual, `the counts of video ${probed.video} differ at ${appliedSeq}`);
}
