// What this page knows of one video's counts, and how sure it may be of it now. Rules SC1-SC4 of
// docs/spec/sdk.md. Pure: time comes in as an argument.

import type { CellCounts, Count, VideoCounts } from '@holdfast/protocol/counts.ts';
import type { Position } from './wire.ts';

/** Without news for this long a live count is shown as stale; the stream's heartbeat is shorter. */
export const SILENCE_MS_MAX = 8_000;

/** Why there is no value, as far as this page can tell. */
export type UnknownReason = 'reading' | 'no-answer' | 'cell-unknown' | 'unknown-video';

export type CountModel = Readonly<{
  /** The last answer that had counts. */
  counts: VideoCounts | undefined;
  confirmedAtMs: number;
  /** Why a count would be unknown. */
  reason: UnknownReason;
}>;

export const UNREAD: CountModel = { counts: undefined, confirmedAtMs: 0, reason: 'reading' };

const NO_COUNT: Count = { value: null, state: 'unknown', asOf: null };

/** Takes in an answer of the API. */
export function accept(model: CountModel, incoming: VideoCounts, nowMs: number): CountModel {
  const held = model.counts;
  const isWorse = held !== undefined && (isBehind(incoming, held) || forgets(incoming, held));
  return isWorse ? model : { counts: incoming, confirmedAtMs: nowMs, reason: 'cell-unknown' };
}

/** Notes that there was no answer, or that it had no counts. What was read before stays. */
export function missed(model: CountModel, reason: UnknownReason): CountModel {
  return model.counts === undefined ? { ...model, reason } : model;
}

/** What may be shown now, and the reason for a dash should there be one. */
export type ShownCounts = VideoCounts & Readonly<{ reason: UnknownReason }>;

export function shownAt({ counts, confirmedAtMs, reason }: CountModel, nowMs: number): ShownCounts {
  if (counts === undefined) return { likes: NO_COUNT, views: NO_COUNT, cells: {}, reason };
  if (nowMs - confirmedAtMs <= SILENCE_MS_MAX) return { ...counts, reason };
  const cells = Object.entries(counts.cells).map(([name, cell]) => [name, aged(cell)] as const);
  return {
    likes: aged(counts.likes),
    views: aged(counts.views),
    cells: Object.fromEntries(cells),
    reason: 'no-answer',
  };
}

/** Whether counts include a position. */
export function isIncluded({ cell, epoch, seq }: Position, { cells }: VideoCounts): boolean {
  const shown = cells[cell];
  return shown !== undefined && shown.state !== 'unknown' && !isBefore(shown, { epoch, seq });
}

type Place = Readonly<{ epoch: number; seq: number }>;

function isBefore(a: Place, b: Place): boolean {
  return a.epoch === b.epoch ? a.seq < b.seq : a.epoch < b.epoch;
}

function aged<T extends Count | CellCounts>(count: T): T {
  return count.state === 'live' ? { ...count, state: 'stale' } : count;
}

/** Whether a value that was known is not in the answer. */
function forgets(incoming: VideoCounts, held: VideoCounts): boolean {
  return (['likes', 'views'] as const).some(
    (metric) => incoming[metric].value === null && held[metric].value !== null,
  );
}

function isBehind(incoming: VideoCounts, held: VideoCounts): boolean {
  return Object.entries(incoming.cells).some(([name, cell]) => {
    const before = held.cells[name];
    if (before === undefined || before.state === 'unknown' || cell.state === 'unknown') {
      return false;
    }
    return isBefore(cell, before);
  });
}
