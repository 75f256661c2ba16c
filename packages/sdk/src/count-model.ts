// What this page knows of one video's counts, and how sure it may be of it now.
//
//   M1  Nothing read is unknown, not 0.
//   M2  An answer that is behind what was already shown, in any cell, is set aside: a count on the
//       screen never jumps back because an older answer arrived later.
//   M3  A value once known is kept through unknown answers and silence; it turns stale instead.
//   M4  `live` is only what was confirmed within `SILENCE_MS_MAX`.
//   M5  Once the line to the server has broken, what is live stays so for `LOST_MS_MAX` at most.
//
// Pure: time comes in as an argument.

import type { CellCounts, Count, VideoCounts } from '@holdfast/protocol/counts.ts';

/** Why there is no value, as far as this page can tell. */
export type UnknownReason = 'reading' | 'no-answer' | 'cell-unknown' | 'unknown-video';

/** Without news for this long a live count is shown as stale; the stream's heartbeat is shorter. */
export const SILENCE_MS_MAX = 8_000;

/** A line that breaks may be back before anybody has to know: browsers try again after 2 s. */
export const LOST_MS_MAX = 3_000;

export type CountModel = Readonly<
  | { kind: 'unread'; reason: UnknownReason }
  | { kind: 'read'; counts: VideoCounts; confirmedAtMs: number }
>;

export const UNREAD: CountModel = { kind: 'unread', reason: 'reading' };

const NO_COUNT: Count = { value: null, state: 'unknown', asOf: null };

/** Takes in an answer of the API. */
export function accept(model: CountModel, incoming: VideoCounts, nowMs: number): CountModel {
  if (model.kind === 'read') {
    if (isBehind(incoming, model.counts)) return model;
    if (isUnknown(incoming) && !isUnknown(model.counts)) return model;
  }
  return { kind: 'read', counts: incoming, confirmedAtMs: nowMs };
}

/** Notes that there was no answer, or that it had no counts. What was read before stays. */
export function missed(model: CountModel, reason: UnknownReason): CountModel {
  return model.kind === 'read' ? model : { kind: 'unread', reason };
}

/** Notes that the line has broken: no news now means that there may well be some. */
export function lost(model: CountModel, nowMs: number): CountModel {
  if (model.kind === 'unread') return model;
  const confirmedAtMs = Math.min(model.confirmedAtMs, nowMs + LOST_MS_MAX - SILENCE_MS_MAX);
  return { ...model, confirmedAtMs };
}

/** What may be shown now, and the reason for a dash should there be one. */
export type ShownCounts = VideoCounts & Readonly<{ reason: UnknownReason }>;

export function shownAt(model: CountModel, nowMs: number): ShownCounts {
  if (model.kind === 'unread') {
    return { likes: NO_COUNT, views: NO_COUNT, cells: {}, reason: model.reason };
  }
  const { counts, confirmedAtMs } = model;
  if (nowMs - confirmedAtMs <= SILENCE_MS_MAX) return { ...counts, reason: 'cell-unknown' };
  const cells = Object.entries(counts.cells).map(([name, cell]) => [name, aged(cell)] as const);
  return {
    likes: aged(counts.likes),
    views: aged(counts.views),
    cells: Object.fromEntries(cells),
    reason: 'no-answer',
  };
}

function aged<T extends Count | CellCounts>(count: T): T {
  return count.state === 'live' ? { ...count, state: 'stale' } : count;
}

function isUnknown(counts: VideoCounts): boolean {
  return counts.likes.state === 'unknown' || counts.views.state === 'unknown';
}

function isBehind(incoming: VideoCounts, held: VideoCounts): boolean {
  return Object.entries(incoming.cells).some(([name, cell]) => {
    const before = held.cells[name];
    if (before === undefined || before.state === 'unknown' || cell.state === 'unknown') {
      return false;
    }
    if (cell.epoch !== before.epoch) return cell.epoch < before.epoch;
    return cell.seq < before.seq;
  });
}
