// A closed loop: each lane is one connection that sends its next request when the last one was
// answered. Everything the load generator does with a server goes through here, from registering
// videos to the measured load, so that re-sending and failing are the same everywhere.
//
// L1  A request that met 429, 503 or a broken connection is sent again as it was, under the same
//     names; its latency runs from the first sending.
// L2  A latency is measured, and its ops are counted, if the answer came inside the window.
// L3  After the window a lane finishes its request and sends no other: nothing is left unknown.

import type { Buffer } from 'node:buffer';
import { Histogram } from './histogram.ts';
import { HttpConnection, numberAt } from './http-connection.ts';

const RESEND_MAX = 50;
const RECONNECT_PAUSE_MS = 100;
const RETRY_AFTER_LEAST_MS = 100;
/** A lane that hears nothing for so long ends the run: the server hangs. */
const SILENCE_MAX_MS = 60_000;
const SILENCE_CHECK_MS = 1_000;

export type Lane = {
  /** The next request, or null when this lane has no more work. */
  next: () => string | null;
  /**
   * Judges an answer to the last request, sent `attempts` times; returns the ops it acknowledged.
   * Throws when the answer is not what a correct server gives.
   */
  accept: (status: number, body: Buffer, attempts: number) => number;
  /** Work that can be done while the request is under way, such as building the next one. */
  prepare?: () => void;
};

export type LoopOptions = Readonly<{
  port: number;
  lanes: readonly Lane[];
  /** How long to run; absent, until every lane has no more work. */
  window?: Readonly<{ warmUpMs: number; measureMs: number }>;
  onWindow?: (edge: 'open' | 'closed') => void;
}>;

export type LoopResult = Readonly<{
  ops: number;
  requests: number;
  elapsedMs: number;
  resends: number;
  latency: Histogram;
}>;

/** Runs all lanes to their end. Rejects at the first answer that a lane does not accept. */
export function runClosedLoop(options: LoopOptions): Promise<LoopResult> {
  return new Promise((resolve, reject) => new ClosedLoop(options, resolve, reject).start());
}

type LaneState = {
  readonly lane: Lane;
  connection: HttpConnection;
  request: string;
  attempts: number;
  sentAtMs: number;
};

class ClosedLoop {
  readonly #options: LoopOptions;
  readonly #resolve: (result: LoopResult) => void;
  readonly #reject: (error: Error) => void;
  readonly #states: LaneState[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #latency = new Histogram();
  #openAtMs = 0;
  #closeAtMs = Number.POSITIVE_INFINITY;
  #lastHeardAtMs = 0;
  #busy = 0;
  #ops = 0;
  #requests = 0;
  #resends = 0;
  #edgeTold: 'open' | 'closed' | null = null;
  #over = false;

  constructor(
    options: LoopOptions,
    resolve: (result: LoopResult) => void,
    reject: (error: Error) => void,
  ) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const startedAtMs = performance.now();
    const { window } = this.#options;
    this.#openAtMs = startedAtMs + (window?.warmUpMs ?? 0);
    this.#lastHeardAtMs = startedAtMs;
    if (window !== undefined) {
      this.#closeAtMs = this.#openAtMs + window.measureMs;
      this.#later(window.warmUpMs, () => this.#tell('open'));
      this.#later(window.warmUpMs + window.measureMs, () => this.#tell('closed'));
    }
    this.#later(SILENCE_CHECK_MS, () => this.#watchSilence());
    for (const lane of this.#options.lanes) this.#startLane(lane);
    if (this.#busy === 0) this.#finish();
  }

  #startLane(lane: Lane): void {
    const request = lane.next();
    if (request === null) return;
    const connection = new HttpConnection(this.#options.port, {
      onResponse: (status, body, head) =>
        this.#guard(() => this.#answered(state, status, body, head)),
      onBroken: (error) => this.#guard(() => this.#broken(state, error)),
      onUnreadable: (error) => this.#fail(error),
    });
    const state: LaneState = {
      lane,
      connection,
      request,
      attempts: 1,
      sentAtMs: performance.now(),
    };
    this.#states.push(state);
    this.#busy += 1;
    connection.open();
    connection.send(request);
    lane.prepare?.();
  }

  #answered(state: LaneState, status: number, body: Buffer, head: Buffer): void {
    const nowMs = performance.now();
    this.#lastHeardAtMs = nowMs;
    if (status === 503 || status === 429) {
      this.#later(retryAfterMs(head), () => this.#resend(state, `answers ${status}`));
      return;
    }
    const ops = state.lane.accept(status, body, state.attempts);
    if (nowMs >= this.#openAtMs && nowMs < this.#closeAtMs) {
      this.#latency.record(nowMs - state.sentAtMs);
      this.#ops += ops;
      this.#requests += 1;
    }
    const request = nowMs < this.#closeAtMs ? state.lane.next() : null;
    if (request === null) {
      this.#busy -= 1;
      if (this.#busy === 0) this.#finish();
      return;
    }
    state.request = request;
    state.attempts = 1;
    state.sentAtMs = nowMs;
    state.connection.send(request);
    state.lane.prepare?.();
  }

  #broken(state: LaneState, error: Error): void {
    this.#later(RECONNECT_PAUSE_MS, () => {
      state.connection.open();
      this.#resend(state, `broke the connection (${error.message})`);
    });
  }

  #resend(state: LaneState, why: string): void {
    if (state.attempts > RESEND_MAX) {
      throw new Error(`the server ${why}, and did so to ${RESEND_MAX} sendings of one request`);
    }
    state.attempts += 1;
    this.#resends += 1;
    state.connection.send(state.request);
  }

  #watchSilence(): void {
    const silentMs = performance.now() - this.#lastHeardAtMs;
    if (silentMs > SILENCE_MAX_MS) {
      throw new Error(`${this.#busy} requests had no answer for ${SILENCE_MAX_MS / 1000} s`);
    }
    this.#later(SILENCE_CHECK_MS, () => this.#watchSilence());
  }

  #tell(edge: 'open' | 'closed'): void {
    if (this.#edgeTold === edge) return;
    this.#edgeTold = edge;
    this.#options.onWindow?.(edge);
  }

  #later(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#guard(action);
    }, delayMs);
    this.#timers.add(timer);
  }

  #guard(action: () => void): void {
    if (this.#over) return;
    try {
      action();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#end();
    this.#reject(error);
  }

  #finish(): void {
    const endedAtMs = Math.min(performance.now(), this.#closeAtMs);
    this.#end();
    if (this.#options.window !== undefined) this.#tell('closed');
    this.#resolve({
      ops: this.#ops,
      requests: this.#requests,
      elapsedMs: Math.max(endedAtMs - this.#openAtMs, Number.EPSILON),
      resends: this.#resends,
      latency: this.#latency,
    });
  }

  #end(): void {
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const state of this.#states) state.connection.close();
  }
}

/** What the server asks for in `Retry-After`, in milliseconds, and not less than a tenth second. */
function retryAfterMs(head: Buffer): number {
  const at = head.toString('latin1').toLowerCase().indexOf('retry-after: ');
  const seconds = at === -1 ? 0 : numberAt(head, at + 'retry-after: '.length);
  return Math.max(RETRY_AFTER_LEAST_MS, seconds * 1000);
}
