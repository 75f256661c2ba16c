// Likes and unlikes by the clock, through whatever happens to the servers.
//
// O1  Requests fall due at a fixed rate, whether or not earlier ones were answered; a latency runs
//     from when its request was due.
// O2  A request that was not answered with 200 is an error that a client has seen. It is sent again
//     under the same names until it is, so that the oracle knows what every op has become.
// O3  Every op changes state: it is `counted`, or `duplicate` when something sent it again.
// O4  Every so many requests of a session have one more like, of a video that nobody ever unlikes.

import { Buffer } from 'node:buffer';
import { HttpConnection, numberAt } from '../load/http-connection.ts';
import { bodyRequestHead, JSON_TYPE, withBody } from '../load/http-request.ts';
import type { Target } from '../load/job.ts';
import type { LikeOp, LikeWalk } from '../load/like-walk.ts';
import { judgeOutcomes, opText, seqOf } from '../load/ops-wire.ts';
import type { Oracle } from '../load/oracle.ts';
import type { OpenLoad } from './job.ts';
import type { Samples } from './samples.ts';

const TICK_MS = 1;
const RESEND_PAUSE_MS = 100;
/** Requests that fell due and wait for a free connection; more means that nobody keeps up. */
const BACKLOG_MAX = 20_000;
/** Requests of a session from one like that stays to the next. */
const STAYING_EVERY = 8;
const CODE_MARK: Buffer = Buffer.from('"code":"');
const DUPLICATE: Buffer = Buffer.from('"duplicate"');
const CODE_CHARS_MAX = 40;
/** Any outcome of a name that was acknowledged before is right here (O3). */
const SENT_AGAIN = 2;

export type OpenLoopParts = Readonly<{
  load: OpenLoad;
  target: Target;
  tokens: readonly string[];
  walk: LikeWalk;
  oracle: Oracle;
  names: readonly string[];
  /** Videos that are only liked: from `first`, so many. */
  staying: Readonly<{ first: number; count: number }>;
  samples: Samples;
  onFailed: (error: Error) => void;
}>;

type Sender = {
  readonly connection: HttpConnection;
  readonly sessions: readonly number[];
  turn: number;
  ops: readonly LikeOp[];
  request: string;
  dueAtMs: number;
  /** A request is under way, or to be sent again after a while. */
  isBusy: boolean;
  pauses: boolean;
  isOpen: boolean;
};

export class OpenLoop {
  readonly #parts: OpenLoopParts;
  readonly #heads: readonly string[];
  /** The last `n` of each session. */
  readonly #lastN: Uint32Array;
  readonly #requestsOf: Uint32Array;
  readonly #senders: Sender[] = [];
  readonly #idle: Sender[] = [];
  readonly #errors = new Map<string, number>();
  readonly #startedAtMs: number;
  #ticks: NodeJS.Timeout | undefined;
  #due: number[] = [];
  #issued = 0;
  #requests = 0;
  #duplicates = 0;
  #errorCount = 0;
  #seq = 0;
  #isEnding = false;
  #isOver = false;
  #ended = Promise.withResolvers<null>();

  constructor(parts: OpenLoopParts, startedAtMs: number) {
    this.#parts = parts;
    this.#startedAtMs = startedAtMs;
    const { tokens, load } = parts;
    this.#heads = tokens.map((token) => bodyRequestHead('POST', '/v1/ops', token, JSON_TYPE));
    this.#lastN = new Uint32Array(tokens.length);
    this.#requestsOf = new Uint32Array(tokens.length);
    for (let index = 0; index < load.connections; index += 1) {
      const sessions: number[] = [];
      for (let id = index; id < tokens.length; id += load.connections) sessions.push(id);
      this.#addSender(sessions);
    }
  }

  start(): void {
    this.#ticks = setInterval(() => this.#guard(() => this.#tick()), TICK_MS);
  }

  /** Makes no more ops; resolves when all are acknowledged. */
  async finish(): Promise<void> {
    this.#isEnding = true;
    await this.#ended.promise;
  }

  get clientErrors(): number {
    return this.#errorCount;
  }

  get totals(): Readonly<{ requests: number; duplicates: number; seq: number }> {
    return { requests: this.#requests, duplicates: this.#duplicates, seq: this.#seq };
  }

  errors(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#errors);
  }

  #addSender(sessions: readonly number[]): void {
    const connection = new HttpConnection(this.#parts.target.port, {
      onResponse: (status, body, head) =>
        this.#guard(() => this.#answered(sender, status, body, head)),
      onBroken: (error) => this.#guard(() => this.#broken(sender, error)),
      onUnreadable: (error) => this.#fail(error),
    });
    const nothing = { turn: -1, ops: [], request: '', dueAtMs: 0 };
    const state = { isBusy: false, pauses: false, isOpen: false };
    const sender: Sender = { connection, sessions, ...nothing, ...state };
    this.#senders.push(sender);
    this.#idle.push(sender);
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#parts.samples.ran(nowMs);
    if (!this.#isEnding) this.#fallDue(nowMs);
    this.#sendDue();
    if (this.#isEnding && this.#due.length === 0 && this.#idle.length === this.#senders.length) {
      this.#close();
      this.#ended.resolve(null);
    }
  }

  #fallDue(nowMs: number): void {
    const { opsPerSecond, opsPerRequest } = this.#parts.load;
    const everyMs = (opsPerRequest * 1_000) / opsPerSecond;
    for (;;) {
      const dueAtMs = this.#startedAtMs + this.#issued * everyMs;
      if (dueAtMs > nowMs) break;
      this.#due.push(dueAtMs);
      this.#issued += 1;
    }
    if (this.#due.length > BACKLOG_MAX) {
      throw new Error(`nobody keeps up: ${this.#due.length} requests wait to be sent`);
    }
  }

  #sendDue(): void {
    let sent = 0;
    for (const dueAtMs of this.#due) {
      // In turn, so that no connection is idle for so long that the server closes it.
      const sender = this.#idle.shift();
      if (sender === undefined) break;
      this.#send(sender, dueAtMs);
      sent += 1;
    }
    if (sent > 0) this.#due = this.#due.slice(sent);
  }

  #send(sender: Sender, dueAtMs: number): void {
    const { names } = this.#parts;
    sender.turn = (sender.turn + 1) % sender.sessions.length;
    const session = sender.sessions[sender.turn] ?? 0;
    sender.ops = this.#opsOf(session);
    sender.dueAtMs = dueAtMs;
    const texts = sender.ops.map((op) => opText(op, names[op.video] ?? ''));
    sender.request = withBody(this.#heads[session] ?? '', `{"ops":[${texts.join(',')}]}`);
    sender.isBusy = true;
    this.#sendNow(sender);
  }

  #sendNow(sender: Sender): void {
    if (!sender.isOpen) sender.connection.open();
    sender.isOpen = true;
    sender.connection.send(sender.request);
  }

  #opsOf(session: number): readonly LikeOp[] {
    const { walk, load, staying } = this.#parts;
    const ops: LikeOp[] = [];
    for (let index = 0; index < load.opsPerRequest; index += 1) {
      ops.push({ ...walk.next(session), n: this.#nextN(session) });
    }
    const made = this.#requestsOf[session] ?? 0;
    this.#requestsOf[session] = made + 1;
    const stays = Math.floor(made / STAYING_EVERY);
    if (made % STAYING_EVERY === 0 && stays < staying.count) {
      ops.push({ n: this.#nextN(session), liked: true, video: staying.first + stays });
    }
    return ops;
  }

  #nextN(session: number): number {
    const n = (this.#lastN[session] ?? 0) + 1;
    this.#lastN[session] = n;
    return n;
  }

  #answered(sender: Sender, status: number, body: Buffer, head: Buffer): void {
    // What a server says to a connection that asked nothing, before it closes it, is for nobody.
    if (!sender.isBusy) return;
    if (status !== 200) {
      this.#note(`${status} ${codeIn(body)}`);
      this.#sendAgainAfter(sender, retryAfterMs(head));
      return;
    }
    const { ops } = sender;
    judgeOutcomes(ops, body, SENT_AGAIN);
    if (body.includes(DUPLICATE)) this.#duplicates += 1;
    const { oracle, samples } = this.#parts;
    for (const op of ops) oracle.like(op.video, op.liked);
    this.#seq = Math.max(this.#seq, seqOf(body));
    this.#requests += 1;
    const nowMs = performance.now();
    samples.acknowledged(nowMs, ops.length, nowMs - sender.dueAtMs);
    sender.isBusy = false;
    this.#idle.push(sender);
    if (this.#due.length > 0) this.#sendDue();
  }

  #broken(sender: Sender, error: Error): void {
    sender.isOpen = false;
    if (!sender.isBusy) return;
    this.#note(`broken connection: ${error.message}`);
    if (!sender.pauses) this.#sendAgainAfter(sender, RESEND_PAUSE_MS);
  }

  #sendAgainAfter(sender: Sender, pauseMs: number): void {
    sender.pauses = true;
    const again = (): void => {
      sender.pauses = false;
      this.#sendNow(sender);
    };
    setTimeout(() => this.#guard(again), pauseMs);
  }

  #note(what: string): void {
    this.#errorCount += 1;
    this.#errors.set(what, (this.#errors.get(what) ?? 0) + 1);
  }

  #guard(action: () => void): void {
    if (this.#isOver) return;
    try {
      action();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#close();
    this.#ended.reject(error);
    // Who waits for the end is told there; everybody else is told here.
    this.#ended.promise.catch(() => undefined);
    this.#parts.onFailed(error);
  }

  #close(): void {
    this.#isOver = true;
    clearInterval(this.#ticks);
    for (const { connection } of this.#senders) connection.close();
  }
}

function codeIn(body: Buffer): string {
  const at = body.indexOf(CODE_MARK);
  if (at === -1) return '';
  const from = at + CODE_MARK.length;
  return body.toString('latin1', from, from + CODE_CHARS_MAX).split('"')[0] ?? '';
}

/** What the server asks for in `Retry-After`, and not less than a tenth of a second. */
function retryAfterMs(head: Buffer): number {
  const mark = 'retry-after: ';
  const at = head.toString('latin1').toLowerCase().indexOf(mark);
  return Math.max(RESEND_PAUSE_MS, at === -1 ? 0 : numberAt(head, at + mark.length) * 1_000);
}
