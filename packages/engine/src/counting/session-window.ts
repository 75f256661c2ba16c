// Which op numbers a session has already used: a high-water mark and a 64-bit bitmap (C2, C3).
//
// Bit i of the bitmap stands for the number `highest - i`. It is exact because a device keeps at
// most 64 ops unacknowledged: whatever lies below the window was acknowledged, so it is a repeat.

import { SESSION_WINDOW_OPS } from '@holdfast/protocol/limits.ts';

export type SessionWindow = {
  /** Highest number seen; 0 before the first. */
  highest: number;
  /** Bits 0 to 31, as an unsigned 32-bit integer. */
  seenLow: number;
  /** Bits 32 to 63, as an unsigned 32-bit integer. */
  seenHigh: number;
};

/** Whether `n` runs further ahead of the highest seen than a session may (C3). */
export function isBeyondWindow(highest: number, n: number): boolean {
  return n > highest + SESSION_WINDOW_OPS;
}

/** Whether `n` was used before (C2). `n` must not be beyond the window. */
export function isRepeat(window: Readonly<SessionWindow>, n: number): boolean {
  const back = window.highest - n;
  if (back < 0) return false;
  if (back >= SESSION_WINDOW_OPS) return true;
  const word = back < 32 ? window.seenLow : window.seenHigh;
  return ((word >>> (back & 31)) & 1) === 1;
}

/** Marks `n` as used, moving the window up when `n` is the highest yet. */
export function markSeen(window: SessionWindow, n: number): void {
  const ahead = n - window.highest;
  if (ahead > 0) {
    shiftUp(window, ahead);
    window.highest = n;
    window.seenLow = (window.seenLow | 1) >>> 0;
    return;
  }
  const back = -ahead;
  if (back < 32) window.seenLow = (window.seenLow | (1 << back)) >>> 0;
  else if (back < SESSION_WINDOW_OPS) {
    window.seenHigh = (window.seenHigh | (1 << (back - 32))) >>> 0;
  }
}

function shiftUp(window: SessionWindow, by: number): void {
  if (by >= 64) {
    window.seenLow = 0;
    window.seenHigh = 0;
  } else if (by >= 32) {
    window.seenHigh = (window.seenLow << (by - 32)) >>> 0;
    window.seenLow = 0;
  } else {
    window.seenHigh = ((window.seenHigh << by) | (window.seenLow >>> (32 - by))) >>> 0;
    window.seenLow = (window.seenLow << by) >>> 0;
  }
}
