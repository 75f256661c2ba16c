// Words of a cell to whoever runs it; they pass the border like all else.

import type { Clocks } from '@holdfast/engine/engine/clock.ts';
import type { ReplayProgress } from '@holdfast/engine/engine/engine-options.ts';
import type { Border } from '../border/border.ts';
import type { NoticeRecord } from '../border/records.ts';

/** Time between two words about a replay. */
const REPLAY_NOTICE_EVERY_MS = 1_000;

export function notice(
  border: Border,
  level: NoticeRecord['level'],
  event: NoticeRecord['event'],
  message: string,
): void {
  border.pass({ type: 'notice', level, event, message });
}

/** Tells of a replay, once a second and at its end. */
export function replayNotice(border: Border, clocks: Clocks): (progress: ReplayProgress) => void {
  let saidAt = clocks.monotonicMs();
  return ({ batches, batchesTotal, msLeft }) => {
    const now = clocks.monotonicMs();
    if (now - saidAt < REPLAY_NOTICE_EVERY_MS && batches < batchesTotal) return;
    saidAt = now;
    const left = Math.ceil((msLeft ?? 0) / 1_000);
    const message = `applied ${batches} of ${batchesTotal} batches again, about ${left} s left`;
    notice(border, 'info', 'replay', message);
  };
}
