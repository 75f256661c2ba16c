// How long after its answer an op is shown, at a fixed rate of ops.
//
// The rate is an open loop: ops fall due by the clock, whether or not the server keeps up, and an
// op's latency runs from when it was due. Some of them are probes: each likes a video that nobody
// else likes, and one more connection asks for the counts of all probes not yet shown, again and
// again, as a reader would (without `after`). The time from a probe's answer until a count shows
// it is thus measured to within one polling pause.

import type { Buffer } from 'node:buffer';
import { Histogram } from './histogram.ts';
import { HttpConnection } from './http-connection.ts';
import { bodyRequestHead, getRequest, JSON_TYPE, withBody } from './http-request.ts';
import type { Target, VisibleJob } from './job.ts';
import { LikeWalk, type LikeOp } from './like-walk.ts';
import { windowCpu, type JobOutcome, type Notify } from './load-job.ts';
import { judgeOutcomes, opText, seqOf } from './ops-wire.ts';
import { Oracle } from './oracle.ts';
import { foundCount, parseCounts } from './read-back.ts';
import { openSessions, registerVideos, unexpected, videoNames } from './setup.ts';

const TICK_MS = 1;
const POLL_PAUSE_MS = 4;
const POLLED_MAX = 100;
const UNLIKE_LAG = 4;
/** A probe not shown for so long fails the run. */
const SHOWN_DEADLINE_MS = 10_000;
/** Ops that fell due and wait for a free connection; more means the server does not keep up. */
const BACKLOG_MAX = 50_000;

export async function runVisibleJob(
  job: VisibleJob,
  target: Target,
  notify: Notify,
): Promise<JobOutcome> {
  const wholeMs = job.window.warmUpMs + job.window.measureMs;
  const probeCount = Math.ceil((job.probesPerSecond * wholeMs) / 1000) + 1;
  const videoCount = job.videos + probeCount;
  await registerVideos(target, videoCount, notify);
  notify({ kind: 'stage', text: `opening ${job.sessions} sessions` });
  const tokens = await openSessions(target, job.sessions);
  const oracle = new Oracle(videoCount);
  notify({ kind: 'stage', text: 'load' });
  const run = new VisibleRun(job, target, tokens, oracle, videoCount, notify);
  return await run.start();
}

type Due = Readonly<{ dueAtMs: number; probe: number | null }>;

type Sender = {
  readonly connection: HttpConnection;
  readonly sessions: readonly number[];
  turn: number;
  op: LikeOp;
  due: Due | null;
};

class VisibleRun {
  readonly #job: VisibleJob;
  readonly #target: Target;
  readonly #oracle: Oracle;
  readonly #videoCount: number;
  readonly #names: readonly string[];
  readonly #heads: readonly string[];
  readonly #walk: LikeWalk;
  /** The last `n` of each session; probes and the walk share a session's numbers. */
  readonly #lastN: Uint32Array;
  readonly #idle: Sender[] = [];
  readonly #senders: Sender[] = [];
  readonly #poller: HttpConnection;
  readonly #ack = new Histogram();
  readonly #visible = new Histogram();
  readonly #unshown = new Map<number, number>();
  readonly #cpu: ReturnType<typeof windowCpu>;
  #backlog: Due[] = [];
  #polled: readonly number[] = [];
  #polling = false;
  #timers: NodeJS.Timeout[] = [];
  #startedAtMs = 0;
  #issued = 0;
  #probes = 0;
  #opsInWindow = 0;
  #seq = 0;
  #settle: { resolve: (outcome: JobOutcome) => void; reject: (error: Error) => void } | null = null;

  constructor(
    job: VisibleJob,
    target: Target,
    tokens: readonly string[],
    oracle: Oracle,
    videoCount: number,
    notify: Notify,
  ) {
    this.#job = job;
    this.#target = target;
    this.#oracle = oracle;
    this.#videoCount = videoCount;
    this.#names = videoNames(videoCount);
    this.#heads = tokens.map((token) => bodyRequestHead('POST', '/v1/ops', token, JSON_TYPE));
    this.#walk = new LikeWalk({
      sessionCount: tokens.length,
      videoCount: job.videos,
      lag: UNLIKE_LAG,
      hot: false,
    });
    this.#lastN = new Uint32Array(tokens.length);
    this.#cpu = windowCpu(notify);
    this.#poller = new HttpConnection(target.port, {
      onResponse: (status, body) => this.#guard(() => this.#polledAnswer(status, body)),
      onBroken: (error) => this.#fail(error),
      onUnreadable: (error) => this.#fail(error),
    });
  }

  start(): Promise<JobOutcome> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      const { connections, sessions, window } = this.#job;
      for (let index = 0; index < connections; index += 1) {
        const held: number[] = [];
        for (let id = index; id < sessions; id += connections) held.push(id);
        this.#addSender(held);
      }
      this.#poller.open();
      this.#startedAtMs = performance.now();
      this.#timers = [
        setInterval(() => this.#guard(() => this.#tick()), TICK_MS),
        setInterval(() => this.#guard(() => this.#poll()), POLL_PAUSE_MS),
        setTimeout(() => this.#cpu.onWindow('open'), window.warmUpMs),
        setTimeout(() => this.#cpu.onWindow('closed'), window.warmUpMs + window.measureMs),
      ];
    });
  }

  #addSender(sessions: readonly number[]): void {
    const connection = new HttpConnection(this.#target.port, {
      onResponse: (status, body) => this.#guard(() => this.#answered(sender, status, body)),
      onBroken: (error) => this.#fail(error),
      onUnreadable: (error) => this.#fail(error),
    });
    const op: LikeOp = { n: 0, liked: true, video: 0 };
    const sender: Sender = { connection, sessions, turn: -1, op, due: null };
    connection.open();
    this.#senders.push(sender);
    this.#idle.push(sender);
  }

  /** Issues what has fallen due since the last tick; ends the run when all was sent and shown. */
  #tick(): void {
    const { opsPerSecond, probesPerSecond, window } = this.#job;
    const wholeMs = window.warmUpMs + window.measureMs;
    const elapsedMs = Math.min(performance.now() - this.#startedAtMs, wholeMs);
    const probeEvery = Math.round(opsPerSecond / probesPerSecond);
    while (this.#issued < (elapsedMs * opsPerSecond) / 1000) {
      const dueAtMs = this.#startedAtMs + (this.#issued * 1000) / opsPerSecond;
      const isProbe = this.#issued % probeEvery === 0;
      this.#backlog.push({ dueAtMs, probe: isProbe ? this.#probes : null });
      if (isProbe) this.#probes += 1;
      this.#issued += 1;
    }
    this.#sendDue();
    if (this.#backlog.length > BACKLOG_MAX) {
      throw new Error(`the server did not keep up: ${this.#backlog.length} ops were waiting`);
    }
    const allAnswered = this.#idle.length === this.#senders.length;
    if (elapsedMs === wholeMs && allAnswered && this.#unshown.size === 0) this.#finish();
  }

  #sendDue(): void {
    let sent = 0;
    for (const due of this.#backlog) {
      const sender = this.#idle.pop();
      if (sender === undefined) break;
      this.#send(sender, due);
      sent += 1;
    }
    if (sent > 0) this.#backlog = this.#backlog.slice(sent);
  }

  #send(sender: Sender, due: Due): void {
    sender.turn = (sender.turn + 1) % sender.sessions.length;
    const session = sender.sessions[sender.turn] ?? 0;
    const n = (this.#lastN[session] ?? 0) + 1;
    this.#lastN[session] = n;
    sender.op =
      due.probe === null
        ? { ...this.#walk.next(session), n }
        : { n, liked: true, video: this.#job.videos + due.probe };
    sender.due = due;
    const body = `{"ops":[${opText(sender.op, this.#names[sender.op.video] ?? '')}]}`;
    sender.connection.send(withBody(this.#heads[session] ?? '', body));
  }

  #answered(sender: Sender, status: number, body: Buffer): void {
    if (status !== 200) throw unexpected('POST /v1/ops', status, body);
    const { op, due } = sender;
    judgeOutcomes([op], body, 1);
    const nowMs = performance.now();
    this.#oracle.like(op.video, op.liked);
    this.#seq = Math.max(this.#seq, seqOf(body));
    if (due !== null && this.#inWindow(nowMs)) {
      this.#ack.record(nowMs - due.dueAtMs);
      this.#opsInWindow += 1;
    }
    if (due !== null && due.probe !== null) this.#unshown.set(op.video, nowMs);
    this.#idle.push(sender);
    if (this.#backlog.length > 0) this.#sendDue();
  }

  #poll(): void {
    if (this.#polling || this.#unshown.size === 0) return;
    this.#polled = [...this.#unshown.keys()].slice(0, POLLED_MAX);
    const query = this.#polled.map((video) => `video=${this.#names[video] ?? ''}`).join('&');
    this.#polling = true;
    this.#poller.send(getRequest(`/v1/counts?${query}`, this.#target.serviceKey));
  }

  #polledAnswer(status: number, body: Buffer): void {
    if (status !== 200) throw unexpected('GET /v1/counts', status, body);
    this.#polling = false;
    const nowMs = performance.now();
    const counts = parseCounts(body);
    for (const video of this.#polled) {
      const ackedAtMs = this.#unshown.get(video) ?? nowMs;
      const { likes } = foundCount(counts, this.#names[video] ?? '');
      if (likes === 1) {
        this.#unshown.delete(video);
        if (this.#inWindow(ackedAtMs)) this.#visible.record(nowMs - ackedAtMs);
      } else if (likes !== 0) {
        throw new Error(`${this.#names[video] ?? ''} has one like, and is shown with ${likes}`);
      } else if (nowMs - ackedAtMs > SHOWN_DEADLINE_MS) {
        throw new Error(`an acknowledged like was not shown for ${SHOWN_DEADLINE_MS / 1000} s`);
      }
    }
  }

  #inWindow(atMs: number): boolean {
    const sinceOpenMs = atMs - this.#startedAtMs - this.#job.window.warmUpMs;
    return sinceOpenMs >= 0 && sinceOpenMs < this.#job.window.measureMs;
  }

  #finish(): void {
    this.#close();
    const elapsedMs = this.#job.window.measureMs;
    this.#settle?.resolve({
      measured: {
        ops: this.#opsInWindow,
        requests: this.#opsInWindow,
        elapsedMs,
        resends: 0,
        latency: this.#ack.summary(),
        visible: this.#visible.summary(),
        loadCpuShare: this.#cpu.share(elapsedMs),
      },
      oracle: this.#oracle,
      videoCount: this.#videoCount,
      seq: this.#seq,
    });
    this.#settle = null;
  }

  #guard(action: () => void): void {
    if (this.#settle === null) return;
    try {
      action();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#close();
    this.#settle?.reject(error);
    this.#settle = null;
  }

  #close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#poller.close();
    for (const sender of this.#senders) sender.connection.close();
  }
}
