// The outbox: keeps what a person did on this device until the server has it on disk.
//
// An intent is stored by whichever tab it happened in, under a key of its own, so tabs never write
// over each other. One tab leads: it alone names ops, stores their names, and then sends. Every
// send carries all open ops of a session in order, so repeated and overlapping sends are harmless:
// the server knows each op by its name (rules O1-O3 in `outbox-state.ts`).
//
// A crash before a name is stored leaves the intent, which is named later. A crash after it leaves
// the name, which is sent again. A crash between storing the name and removing the intent leaves
// both, and they are matched by id.

import { EXPIRY_MARGIN_MS, nameOp, openLane, sendable } from './outbox-state.ts';
import { tidied, withoutLane, withoutOps } from './outbox-state.ts';
import type { Intent, Lane, Named, OutboxState, Waiting, Who } from './outbox-state.ts';

/** Intents without a name that are kept; beyond it the page says so instead of forgetting. */
export const WAITING_MAX = 256;
/** An intent that could not be named for this long is dropped: its session would be over too. */
export const WAITING_LIFE_MS = 7 * 86_400_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MS_MAX = 30_000;
const RETRY_AFTER_SPREAD_MS = 1_000;

const STATE_KEY = 'holdfast.outbox';
const WAITING_PREFIX = 'holdfast.waiting.';
/** Digits of a place in the queue, so that keys sort by it. */
const PLACE_DIGITS = 12;

export type OpResult = Readonly<{ n: number; outcome: string; code?: string }>;

export type PostReply = Readonly<
  | { kind: 'acknowledged'; cell: string; seq: number; results: readonly OpResult[] }
  /** Nothing is known of the ops, or the server asked to come back. */
  | { kind: 'retry'; retryAfterMs: number | undefined }
  /** The server will never take these ops under these names. */
  | { kind: 'refused'; code: string; detail: string }
>;

/** `lifeMs` is how long the session lasts: the clocks of device and server may disagree. */
export type OpenedLane = Pick<Lane, 'session' | 'grant' | 'jurisdiction'> &
  Readonly<{ lifeMs: number }>;
export type OpenReply = Readonly<
  { kind: 'opened'; lane: OpenedLane } | { kind: 'retry'; retryAfterMs: number | undefined }
>;

/** What became of an op. `position` is where to read the counts that include it. */
export type Settlement = Readonly<{
  id: string;
  who: Who;
  intent: Intent;
  end: Readonly<
    | { kind: 'recorded'; outcome: string; code: string | undefined; position: string }
    | { kind: 'refused'; code: string; detail: string }
  >;
}>;

/** Storage that survives a reload. `write` returns false when there is no room. */
export type KeyValueStore = Readonly<{
  keys: () => readonly string[];
  read: (key: string) => string | null;
  write: (key: string, value: string) => boolean;
  remove: (key: string) => void;
}>;

export type OutboxPorts = Readonly<{
  store: KeyValueStore;
  nowMs: () => number;
  /** From 0 up to, not including, 1. */
  random: () => number;
  newId: () => string;
  setTimer: (afterMs: number, run: () => void) => void;
  /** Never rejects. Ends as `retry` when there is no answer in time. */
  postOps: (grant: string, ops: readonly Named[]) => Promise<PostReply>;
  /** Never rejects. Opens a session that acts for `who` and for nobody else. */
  openSession: (who: Who) => Promise<OpenReply>;
  /** Called by the leading tab, once for each op it settles. */
  onSettled: (settlement: Settlement) => void;
  /** The store holds a new session or other news for tabs that do not lead. */
  onSession: () => void;
}>;

type Pause = Readonly<{ attempt: number; untilMs: number; asked: boolean }>;

export class Outbox {
  readonly #ports: OutboxPorts;
  #state: OutboxState = [];
  #leading = false;
  #who: Who | undefined = undefined;
  #isOpening = false;
  /** The last `n` that is on its way, by session. */
  readonly #sending = new Map<string, number>();
  /** Why a session, or the opening of one (key `open`), is left alone for now. */
  readonly #pauses = new Map<string, Pause>();

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** Makes this tab the one that names and sends. Call it only while holding the lead. */
  lead(): void {
    this.#leading = true;
    this.#state = readState(this.#ports.store);
    this.wake();
  }

  /** Sets who acts from now on, and opens a session for them when there is none. */
  setWho(who: Who): void {
    this.#who = who;
    this.#pauses.delete('open');
    this.wake();
  }

  /**
   * Stores an intent and sends it as soon as possible. Returns its id; `undefined` means that this
   * device has no room for it and it was not recorded.
   */
  enqueue(who: Who, intent: Intent): string | undefined {
    const { store, nowMs, newId } = this.#ports;
    const keys = this.#waitingKeys();
    if (keys.length >= WAITING_MAX) return undefined;
    const waiting: Waiting = { id: newId(), who, atMs: nowMs(), intent };
    // Behind all that wait, by number: a clock may step back between two presses.
    const place = 1 + Number(keys.at(-1)?.slice(WAITING_PREFIX.length).split('.')[0] ?? 0);
    const key = `${WAITING_PREFIX}${String(place).padStart(PLACE_DIGITS, '0')}.${waiting.id}`;
    if (!store.write(key, JSON.stringify(waiting))) return undefined;
    this.wake();
    return waiting.id;
  }

  /** Everything of `who` that is not settled, in order, whichever tab it came from. */
  open(who: Who): readonly Readonly<{ id: string; intent: Intent }>[] {
    const named = this.#read().filter((lane) => lane.who === who);
    const ids = new Set(named.flatMap(({ ops }) => ops.map(({ id }) => id)));
    const waiting = this.#waitingKeys()
      .map((key) => this.#readWaiting(key))
      .filter((entry) => entry !== undefined)
      .filter((entry) => entry.who === who && !ids.has(entry.id));
    return [...named.flatMap(({ ops }) => ops), ...waiting];
  }

  /** The session that `who` acts in on this device, once there is one. */
  session(who: Who): Pick<Lane, 'grant' | 'jurisdiction'> | undefined {
    return openLane(this.#read(), who, this.#ports.nowMs());
  }

  /** Looks for work. Harmless at any time; does nothing in a tab that does not lead. */
  wake(): void {
    if (!this.#leading) return;
    this.#nameWaiting();
    if (this.#who !== undefined) {
      this.#forgetSpent(this.#who);
      this.#openFor(this.#who);
    }
    for (const lane of sendable(this.#state)) {
      if (!this.#sending.has(lane.session) && !this.#isPaused(lane.session)) void this.#send(lane);
    }
  }

  /** The network is back: forgets pauses that no server asked for. */
  retryNow(): void {
    for (const [key, pause] of this.#pauses) if (!pause.asked) this.#pauses.delete(key);
    this.wake();
  }

  /** The page may be about to go: sends at once, even beside a send that is still under way. */
  flush(): void {
    if (!this.#leading) return;
    this.#nameWaiting();
    for (const lane of sendable(this.#state)) {
      const isOnItsWay = lane.ops.at(-1)?.n === this.#sending.get(lane.session);
      const wasAskedToWait = this.#pauses.get(lane.session)?.asked === true;
      if (!isOnItsWay && !wasAskedToWait) void this.#send(lane);
    }
  }

  #nameWaiting(): void {
    const nowMs = this.#ports.nowMs();
    const blocked = new Set<Who>();
    for (const key of this.#waitingKeys()) {
      const waiting = this.#readWaiting(key);
      if (waiting === undefined || nowMs - waiting.atMs > WAITING_LIFE_MS) {
        this.#ports.store.remove(key);
        continue;
      }
      if (blocked.has(waiting.who)) continue;
      const naming = nameOp(this.#state, waiting, nowMs);
      if (naming.kind === 'no-session' || naming.kind === 'window-full') {
        blocked.add(waiting.who);
        continue;
      }
      // The name must be stored before anything can be sent under it (O1).
      if (naming.kind === 'named' && !this.#store(naming.state)) return;
      this.#ports.store.remove(key);
    }
  }

  /** A grant is a key: it is not left on the device once its person is gone and all is sent. */
  #forgetSpent(who: Who): void {
    const kept = tidied(this.#state, who, this.#ports.nowMs());
    if (kept.length < this.#state.length) this.#storeOrHold(kept);
  }

  #openFor(who: Who): void {
    const nowMs = this.#ports.nowMs();
    if (openLane(this.#state, who, nowMs) !== undefined) return;
    if (this.#isOpening || this.#isPaused('open')) return;
    this.#isOpening = true;
    void this.#ports.openSession(who).then((reply) => {
      this.#isOpening = false;
      if (reply.kind === 'retry') {
        this.#pause('open', reply.retryAfterMs);
        return;
      }
      const { lifeMs, ...opened } = reply.lane;
      const expiresAtMs = this.#ports.nowMs() + lifeMs;
      const lane: Lane = { ...opened, expiresAtMs, who, nextN: 1, ops: [] };
      if (lifeMs <= EXPIRY_MARGIN_MS || !this.#store([...this.#state, lane])) {
        this.#pause('open', undefined);
        return;
      }
      this.#pauses.delete('open');
      this.#ports.onSession();
      this.wake();
    });
  }

  async #send(lane: Lane): Promise<void> {
    const { session, grant, ops } = lane;
    this.#sending.set(session, ops.at(-1)?.n ?? 0);
    const reply = await this.#ports.postOps(grant, ops);
    this.#sending.delete(session);
    if (reply.kind === 'retry') {
      this.#pause(session, reply.retryAfterMs);
      return;
    }
    if (reply.kind === 'acknowledged') this.#acknowledge(lane, reply);
    else this.#refuse(session, reply.code, reply.detail);
    this.wake();
  }

  #acknowledge(lane: Lane, reply: Extract<PostReply, { kind: 'acknowledged' }>): void {
    const { session, who, ops } = lane;
    const results = new Map(reply.results.map((result) => [result.n, result]));
    const stillOpen = this.#openNumbers(session);
    const answered = ops.filter(({ n }) => results.has(n) && stillOpen.has(n));
    // An answer that settles nothing would otherwise be asked for again without a pause.
    if (answered.length === 0 && stillOpen.size > 0) this.#pause(session, undefined);
    else this.#pauses.delete(session);
    this.#storeOrHold(withoutOps(this.#state, session, new Set(answered.map(({ n }) => n))));
    const position = `${reply.cell}:${reply.seq}`;
    for (const { id, n, intent } of answered) {
      const { outcome, code } = results.get(n) as OpResult;
      const end = { kind: 'recorded', outcome, code, position } as const;
      this.#ports.onSettled({ id, who, intent, end });
    }
  }

  #refuse(session: string, code: string, detail: string): void {
    const lane = this.#state.find((candidate) => candidate.session === session);
    if (lane === undefined) return;
    this.#pauses.delete(session);
    this.#storeOrHold(withoutLane(this.#state, session));
    for (const { id, intent } of lane.ops) {
      this.#ports.onSettled({ id, who: lane.who, intent, end: { kind: 'refused', code, detail } });
    }
  }

  #openNumbers(session: string): ReadonlySet<number> {
    const lane = this.#state.find((candidate) => candidate.session === session);
    return new Set(lane?.ops.map(({ n }) => n));
  }

  #pause(key: string, retryAfterMs: number | undefined): void {
    const { nowMs, random, setTimer } = this.#ports;
    const attempt = (this.#pauses.get(key)?.attempt ?? 0) + 1;
    const ceilingMs = Math.min(BACKOFF_MS_MAX, BACKOFF_FIRST_MS * 2 ** (attempt - 1));
    // Half fixed, half random: no retry storm, and no retry at once either.
    const backoffMs = ceilingMs / 2 + (random() * ceilingMs) / 2;
    const askedMs = (retryAfterMs ?? 0) + random() * RETRY_AFTER_SPREAD_MS;
    const waitMs = Math.ceil(retryAfterMs === undefined ? backoffMs : Math.max(backoffMs, askedMs));
    const asked = retryAfterMs !== undefined;
    this.#pauses.set(key, { attempt, untilMs: nowMs() + waitMs, asked });
    setTimer(waitMs, () => {
      this.wake();
    });
  }

  #isPaused(key: string): boolean {
    const pause = this.#pauses.get(key);
    return pause !== undefined && this.#ports.nowMs() < pause.untilMs;
  }

  #store(state: OutboxState): boolean {
    if (!this.#ports.store.write(STATE_KEY, JSON.stringify(state))) return false;
    this.#state = state;
    return true;
  }

  /** For states that only lose ops: unsaved, they would be sent again under the same names. */
  #storeOrHold(state: OutboxState): void {
    this.#store(state);
    this.#state = state;
  }

  #read(): OutboxState {
    return this.#leading ? this.#state : readState(this.#ports.store);
  }

  #waitingKeys(): readonly string[] {
    const keys = this.#ports.store.keys().filter((key) => key.startsWith(WAITING_PREFIX));
    return keys.toSorted();
  }

  #readWaiting(key: string): Waiting | undefined {
    return parse<Waiting>(this.#ports.store.read(key));
  }
}

function readState(store: KeyValueStore): OutboxState {
  return parse<OutboxState>(store.read(STATE_KEY)) ?? [];
}

/** Only this file writes these keys, so their shape is taken as it was written. */
function parse<T>(text: string | null): T | undefined {
  try {
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}
