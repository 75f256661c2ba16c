// The outbox: keeps what a person did on this device until the server has it on disk.
//
// Every tab stores its intents; one tab leads, and it alone names ops and sends them. Naming is one
// transaction that stores the names and removes the intents, and it is on disk before the first
// send, so a crash leaves either the intent or its name. Every send carries all open ops of a
// session in order: repeated and overlapping sends are harmless, because the server knows each op
// by its name. Rules SK1-SK13 of docs/spec/sdk.md.

import type { Answer } from './ask.ts';
import {
  GRANT_LIFE_MS,
  isSuperseded,
  LAST_NAMES_MAX,
  nextNamed,
  withSkipped,
} from './outbox-state.ts';
import { openLane, sendable, tidied } from './outbox-state.ts';
import type { Intent, Lane, Lanes, Named, Waiting, Who } from './outbox-state.ts';
import type { OutboxStore, Stored } from './outbox-store.ts';
import type { OpsReply, Position } from './wire.ts';

/** Intents without a name that are kept; beyond it the page says so instead of forgetting. */
export const WAITING_MAX = 256;
/** An intent that could not be named for this long is given up: its session would be over too. */
export const WAITING_LIFE_MS = 7 * 86_400_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MS_MAX = 30_000;
const RETRY_AFTER_SPREAD_MS = 1_000;
const TOO_OLD = { kind: 'refused', code: 'too-old', detail: '' } as const;

/** What became of an op. */
export type Settlement = Readonly<{
  id: string;
  who: Who;
  intent: Intent;
  end: Readonly<
    | { kind: 'recorded'; outcome: string; code?: string; position: Position }
    /** The server will never take it. */
    | { kind: 'refused'; code: string; detail: string }
    /** Never sent: another press on the same video ends in the same state. */
    | { kind: 'superseded' }
  >;
}>;

export type OutboxPorts = Readonly<{
  store: Promise<OutboxStore>;
  nowMs: () => number;
  /** From 0 up to, not including, 1. */
  random: () => number;
  setTimer: (run: () => void, afterMs: number) => void;
  /** Never rejects. */
  postOps: (grant: string, ops: readonly Named[]) => Promise<Answer<OpsReply>>;
  /** Never rejects. The grant of a new session that acts for `who` and for nobody else. */
  openSession: (who: Who) => Promise<Answer<string>>;
  /** Called by the leading tab, once for each op it settles. */
  onSettled: (settlement: Settlement) => void;
  /** The store holds a new session. */
  onSession: () => void;
}>;

/** An intent on its way into the store; `kept` says whether it is there. */
export type Enqueued = Readonly<{ op: OpenOp; kept: Promise<boolean> }>;
export type OpenOp = Readonly<{ id: string; who: Who; intent: Intent }>;

export class Outbox {
  readonly #ports: OutboxPorts;
  #lanes: Lanes = [];
  /** While leading: intents without a name, oldest first. */
  #waiting: readonly Waiting[] = [];
  /** Ids that were named or given up in this term; an older list may still hold them. */
  #taken = new Set<string>();
  /** Those of them that the store may still hold as intents. */
  #removals = new Set<string>();
  /** Grants of which no page that is gone has sent a name from `nextN` on. */
  #known = new Set<string>();
  /** The last `n` that is on its way, by grant. */
  #sending = new Map<string, number>();
  #isLeading = false;
  #who: Who | undefined = undefined;
  /** A visitor is about to do something; a person has a session in any case. */
  #isWanted = false;
  #isOpening = false;
  #isWorking = false;
  #isCalled = false;
  /** Until when the server is left alone, after so many failures, and whether it asked for that. */
  #pausedUntilMs = 0;
  #failures = 0;
  #isAsked = false;
  #newestMs = 0;
  /** Names that were sent before they were known to be stored (SK3). */
  #unstored = 0;
  /** Intents that may still be stored, as of the last look at the store. */
  #room = WAITING_MAX;
  #onIdle: (() => void) | undefined = undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** Makes this tab the one that names and sends. Call it only while holding the lead. */
  async lead(): Promise<void> {
    this.#lanes = (await this.#load()).lanes;
    this.#isLeading = true;
    this.#tidy();
    this.wake();
  }

  /** Stops naming and sending as soon as nothing is on its way. */
  yieldLead(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      this.#yieldIfIdle();
    });
  }

  /** Sets who acts from now on: sessions are opened for them and for visitors, no one else. */
  setWho(who: Who): void {
    this.#who = who;
    this.#isWanted = false;
    this.#tidy();
    this.retryNow();
  }

  /** Opens a session for who acts now when there is none, ahead of their first op. */
  wantSession(): void {
    this.#isWanted = true;
    this.wake();
  }

  /**
   * Stores an intent and sends it as soon as possible. With `isLast` the page may be gone before
   * anything that has to wait is done: then it is named, stored and sent in this very call.
   */
  enqueue(who: Who, intent: Intent, isLast = false): Enqueued {
    const { store, nowMs, random } = this.#ports;
    const atMs = nowMs();
    // Behind all that wait, by number: a clock may step back between two presses.
    this.#newestMs = Math.max(atMs, this.#newestMs + 1);
    const id = `${this.#newestMs}${String(random()).slice(1)}`;
    const waiting: Waiting = { id, who, atMs, intent };
    const isKnown = this.#known.has(openLane(this.#lanes, who, atMs)?.grant ?? '');
    if (isLast && isKnown && this.#unstored < LAST_NAMES_MAX && this.#name(waiting)) {
      this.#unstored += 1;
      const kept = this.#save();
      this.flush();
      return { op: waiting, kept };
    }
    this.#room -= 1;
    const hasRoom = this.#room >= 0;
    if (this.#isLeading && hasRoom) this.#waiting = [...this.#waiting, waiting];
    const kept = store.then(async ({ add }) => {
      const isStored = hasRoom && (await add(waiting));
      if (!isStored) this.#waiting = this.#waiting.filter((other) => other !== waiting);
      this.wake();
      return isStored || this.#taken.has(id);
    });
    return { op: waiting, kept };
  }

  /**
   * What `who` has on this device: everything that is not settled, in order and whichever tab it
   * came from, and the grant of the session they act in, once there is one.
   */
  async of(who: Who): Promise<Readonly<{ ops: readonly OpenOp[]; grant: string | undefined }>> {
    const { lanes, waiting } = await this.#load();
    const named = lanes.flatMap((lane) => lane.ops.map((op) => ({ ...op, who: lane.who })));
    return {
      ops: [...named, ...waiting].filter((op) => op.who === who),
      grant: openLane(lanes, who, this.#ports.nowMs())?.grant,
    };
  }

  /** Looks for work. Harmless at any time; does nothing in a tab that does not lead. */
  wake(): void {
    this.#isCalled = this.#isLeading;
    if (this.#isCalled && !this.#isWorking) void this.#work();
  }

  /** Tries at once what failed, unless the server asked to wait. */
  retryNow(): void {
    if (!this.#isAsked) this.#pausedUntilMs = 0;
    this.wake();
  }

  /** The page may be about to go: sends what is named, even beside a send that is under way. */
  flush(): void {
    if (!this.#isLeading || (this.#isAsked && this.#isPaused())) return;
    for (const lane of sendable(this.#lanes)) {
      if (lane.ops.at(-1)?.n !== this.#sending.get(lane.grant)) void this.#send(lane);
    }
  }

  #yieldIfIdle(): void {
    if (this.#onIdle === undefined || this.#isWorking || this.#isOpening) return;
    if (this.#sending.size > 0) return;
    this.#isLeading = false;
    this.#waiting = [];
    this.#taken = new Set();
    this.#removals = new Set();
    this.#known = new Set();
    this.#onIdle();
    this.#onIdle = undefined;
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    while (this.#isCalled) {
      this.#isCalled = false;
      await this.#look();
    }
    this.#isWorking = false;
    this.#yieldIfIdle();
  }

  async #look(): Promise<void> {
    const stored = await this.#load();
    // What this tab is still writing is in its own list alone.
    const all = new Map([...stored.waiting, ...this.#waiting].map((entry) => [entry.id, entry]));
    this.#waiting = [...all.values()]
      .filter(({ id }) => !this.#taken.has(id))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    if (this.#isPaused()) return;
    this.#openSessions();
    if (this.#sending.size > 0) return;
    const isNew = ({ grant }: Lane): boolean => !this.#known.has(grant);
    const isFirst = this.#isWanted && this.#lanes.some(isNew);
    if (isFirst || this.#waiting.length > 0 || this.#removals.size > 0) {
      this.#lanes = this.#lanes.map((lane) => (isNew(lane) ? withSkipped(lane) : lane));
      this.#nameWaiting();
      // SK1: a name is on disk before anything is sent under it.
      if (!(await this.#save())) {
        this.#pause();
        return;
      }
      for (const { grant } of this.#lanes) this.#known.add(grant);
    }
    for (const lane of sendable(this.#lanes)) void this.#send(lane);
  }

  /** Gives names to what waits (SK2-SK6). */
  #nameWaiting(): void {
    const nowMs = this.#ports.nowMs();
    const blocked = new Set<Who>();
    for (const [index, entry] of this.#waiting.entries()) {
      const { id, who, intent } = entry;
      let end: Settlement['end'] | undefined = undefined;
      if (nowMs - entry.atMs > WAITING_LIFE_MS) end = TOO_OLD;
      else if (isSuperseded(entry, this.#lanes, this.#waiting.slice(index + 1))) {
        end = { kind: 'superseded' };
      } else if (blocked.has(who) || !this.#name(entry)) blocked.add(who);
      if (end === undefined) continue;
      this.#take(id);
      this.#ports.onSettled({ id, who, intent, end });
    }
    this.#waiting = this.#waiting.filter(({ id }) => !this.#taken.has(id));
  }

  /** Gives an intent its name, if there is a session and room in its window. */
  #name(entry: Waiting): boolean {
    const lane = openLane(this.#lanes, entry.who, this.#ports.nowMs());
    const next = lane && nextNamed(lane, entry);
    if (next === undefined) return false;
    this.#lanes = this.#lanes.map((other) => (other === lane ? next : other));
    this.#take(entry.id);
    return true;
  }

  #take(id: string): void {
    this.#taken.add(id);
    this.#removals.add(id);
  }

  #openSessions(): void {
    const who = this.#who;
    // A person's session also tells what they like.
    const isDue = who !== null || this.#isWanted;
    if (who !== undefined && isDue) void this.#openFor(who);
    if (this.#waiting.some((entry) => entry.who === null)) void this.#openFor(null);
  }

  async #openFor(who: Who): Promise<void> {
    const { nowMs, openSession, onSession } = this.#ports;
    if (this.#isOpening || openLane(this.#lanes, who, nowMs()) !== undefined) return;
    this.#isOpening = true;
    const { value: grant, failure } = await openSession(who);
    this.#isOpening = false;
    if (failure === undefined) {
      const untilMs = nowMs() + GRANT_LIFE_MS;
      this.#lanes = [...this.#lanes, { grant, who, untilMs, nextN: 1, seenN: 0, ops: [] }];
      this.#known.add(grant);
      await this.#save();
      onSession();
    } else this.#pause(failure.retryAfterMs);
    this.wake();
    this.#yieldIfIdle();
  }

  async #send({ grant, who, ops }: Lane): Promise<void> {
    this.#sending.set(grant, ops.at(-1)?.n ?? 0);
    const { value, failure } = await this.#ports.postOps(grant, ops);
    this.#sending.delete(grant);
    const open = this.#lanes.find((lane) => lane.grant === grant)?.ops ?? [];
    const ends = new Map<number, Settlement['end']>();
    if (failure === undefined) {
      for (const result of value.results) {
        ends.set(result.n, { kind: 'recorded', ...result, position: value });
      }
    } else if (!failure.retryable) {
      for (const { n } of open) ends.set(n, { kind: 'refused', ...failure });
    }
    const left = open.filter(({ n }) => !ends.has(n));
    // An answer that settles nothing would otherwise be asked for again without a pause.
    if (failure?.retryable || (left.length > 0 && left.length === open.length)) {
      this.#pause(failure?.retryAfterMs);
    } else {
      this.#failures = this.#pausedUntilMs = 0;
      this.#lanes = this.#lanes.flatMap((lane) => {
        if (lane.grant !== grant) return [lane];
        const seenN = Math.max(lane.seenN, ...open.map(({ n }) => n).filter((n) => ends.has(n)));
        // A session that is refused for good takes nothing new either.
        return failure === undefined ? [{ ...lane, ops: left, seenN }] : [];
      });
      this.#tidy();
    }
    for (const { id, n, intent } of open) {
      const end = ends.get(n);
      if (end !== undefined) this.#ports.onSettled({ id, who, intent, end });
    }
    this.wake();
    this.#yieldIfIdle();
  }

  /** A grant is a key: it is not left on the device once its person is gone and all is sent. */
  #tidy(): void {
    if (!this.#isLeading) return;
    this.#lanes = tidied(this.#lanes, this.#who, this.#ports.nowMs());
    // Not waited for: what is removed too late is sent again under its name, and no more.
    void this.#save();
  }

  #pause(retryAfterMs = 0): void {
    const { nowMs, random, setTimer } = this.#ports;
    const ceilingMs = Math.min(BACKOFF_MS_MAX, BACKOFF_FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#isAsked = retryAfterMs > 0;
    // Half fixed, half random: no retry storm, and no retry at once either.
    const waitMs = Math.max(
      ceilingMs * (0.5 + random() / 2),
      retryAfterMs + random() * RETRY_AFTER_SPREAD_MS,
    );
    this.#pausedUntilMs = nowMs() + waitMs;
    // Timers may come a moment early.
    setTimer(() => {
      this.wake();
    }, waitMs + 1);
  }

  #isPaused(): boolean {
    return this.#ports.nowMs() < this.#pausedUntilMs;
  }

  async #save(): Promise<boolean> {
    const ids = [...this.#removals];
    const { save } = await this.#ports.store;
    const isSaved = await save(this.#lanes, ids);
    if (!isSaved) return false;
    this.#unstored = 0;
    for (const id of ids) this.#removals.delete(id);
    return true;
  }

  async #load(): Promise<Stored> {
    const stored = await (await this.#ports.store).load();
    this.#newestMs = Math.max(
      this.#newestMs,
      Number.parseInt(stored.waiting.at(-1)?.id ?? '0', 10),
    );
    this.#room = WAITING_MAX - stored.waiting.length;
    return stored;
  }
}
