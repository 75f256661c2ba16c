// Ops on their way from a gateway to whoever owns their cell: gathered into frames, held while the
// cell changes hands or is away, and sent again under the same names.
//
// Rules: docs/spec/wire.md (W110 to W114, W122). What is done with ops that were not taken is decided by
// the engine's `gateway-route.ts`; here are only the queue and the clock.
//
// Why it is safe: every request is in exactly one place, waiting or under way, and is answered when
// it leaves the last one; an op that was perhaps recorded is sent under its own name, and counts
// nothing twice. Two frames that are under way never have ops of one session, and the queue is
// first in first out, so a session's ops arrive in their order however often they are sent.

import { isEqualParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import { HELD_OPS_MAX, HOLD_MS_MAX, route } from '@holdfast/engine/handover/gateway-route.ts';
import type { LastAnswer, Route } from '@holdfast/engine/handover/gateway-route.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import type { CellUnavailable, OpGroup, SubmitReply } from '../../cell/cell-client.ts';
import { FRAME_REQUESTS_MAX } from '../../cell/remote/cell-wire.ts';
import type { OpsResult } from '../../cell/remote/remote-cell.ts';
import type { Timers } from '../../exchange/timers.ts';
import type { OwnerLine } from './owner-line.ts';
import type { PauseBook } from './pause-book.ts';

/** Requests that wait to be sent; beyond it they are refused. */
export const WAITING_REQUESTS_MAX = 50_000;
/** Ops that wait to be sent. An op and its session have some 300 bytes at most. */
export const WAITING_OPS_MAX = 100_000;
/** Frames under way at once. */
export const FLIGHTS_MAX = 4;
/** A frame is closed at so many ops; a single request may have more. */
export const FRAME_OPS_FULL = 8_192;
/** Ops for which another frame does not wait. */
const WORTH_SENDING_OPS = 1_024;
/** While a frame is under way, the next gathers this long: a signature costs more than many ops. */
const GATHER_MS = 3;

const AWAY: CellUnavailable = {
  kind: 'unavailable',
  code: 'cell-unavailable',
  retryAfterMs: 1_000,
};
const OVERLOADED: CellUnavailable = { ...AWAY, code: 'overloaded' };
const SHUTTING_DOWN: CellUnavailable = { ...AWAY, code: 'shutting-down' };

type Request = {
  readonly groups: readonly OpGroup[];
  readonly done: (reply: SubmitReply) => void;
  readonly ops: number;
  readonly arrivedAtMs: number;
  last: LastAnswer;
};

type Flight = Readonly<{
  requests: readonly Request[];
  to: Party;
  epoch: Epoch;
  cancel: AbortController;
}>;

export type OpsQueue = Readonly<{
  submit: (groups: readonly OpGroup[], done: (reply: SubmitReply) => void) => void;
  /** Answers everything that waits as unavailable; resolves when nothing is under way. */
  close: () => Promise<void>;
}>;

export type OpsQueueParts = Readonly<{
  line: OwnerLine;
  timers: Timers;
  monotonicMs: () => number;
  /** Notes what a change of owner is to the ops here. */
  pauses: PauseBook;
}>;

export function opsQueue(parts: OpsQueueParts): OpsQueue {
  const queue = new Queue(parts);
  const end = parts.line.onEntry(() => queue.followOwner());
  return {
    submit: (groups, done) => queue.submit(groups, done),
    close: async () => {
      end();
      await queue.close();
    },
  };
}

class Queue {
  readonly #line: OwnerLine;
  readonly #timers: Timers;
  readonly #monotonicMs: () => number;
  readonly #pauses: PauseBook;
  #waiting: Request[] = [];
  #waitingOps = 0;
  readonly #flights = new Set<Flight>();
  /** Sessions with ops under way. */
  readonly #sessions = new Set<string>();
  #sentAtMs = -Infinity;
  #cancelTimer: (() => void) | undefined;
  #isPumpDue = false;
  #onIdle: (() => void) | undefined;
  #isClosed = false;

  constructor({ line, timers, monotonicMs, pauses }: OpsQueueParts) {
    this.#pauses = pauses;
    this.#line = line;
    this.#timers = timers;
    this.#monotonicMs = monotonicMs;
  }

  submit(groups: readonly OpGroup[], done: (reply: SubmitReply) => void): void {
    let ops = 0;
    for (const group of groups) ops += group.ops.length;
    const refusal = this.#refusalOf(ops);
    if (refusal !== undefined) {
      const arrived = { ops, arrivedAtMs: this.#monotonicMs(), wasTurnedAway: false };
      this.#pauses.refused(arrived, false);
      // Later, as the port promises.
      queueMicrotask(() => done(refusal));
      return;
    }
    const arrivedAtMs = this.#monotonicMs();
    this.#waiting.push({ groups, done, ops, arrivedAtMs, last: { kind: 'unsent' } });
    this.#waitingOps += ops;
    this.#pumpSoon();
  }

  #refusalOf(ops: number): CellUnavailable | undefined {
    if (this.#isClosed) return SHUTTING_DOWN;
    if (this.#line.isAway()) return AWAY;
    const isHolding = (this.#waiting[0]?.last.kind ?? 'unsent') !== 'unsent';
    if (isHolding && this.#waitingOps + ops > HELD_OPS_MAX) return AWAY;
    const isFull = this.#waitingOps + ops > WAITING_OPS_MAX && this.#waiting.length > 0;
    return isFull || this.#waiting.length >= WAITING_REQUESTS_MAX ? OVERLOADED : undefined;
  }

  /** A frame to somebody who is not the owner any more need not be waited for. */
  followOwner(): void {
    const owner = this.#line.newest()?.owner;
    for (const { to, cancel } of this.#flights) {
      if (owner !== undefined && !isEqualParty(owner, to)) cancel.abort();
    }
    this.#pumpSoon();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    for (const { done } of this.#waiting) done(SHUTTING_DOWN);
    this.#waiting = [];
    this.#waitingOps = 0;
    if (this.#flights.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** After this turn, so that all requests of one turn go together. */
  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    setImmediate(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const nowMs = this.#monotonicMs();
      const next = this.#routeOf(head, nowMs);
      if (next.kind === 'give-up') {
        this.#waiting.shift();
        this.#waitingOps -= head.ops;
        this.#pauses.refused(waited(head), true);
        head.done({ ...AWAY, retryAfterMs: next.retryAfterMs });
        continue;
      }
      const pauseMs = next.kind === 'hold' ? next.untilMs - nowMs : this.#pauseMs(head, nowMs);
      if (next.kind === 'hold' || pauseMs > 0) {
        const endMs = head.arrivedAtMs + HOLD_MS_MAX - nowMs;
        this.#cancelTimer = this.#timers.after(Math.min(pauseMs, endMs), () => this.#pump());
        return;
      }
      void this.#send(this.#takeFrame(nowMs), next.to, next.epoch as Epoch);
    }
  }

  #routeOf({ arrivedAtMs, last, ops }: Request, nowMs: number): Route {
    const heldOps = this.#waitingOps - ops;
    return route({ newest: this.#line.newest(), arrivedAtMs, last, nowMs, heldOps });
  }

  /** How long the next frame still gathers; without end until one that is under way is back. */
  #pauseMs(head: Request, nowMs: number): number {
    if (this.#flights.size === 0) return 0;
    if (this.#flights.size >= FLIGHTS_MAX || this.#isUnderWay(head)) return Infinity;
    if (this.#waitingOps >= WORTH_SENDING_OPS) return 0;
    return this.#sentAtMs + GATHER_MS - nowMs;
  }

  #isUnderWay({ groups }: Request): boolean {
    return groups.some(({ sessionKey }) => this.#sessions.has(sessionKey));
  }

  /** The requests at the head that can go together. */
  #takeFrame(nowMs: number): Request[] {
    let count = 0;
    let ops = 0;
    for (const request of this.#waiting) {
      if (count > 0 && ops + request.ops > FRAME_OPS_FULL) break;
      if (count === FRAME_REQUESTS_MAX || this.#isUnderWay(request)) break;
      if (nowMs >= request.arrivedAtMs + HOLD_MS_MAX) break;
      count += 1;
      ops += request.ops;
    }
    this.#waitingOps -= ops;
    return this.#waiting.splice(0, count);
  }

  async #send(requests: readonly Request[], to: Party, epoch: Epoch): Promise<void> {
    const flight: Flight = { requests, to, epoch, cancel: new AbortController() };
    this.#flights.add(flight);
    for (const { groups, ops, last } of requests) {
      for (const { sessionKey } of groups) this.#sessions.add(sessionKey);
      if (last.kind !== 'unsent') this.#pauses.sentAgain(ops);
    }
    this.#sentAtMs = this.#monotonicMs();
    const asked = requests.map(({ groups }) => groups);
    const result = await this.#line.to(to).sendOps(epoch, asked, flight.cancel.signal);
    this.#flights.delete(flight);
    for (const { groups } of requests) {
      for (const { sessionKey } of groups) this.#sessions.delete(sessionKey);
    }
    this.#settle(flight, result);
    if (this.#flights.size === 0) this.#onIdle?.();
    this.#pump();
  }

  #settle({ requests, to, epoch, cancel }: Flight, result: OpsResult): void {
    if (result.kind === 'lost') {
      if (!cancel.signal.aborted) this.#line.missed(to, result.detail);
      this.#takeBack(requests, { kind: 'unreachable', epoch, atMs: this.#monotonicMs() });
      return;
    }
    this.#line.heard(to);
    if (result.kind === 'unavailable') {
      for (const { done } of requests) done(result);
      return;
    }
    if (result.kind !== 'replies') {
      this.#line.learn(to, result);
      this.#pauses.turnedAway(epoch, this.#monotonicMs());
      this.#takeBack(requests, { kind: result.kind, epoch, atMs: this.#monotonicMs() });
      return;
    }
    this.#answer(requests, result.replies, epoch);
  }

  #answer(requests: readonly Request[], replies: readonly SubmitReply[], epoch: Epoch): void {
    const back: Request[] = [];
    const atMs = this.#monotonicMs();
    for (const [index, request] of requests.entries()) {
      const reply = replies[index];
      if (reply === undefined) throw new Error('an answer was checked and lacks a reply');
      // The party stopped taking ops between this request and the one before it.
      if (reply.kind === 'sealed' || reply.kind === 'not-owner' || reply.kind === 'behind') {
        this.#pauses.turnedAway(epoch, atMs);
        request.last = { kind: reply.kind, epoch, atMs };
        back.push(request);
      } else {
        if (reply.kind === 'durable') this.#pauses.acknowledged(waited(request), epoch, atMs);
        request.done(reply);
      }
    }
    this.#putBack(back);
  }

  #takeBack(requests: readonly Request[], last: LastAnswer): void {
    for (const request of requests) request.last = last;
    this.#putBack(requests);
  }

  /** To the head of the queue: nothing that came later may pass. */
  #putBack(requests: readonly Request[]): void {
    if (this.#isClosed) {
      for (const { done } of requests) done(SHUTTING_DOWN);
      return;
    }
    if (requests.length === 0) return;
    this.#waiting = [...requests, ...this.#waiting];
    for (const { ops } of requests) this.#waitingOps += ops;
  }
}

function waited({ ops, arrivedAtMs, last }: Request): Parameters<PauseBook['acknowledged']>[0] {
  return { ops, arrivedAtMs, wasTurnedAway: last.kind !== 'unsent' };
}
