// The outbox on paper: which op carries which name. Pure; `outbox.ts` stores and sends it.
// Rules SK1-SK6 of docs/spec/sdk.md.

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
  /** When it stops to take new ops. */
  untilMs: number;
  nextN: number;
  /** The highest name that the server has answered for, or 0. */
  seenN: number;
  ops: readonly Named[];
}>;

/** Lanes in the order they began. */
export type Lanes = readonly Lane[];

/** How far names may be from each other and ahead of what the server has seen (API.md, "Ops"). */
export const WINDOW_OPS = 64;
/** Names that a page in its last moment may send before it knows them to be stored. */
export const LAST_NAMES_MAX = 4;
/** Names that may be left unused one after the other; there must be room for ops behind them. */
const SKIPPED_MAX = 40;

/**
 * How long a session takes new ops, of the week that it lasts: somebody may have kept its grant for
 * a while, and what is named last has to arrive too.
 */
export const GRANT_LIFE_MS = 5 * 86_400_000;

/** The session that new ops of `who` go into, if there is one. */
export function openLane(lanes: Lanes, who: Who, nowMs: number): Lane | undefined {
  return lanes.findLast((lane) => lane.who === who && nowMs < lane.untilMs);
}

/** Leaves out the names that a page which is gone may have sent without storing them (SK3). */
export function withSkipped(lane: Lane): Lane {
  const nextN = lane.nextN + LAST_NAMES_MAX;
  return nextN - lane.seenN > SKIPPED_MAX ? lane : { ...lane, nextN };
}

/** Gives one intent the next name of a lane; `undefined` when the window is full (SK2, SK4). */
export function nextNamed(lane: Lane, { id, intent }: Waiting): Lane | undefined {
  const n = lane.nextN;
  const oldestN = lane.ops[0]?.n ?? n;
  if (n - oldestN >= WINDOW_OPS || n - lane.seenN > WINDOW_OPS) return undefined;
  return { ...lane, nextN: n + 1, ops: [...lane.ops, { id, n, intent }] };
}

/** Lanes that may send now: of each person the first that has ops (SK5). */
export function sendable(lanes: Lanes): Lanes {
  const full = lanes.filter(({ ops }) => ops.length > 0);
  return full.filter((lane) => full.find(({ who }) => who === lane.who) === lane);
}

/** Removes sessions that have nothing left to send and take nothing new from `who`. */
export function tidied(lanes: Lanes, who: Who | undefined, nowMs: number): Lanes {
  const current = who === undefined ? undefined : openLane(lanes, who, nowMs);
  return lanes.filter((lane) => who === undefined || lane.ops.length > 0 || lane === current);
}

/**
 * Whether an intent need not be sent: what is open for the same person and video before or after
 * it already ends in the same state (SK6). `later` are intents that wait behind it.
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
