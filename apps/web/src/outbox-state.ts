// The outbox on paper: which op carries which name. Pure; `outbox.ts` stores and sends it.
//
//   O1  An op gets its name (session, n) once, before it is first sent, and keeps it until the
//       server has answered for it. It is never renamed, so however often it is sent it counts once.
//   O2  A session's names are dense, in the order of the presses, and at most
//       `UNACKNOWLEDGED_MAX` of them are open at a time (the server's op window).
//   O3  A person's sessions are emptied in the order they began, so that an unlike never
//       overtakes the like before it.

/** The account that acts; `null` is a visitor. */
export type Who = string | null;

export type Intent = Readonly<
  | { kind: 'view'; video: string; watchedMs: number; source: 'feed' }
  | { kind: 'like' | 'unlike'; video: string }
>;

/** An intent that has no name yet. `id` is this device's own, it never leaves it. */
export type Waiting = Readonly<{ id: string; who: Who; atMs: number; intent: Intent }>;

/** An op with its name within a session. */
export type Named = Readonly<{ id: string; n: number; intent: Intent }>;

/** One session of the API and its ops that are not acknowledged, in order. */
export type Lane = Readonly<{
  session: string;
  grant: string;
  jurisdiction: string;
  who: Who;
  expiresAtMs: number;
  nextN: number;
  ops: readonly Named[];
}>;

/** Lanes in the order they began. */
export type OutboxState = readonly Lane[];

/** The server's window of unacknowledged ops in a session (API.md, "Ops"). */
export const UNACKNOWLEDGED_MAX = 64;
/** A session this close to its end takes no new ops. */
export const EXPIRY_MARGIN_MS = 60_000;

/** The session that new ops of `who` go into, if there is one. */
export function openLane(state: OutboxState, who: Who, nowMs: number): Lane | undefined {
  return state.findLast((lane) => lane.who === who && nowMs < lane.expiresAtMs - EXPIRY_MARGIN_MS);
}

export type Naming = Readonly<
  | { kind: 'named'; state: OutboxState }
  | { kind: 'named-before' }
  | { kind: 'no-session' }
  | { kind: 'window-full' }
>;

/** Gives one intent its name (O1, O2). */
export function nameOp(state: OutboxState, waiting: Waiting, nowMs: number): Naming {
  if (state.some(({ ops }) => ops.some(({ id }) => id === waiting.id))) {
    return { kind: 'named-before' };
  }
  const lane = openLane(state, waiting.who, nowMs);
  if (lane === undefined) return { kind: 'no-session' };
  // The window reaches from the oldest open name, not from the number of open ones.
  const oldestN = lane.ops[0]?.n ?? lane.nextN;
  if (lane.nextN - oldestN >= UNACKNOWLEDGED_MAX) return { kind: 'window-full' };
  const op: Named = { id: waiting.id, n: lane.nextN, intent: waiting.intent };
  const next = { ...lane, nextN: lane.nextN + 1, ops: [...lane.ops, op] };
  return { kind: 'named', state: state.map((other) => (other === lane ? next : other)) };
}

/** Lanes that may send now: of each person the first that has ops (O3). */
export function sendable(state: OutboxState): readonly Lane[] {
  const first = new Map<Who, Lane>();
  for (const lane of state) {
    if (lane.ops.length > 0 && !first.has(lane.who)) first.set(lane.who, lane);
  }
  return [...first.values()];
}

/** Removes ops that the server has answered for. */
export function withoutOps(
  state: OutboxState,
  session: string,
  ns: ReadonlySet<number>,
): OutboxState {
  return state.map((lane) =>
    lane.session === session ? { ...lane, ops: lane.ops.filter(({ n }) => !ns.has(n)) } : lane,
  );
}

/** Removes a session with all its ops: the server will not take them under these names. */
export function withoutLane(state: OutboxState, session: string): OutboxState {
  return state.filter((lane) => lane.session !== session);
}

/** Removes sessions that have nothing left to send and take nothing new from `who`. */
export function tidied(state: OutboxState, who: Who, nowMs: number): OutboxState {
  const current = openLane(state, who, nowMs);
  return state.filter((lane) => lane.ops.length > 0 || lane === current);
}
