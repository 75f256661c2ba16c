// The outbox on paper: which op carries which name. Pure; `outbox.ts` stores and sends it.
// Rules K1-K6 of docs/spec/sdk.md.

import type { Source } from '@holdfast/protocol/ops.ts';

/** The person who acts, by the page's own name for them; `null` is a visitor. */
export type Who = string | null;

export type Intent = Readonly<
  | { kind: 'view'; video: string; watchedMs: number; source: Source }
  | { kind: 'like' | 'unlike'; video: string }
>;

/** An intent that has no name yet. `id` is this device's own, sorts by age and never leaves it. */
export type Waiting = Readonly<{ id: string; who: Who; atMs: number; intent: Intent }>;

/** An op with its name within a session. */
export type Named = Readonly<{ id: string; n: number; intent: Intent }>;

/** One session of the API and its ops that are not acknowledged, in order. */
export type Lane = Readonly<{
  /** The session's only key; it is also what tells two sessions apart here. */
  grant: string;
  who: Who;
  expiresAtMs: number;
  nextN: number;
  ops: readonly Named[];
}>;

/** Lanes in the order they began. */
export type Lanes = readonly Lane[];

/** Names that a page in its last moment may send before it knows them to be stored. */
export const LAST_NAMES_MAX = 4;
/** How far names reach: the server's window of 64, less those that a crash may leave unused. */
export const OPEN_NAMES_MAX = 64 - LAST_NAMES_MAX;
/** A session this close to its end takes no new ops. */
export const EXPIRY_MARGIN_MS = 60_000;

/** The session that new ops of `who` go into, if there is one. */
export function openLane(lanes: Lanes, who: Who, nowMs: number): Lane | undefined {
  return lanes.findLast((lane) => lane.who === who && nowMs < lane.expiresAtMs - EXPIRY_MARGIN_MS);
}

/**
 * Gives one intent the next name of a lane, or the one `skipped` further; `undefined` when the
 * window is full (K2, K3).
 */
export function named(lane: Lane, { id, intent }: Waiting, skipped: number): Lane | undefined {
  const n = lane.nextN + skipped;
  // The window reaches from the oldest open name, not from the number of open ones.
  if (n - (lane.ops[0]?.n ?? n) >= OPEN_NAMES_MAX) return undefined;
  return { ...lane, nextN: n + 1, ops: [...lane.ops, { id, n, intent }] };
}

/** Lanes that may send now: of each person the first that has ops (K4). */
export function sendable(lanes: Lanes): Lanes {
  return lanes.filter(
    (lane) => lane.ops.length > 0 && lanes.find(sameWho(lane))?.grant === lane.grant,
  );
}

function sameWho({ who }: Lane): (other: Lane) => boolean {
  return (other) => other.who === who && other.ops.length > 0;
}

/** Removes sessions that have nothing left to send and take nothing new from `who`. */
export function tidied(lanes: Lanes, who: Who, nowMs: number): Lanes {
  const current = openLane(lanes, who, nowMs);
  return lanes.filter((lane) => lane.ops.length > 0 || lane === current);
}

/**
 * Whether an intent need not be sent: what is open for the same person and video before or after
 * it already ends in the same state (K6). `later` are intents that wait behind it.
 */
export function isSuperseded(
  { who, intent }: Waiting,
  lanes: Lanes,
  later: readonly Waiting[],
): boolean {
  if (intent.kind === 'view') return false;
  const isSame = (other: Intent): boolean => other.kind !== 'view' && other.video === intent.video;
  if (later.some((other) => other.who === who && isSame(other.intent))) return true;
  const open = lanes.filter((lane) => lane.who === who).flatMap(({ ops }) => ops);
  return open.findLast((op) => isSame(op.intent))?.intent.kind === intent.kind;
}
