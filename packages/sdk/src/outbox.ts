// The outbox: keeps what a person did on this device until the server has it on disk.
//
// Every tab stores its intents; one tab leads, and it alone names ops and sends them. Naming is one
// transaction that stores the names and removes the intents, and it is on disk before the first
// send, so a crash leaves either the intent or its name. Every send carries all open ops of a
// session in order: repeated and overlapping sends are harmless, because the server knows each op
// by its name. Rules K1-K12 of docs/spec/sdk.md.

import { EXPIRY_MARGIN_MS, isSuperseded, LAST_NAMES_MAX, named } from './outbox-state.ts';
import { openLane, sendable, tidied } from './outbox-state.ts';
import type { Intent, Lane, Lanes, Named, Waiting, Who } from './outbox-state.ts';
import type { OutboxStore, Stored } from './outbox-store.ts';

/** An intent that could not be named for this long is given up: its session would be over too. */
export const WAITING_LIFE_MS = 7 * 86_400_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MS_MAX = 30_000;
const RETRY_AFTER_SPREAD_MS = 1_000;
/** Digits of an id's age, enough until the year 5188. */
const AGE_RADIX = 36;
const AGE_DIGITS = 9;
/** Keys beside those of grants. */
const OPENING = 'open';
const STORING = 'store';
const TOO_OLD = { kind: 'refused', code: 'too-old', detail: 'It waited for a week.' } as const;

export type OpResult = Readonly<{ n: number; outcome: string; code?: string }>;
/** A place in a cell's journal; reads that include it include the op. */
export type Position = Readonly<{ cell: string; epoch: number; seq: number }>;

export type PostReply = Readonly<
  | { kind: 'acknowledged'; position: Position; results: readonly OpResult[] }
  /** Nothing is known of the ops, or the server asked to come back. */
  | { kind: 'retry'; retryAfterMs: number | undefined }
  /** The server will never take these ops under these names. */
  | { kind: 'refused'; code: string; detail: string }
>;

/** `lifeMs` is how long the session lasts: the clocks of device and server may disagree. */
export type OpenReply = Readonly<
  | { kind: 'opened'; grant: string; lifeMs: number }
  | { kind: 'retry'; retryAfterMs: number | undefined }
>;

/** What became of an op. */
export type Settlement = Readonly<{
  id: string;
  who: Who;
  intent: Intent;
  end: Readonly<
    | { kind: 'recorded'; outcome: string; code: string | undefined; position: Position }
    | { kind: 'refused'; code: string; detail: string }
    /** Never sent: another press on the same video ends in the same state. */
    | { kind: 'superseded' }
  >;
}>;

export type OutboxPorts = Readonly<{
  store: OutboxStore;
  nowMs: () => number;
  /** From 0 up to, not including, 1. */
  random: () => number;
  setTimer: (afterMs: number, run: () => void) => void;
  /** Never rejects. Ends as `retry` when there is no answer in time. */
  postOps: (grant: string, ops: readonly Named[]) => Promise<PostReply>;
  /** Never rejects. Opens a session that acts for `who` and for nobody else. */
  openSession: (who: Who) => Promise<OpenReply>;
  /** Called by the leading tab, once for each op it settles. */
  onSettled: (settlement: Settlement) => void;
  /** The store holds a new session. */
  onSession: () => void;
}>;

/** An intent on its way into the store; `kept` says whether it is there. */
export type Enqueued = Readonly<{ id: string; kept: Promise<boolean> }>;
export type OpenOp = Readonly<{ id: string; who: Who; intent: Intent }>;

type Pause = Readonly<{ attempt: number; untilMs: number; asked: boolean }>;
type Ends = ReadonlyMap<number, Settlement['end']>;

export class Outbox {
  readonly #ports: OutboxPorts;
  #lanes: Lanes = [];
  /** While leading: intents without a name, oldest first. */
  #waiting: readonly Waiting[] = [];
  /** Ids that were named or given up in this term; an older list may still hold them. */
  #taken = new Set<string>();
  /** Those of them that the store may still hold as intents. */
  #removals = new Set<string>();
  /** Grants of which every name that was ever used is known in this term. */
  #known = new Set<string>();
  /** The last `n` that is on its way, by grant; `OPENING` while a session is asked for. */
  #sending = new Map<string, number>();
  /** Why a session, the opening of one or the store is left alone for now. */
  readonly #pauses = new Map<string, Pause>();
  #isLeading = false;
  /** Grows when the lead is taken or given up: what began in another term is not ours to store. */
  #term = 0;
  #who: Who | undefined = undefined;
  #isSessionWanted = false;
  #isWorking = false;
  #isCalled = false;
  #namesGiven = 0;
  #namesStored = 0;
  #lastAge = 0;
  #onIdle: (() => void) | undefined = undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** Makes this tab the one that names and sends. Call it only while holding the lead. */
  async lead(): Promise<void> {
    this.#begin();
    const mine = this.#term;
    const { lanes } = await this.#load();
    if (mine !== this.#term) return;
    this.#lanes = lanes;
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

  /** Stops at once. What is on its way arrives, and is sent again by whoever leads next. */
  close(): void {
    this.#begin();
    this.#ports.store.close();
  }

  /** Sets who acts from now on: sessions are opened for them and for visitors, no one else. */
  setWho(who: Who): void {
    if (who === this.#who) return;
    this.#who = who;
    this.#isSessionWanted = false;
    this.#pauses.delete(OPENING);
    this.#tidy();
    this.wake();
  }

  /** Opens a session for who acts now when there is none, ahead of their first op. */
  wantSession(): void {
    this.#isSessionWanted = true;
    this.wake();
  }

  /** Stores an intent and sends it as soon as possible. */
  enqueue(who: Who, intent: Intent): Enqueued {
    const { store, nowMs } = this.#ports;
    const waiting: Waiting = { id: this.#newId(), who, atMs: nowMs(), intent };
    const { id } = waiting;
    if (this.#isLeading) this.#waiting = [...this.#waiting, waiting];
    const kept = store.add(waiting).then((isStored) => {
      if (!isStored) this.#waiting = this.#waiting.filter((other) => other !== waiting);
      this.wake();
      return isStored || this.#taken.has(id);
    });
    return { id, kept };
  }

  /** Everything that is not settled, in order, whichever tab it came from. */
  async open(): Promise<readonly OpenOp[]> {
    const { lanes, waiting } = await this.#load();
    return [...lanes.flatMap(({ who, ops }) => ops.map((op) => ({ ...op, who }))), ...waiting];
  }

  /** The grant of the session that `who` acts in on this device, once there is one. */
  async grant(who: Who): Promise<string | undefined> {
    return openLane((await this.#load()).lanes, who, this.#ports.nowMs())?.grant;
  }

  /** Looks for work. Harmless at any time; does nothing in a tab that does not lead. */
  wake(): void {
    this.#isCalled = this.#isLeading;
    if (this.#isCalled && !this.#isWorking) void this.#work();
  }

  /** The network is back: forgets pauses that no server asked for. */
  retryNow(): void {
    for (const [key, { asked }] of this.#pauses) if (!asked) this.#pauses.delete(key);
    this.wake();
  }

  /** The page may be about to go: sends at once, even beside a send that is still under way. */
  flush(): void {
    if (!this.#isLeading) return;
    const isLeftAlone = (grant: string): boolean => this.#pauses.get(grant)?.asked === true;
    if (this.#nameWaiting(isLeftAlone, LAST_NAMES_MAX)) void this.#save().then(() => this.wake());
    if (this.#unsavedNames > LAST_NAMES_MAX) return;
    for (const lane of sendable(this.#lanes)) {
      const isOnItsWay = lane.ops.at(-1)?.n === this.#sending.get(lane.grant);
      if (!isOnItsWay && !isLeftAlone(lane.grant)) void this.#send(lane);
    }
  }

  #begin(): void {
    this.#term += 1;
    this.#isLeading = false;
    this.#lanes = this.#waiting = [];
    this.#taken = new Set();
    this.#removals = new Set();
    this.#known = new Set();
    this.#sending = new Map();
    this.#namesStored = this.#namesGiven;
  }

  #yieldIfIdle(): void {
    if (this.#onIdle === undefined || this.#isWorking || this.#sending.size > 0) return;
    this.#begin();
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
    const mine = this.#term;
    const stored = await this.#load();
    if (mine !== this.#term) return;
    // What this tab is still writing is in its own list alone.
    const all = new Map([...stored.waiting, ...this.#waiting].map((entry) => [entry.id, entry]));
    this.#waiting = [...all.values()]
      .filter(({ id }) => !this.#taken.has(id))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    this.#openSessions();
    const isBusy = (grant: string): boolean => this.#sending.has(grant) || this.#isPaused(grant);
    this.#nameWaiting(isBusy, Number.POSITIVE_INFINITY);
    // K1: a name is on disk before anything is sent under it.
    const isSaved = this.#removals.size === 0 || (await this.#save());
    if (mine !== this.#term) return;
    if (!isSaved) this.#pause(STORING, undefined);
    else if (this.#unsavedNames === 0) {
      for (const lane of sendable(this.#lanes)) if (!isBusy(lane.grant)) void this.#send(lane);
    }
  }

  /** Names what may be sent now (K2). Whether there is something new to store. */
  #nameWaiting(isBusy: (grant: string) => boolean, unsavedMax: number): boolean {
    const nowMs = this.#ports.nowMs();
    const before = this.#taken.size;
    const blocked = new Set<Who>();
    for (const [index, entry] of this.#waiting.entries()) {
      const { who } = entry;
      const lane = openLane(this.#lanes, who, nowMs);
      if (nowMs - entry.atMs > WAITING_LIFE_MS) this.#giveUp(entry, TOO_OLD);
      else if (lane === undefined || isBusy(lane.grant) || blocked.has(who)) blocked.add(who);
      else if (isSuperseded(entry, this.#lanes, this.#waiting.slice(index + 1))) {
        this.#giveUp(entry, { kind: 'superseded' });
      } else if (this.#unsavedNames >= unsavedMax || !this.#name(entry, lane)) blocked.add(who);
    }
    this.#waiting = this.#waiting.filter(({ id }) => !this.#taken.has(id));
    return this.#taken.size > before;
  }

  #name(entry: Waiting, lane: Lane): boolean {
    const next = named(lane, entry, this.#known.has(lane.grant) ? 0 : LAST_NAMES_MAX);
    if (next === undefined) return false;
    this.#lanes = this.#lanes.map((other) => (other === lane ? next : other));
    this.#known.add(lane.grant);
    this.#namesGiven += 1;
    this.#take(entry.id);
    return true;
  }

  #giveUp({ id, who, intent }: Waiting, end: Settlement['end']): void {
    this.#take(id);
    this.#ports.onSettled({ id, who, intent, end });
  }

  #take(id: string): void {
    this.#taken.add(id);
    this.#removals.add(id);
  }

  #openSessions(): void {
    const whos = new Set(this.#waiting.map(({ who }) => who));
    if (this.#isSessionWanted && this.#who !== undefined) whos.add(this.#who);
    for (const who of whos) if (who === this.#who || who === null) void this.#openFor(who);
  }

  async #openFor(who: Who): Promise<void> {
    const { nowMs, openSession, onSession } = this.#ports;
    if (openLane(this.#lanes, who, nowMs()) !== undefined) return;
    if (this.#sending.has(OPENING) || this.#isPaused(OPENING)) return;
    const mine = this.#term;
    this.#sending.set(OPENING, 0);
    const reply = await openSession(who);
    if (mine !== this.#term) return;
    this.#sending.delete(OPENING);
    if (reply.kind === 'opened' && reply.lifeMs > EXPIRY_MARGIN_MS) {
      const { grant, lifeMs } = reply;
      const lane: Lane = { grant, who, expiresAtMs: nowMs() + lifeMs, nextN: 1, ops: [] };
      this.#lanes = [...this.#lanes, lane];
      this.#known.add(grant);
      this.#pauses.delete(OPENING);
      await this.#save();
      onSession();
    } else this.#pause(OPENING, reply.kind === 'retry' ? reply.retryAfterMs : undefined);
    this.wake();
    this.#yieldIfIdle();
  }

  async #send({ grant, who, ops }: Lane): Promise<void> {
    const mine = this.#term;
    this.#sending.set(grant, ops.at(-1)?.n ?? 0);
    const reply = await this.#ports.postOps(grant, ops);
    if (mine !== this.#term) return;
    this.#sending.delete(grant);
    if (reply.kind === 'retry') this.#pause(grant, reply.retryAfterMs);
    else this.#settle(grant, who, reply);
    this.wake();
    this.#yieldIfIdle();
  }

  #settle(grant: string, who: Who, reply: Exclude<PostReply, { kind: 'retry' }>): void {
    const open = this.#lanes.find((lane) => lane.grant === grant)?.ops ?? [];
    const ends = endsOf(reply, open);
    // An answer that settles nothing would otherwise be asked for again without a pause.
    if (open.length > 0 && ends.size === 0) this.#pause(grant, undefined);
    else this.#pauses.delete(grant);
    this.#lanes = this.#lanes
      .filter((lane) => lane.grant !== grant || reply.kind === 'acknowledged')
      .map((lane) =>
        lane.grant === grant ? { ...lane, ops: open.filter(({ n }) => !ends.has(n)) } : lane,
      );
    this.#tidy();
    // Not waited for: what is removed too late is sent again under its name, and no more.
    void this.#save();
    for (const { id, n, intent } of open) {
      const end = ends.get(n);
      if (end !== undefined) this.#ports.onSettled({ id, who, intent, end });
    }
  }

  /** A grant is a key: it is not left on the device once its person is gone and all is sent. */
  #tidy(): void {
    if (!this.#isLeading || this.#who === undefined) return;
    const kept = tidied(this.#lanes, this.#who, this.#ports.nowMs());
    if (kept.length === this.#lanes.length) return;
    this.#lanes = kept;
    void this.#save();
  }

  #pause(key: string, retryAfterMs: number | undefined): void {
    const { nowMs, random, setTimer } = this.#ports;
    const attempt = (this.#pauses.get(key)?.attempt ?? 0) + 1;
    const ceilingMs = Math.min(BACKOFF_MS_MAX, BACKOFF_FIRST_MS * 2 ** (attempt - 1));
    // Half fixed, half random: no retry storm, and no retry at once either.
    const backoffMs = ceilingMs / 2 + (random() * ceilingMs) / 2;
    const asked = retryAfterMs !== undefined;
    const askedMs = asked ? retryAfterMs + random() * RETRY_AFTER_SPREAD_MS : 0;
    const waitMs = Math.ceil(Math.max(backoffMs, askedMs));
    this.#pauses.set(key, { attempt, untilMs: nowMs() + waitMs, asked });
    setTimer(waitMs, () => {
      this.wake();
    });
  }

  #isPaused(key: string): boolean {
    return this.#ports.nowMs() < (this.#pauses.get(key)?.untilMs ?? 0);
  }

  get #unsavedNames(): number {
    return this.#namesGiven - this.#namesStored;
  }

  async #save(): Promise<boolean> {
    const ids = [...this.#removals];
    const mine = this.#term;
    const given = this.#namesGiven;
    const isSaved = await this.#ports.store.save(this.#lanes, ids);
    if (isSaved && mine === this.#term) {
      this.#namesStored = Math.max(this.#namesStored, given);
      for (const id of ids) this.#removals.delete(id);
    }
    return isSaved;
  }

  async #load(): Promise<Stored> {
    const stored = await this.#ports.store.load();
    const newest = stored.waiting.at(-1)?.id ?? '0';
    this.#lastAge = Math.max(this.#lastAge, Number.parseInt(newest, AGE_RADIX));
    return stored;
  }

  #newId(): string {
    this.#lastAge = Math.max(this.#ports.nowMs(), this.#lastAge + 1);
    const part = Math.floor(this.#ports.random() * 2 ** 48).toString(AGE_RADIX);
    return `${this.#lastAge.toString(AGE_RADIX).padStart(AGE_DIGITS, '0')}.${part}`;
  }
}

function endsOf(reply: Exclude<PostReply, { kind: 'retry' }>, open: readonly Named[]): Ends {
  if (reply.kind === 'refused') return new Map(open.map(({ n }) => [n, reply]));
  const { position, results } = reply;
  const isOpen = new Set(open.map(({ n }) => n));
  return new Map(
    results
      .filter(({ n }) => isOpen.has(n))
      .map(({ n, outcome, code }) => [n, { kind: 'recorded', outcome, code, position }]),
  );
}
