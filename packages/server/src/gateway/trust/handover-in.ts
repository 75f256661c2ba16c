// The hand-over that is under way in a cell, as the charter shows it to anybody. Rule A76.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { timeText } from '../answers.ts';

export type HandoverUnderWay = Readonly<{ state: 'joint'; to: string; since: string }>;

/**
 * `newest` is the newest entry of the cell. A follower of the owner's own is a standby, and no
 * hand-over; a copy that does not acknowledge yet is in no entry.
 */
export function handoverIn(newest: CharterEntry | undefined): HandoverUnderWay | undefined {
  if (newest?.rule !== 'joint' || newest.follower === undefined) return undefined;
  const { owner, follower, sinceMs } = newest;
  if (follower.operator === owner.operator) return undefined;
  return { state: 'joint', to: follower.operator, since: timeText(sinceMs) };
}
