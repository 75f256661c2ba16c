// What a gateway does with an op and with a subtotal while a cell changes hands. It never decides
// who owns a cell: it sends to the owner that the newest entry it knows names, and learns.
//
// Rules: docs/spec/handover.md (H21, H25 to H27).
//
// Why repeats are harmless: an op keeps its name, so wherever and however often it is sent it has
// one effect (C1). Why waiting is harmless: it is bounded in time and number, and an op that is
// given up was not acknowledged and is still in the device's outbox.

import { isSameParty } from './charter-rules.ts';
import type { CharterBody, Party } from './charter-rules.ts';

/** Longest that an op may wait in a gateway. */
export const HOLD_MS_MAX = 900;
/** Pause before an op that was not taken is sent again. */
export const RESEND_MS = 25;
/** Ops that one gateway may hold for one cell. */
export const HELD_OPS_MAX = 20_000;
/** What a client is told to wait before it sends an op again that was given up. */
export const GIVE_UP_RETRY_AFTER_MS = 1_000;

/** The last that was heard of an op; `epoch` is the one under which it had been sent. */
export type LastAnswer = Readonly<
  | { kind: 'unsent' }
  | { kind: 'sealed' | 'not-owner' | 'behind' | 'unreachable'; epoch: number; atMs: number }
>;

export type RouteQuestion = Readonly<{
  newest: CharterBody | undefined;
  arrivedAtMs: number;
  last: LastAnswer;
  nowMs: number;
  /** Ops held for this cell, this one not counted. */
  heldOps: number;
  /** What a person waits for may be held for longer than an op, which its device sends again. */
  holdMsMax?: number;
}>;

export type Route = Readonly<
  | { kind: 'send'; to: Party; epoch: number }
  | { kind: 'hold'; untilMs: number; readCharter: boolean }
  | { kind: 'give-up'; retryAfterMs: number }
>;

/** What to do now with an op that is not acknowledged. */
export function route(question: RouteQuestion): Route {
  const { newest, arrivedAtMs, last, nowMs, heldOps, holdMsMax = HOLD_MS_MAX } = question;
  const endsAtMs = arrivedAtMs + holdMsMax;
  const giveUp: Route = { kind: 'give-up', retryAfterMs: GIVE_UP_RETRY_AFTER_MS };
  if (nowMs >= endsAtMs) return giveUp;
  if (newest !== undefined) {
    const isNews = last.kind === 'unsent' || last.epoch < newest.epoch;
    if (isNews || nowMs >= last.atMs + RESEND_MS) {
      return { kind: 'send', to: newest.owner, epoch: newest.epoch };
    }
  }
  if (heldOps >= HELD_OPS_MAX) return giveUp;
  const againAtMs = (last.kind === 'unsent' ? nowMs : last.atMs) + RESEND_MS;
  return {
    kind: 'hold',
    untilMs: Math.min(againAtMs, endsAtMs),
    // A pause ends with an entry, and so does an ownership; only a cell that is behind reads itself.
    readCharter: last.kind !== 'behind',
  };
}

/** H25: the higher epoch, whoever brought it and in whatever order. */
export function newerEntry(
  known: CharterBody | undefined,
  offered: CharterBody | undefined,
): CharterBody | undefined {
  if (known === undefined || offered === undefined) return known ?? offered;
  return offered.epoch > known.epoch ? offered : known;
}

/** A place in a cell's history; epochs and seqs grow together. */
export type PublishedAt = Readonly<{ epoch: number; seq: number }>;

/**
 * H21: whether a subtotal replaces the one shown. `entry` is the charter's of the offered epoch;
 * what cannot be looked up is not shown.
 */
export function takesSubtotal(
  shown: PublishedAt | undefined,
  offered: PublishedAt,
  from: Party,
  entry: CharterBody | undefined,
): boolean {
  if (entry === undefined || entry.epoch !== offered.epoch) return false;
  if (!isSameParty(entry.owner, from)) return false;
  if (shown === undefined) return true;
  if (offered.epoch !== shown.epoch) return offered.epoch > shown.epoch;
  return offered.seq > shown.seq;
}
