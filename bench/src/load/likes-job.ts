// Likes and unlikes through `/v1/ops`: one session a request, sessions in turn on each connection.

import type { Buffer } from 'node:buffer';
import { runClosedLoop, type Lane } from './closed-loop.ts';
import { bodyRequestHead, JSON_TYPE, withBody } from './http-request.ts';
import type { LikesJob, Target } from './job.ts';
import { LikeWalk, type LikeOp } from './like-walk.ts';
import { measuredOf, windowCpu, type JobOutcome, type Notify } from './load-job.ts';
import { judgeOutcomes, opText, seqOf } from './ops-wire.ts';
import { Oracle } from './oracle.ts';
import { openSessions, registerVideos, unexpected, videoNames } from './setup.ts';

const OPS_PATH = '/v1/ops';
/** Ops between a like and its unlike, so that both are never in one request. */
const UNLIKE_LAG = 64;
const UNLIKE_LAG_SINGLE = 4;

export async function runLikesJob(
  job: LikesJob,
  target: Target,
  notify: Notify,
): Promise<JobOutcome> {
  await registerVideos(target, job.videos, notify);
  notify({ kind: 'stage', text: `opening ${job.sessions} sessions` });
  const tokens = await openSessions(target, job.sessions);
  const oracle = new Oracle(job.videos);
  const walk = new LikeWalk({
    sessionCount: job.sessions,
    videoCount: job.videos,
    lag: job.opsPerRequest === 1 ? UNLIKE_LAG_SINGLE : UNLIKE_LAG,
    hot: job.hot,
  });
  const names = videoNames(job.videos);
  const lanes = Array.from(
    { length: job.connections },
    (_, index) =>
      new LikesLane(
        { walk, oracle, names, tokens, opsPerRequest: job.opsPerRequest },
        {
          first: index,
          step: job.connections,
        },
      ),
  );
  const cpu = windowCpu(notify);
  notify({ kind: 'stage', text: 'load' });
  const result = await runClosedLoop({
    port: target.port,
    lanes,
    window: job.window,
    onWindow: cpu.onWindow,
  });
  const seq = lanes.reduce((highest, lane) => Math.max(highest, lane.seq), 0);
  const measured = measuredOf(result, cpu.share(result.elapsedMs));
  return { measured, oracle, videoCount: job.videos, seq };
}

type LikesShared = Readonly<{
  walk: LikeWalk;
  oracle: Oracle;
  names: readonly string[];
  tokens: readonly string[];
  opsPerRequest: number;
}>;

/** One connection and every `step`-th session from `first`; no two lanes share a session. */
class LikesLane implements Lane {
  readonly #shared: LikesShared;
  readonly #sessions: { readonly id: number; readonly head: string }[] = [];
  #turn = -1;
  #ops: LikeOp[] = [];
  seq = 0;

  constructor(shared: LikesShared, share: Readonly<{ first: number; step: number }>) {
    this.#shared = shared;
    for (let id = share.first; id < shared.tokens.length; id += share.step) {
      const head = bodyRequestHead('POST', OPS_PATH, shared.tokens[id] ?? '', JSON_TYPE);
      this.#sessions.push({ id, head });
    }
    if (this.#sessions.length === 0) throw new RangeError('more connections than sessions');
  }

  next(): string | null {
    const { walk, names, opsPerRequest } = this.#shared;
    this.#turn = (this.#turn + 1) % this.#sessions.length;
    const session = this.#sessions[this.#turn];
    if (session === undefined) return null;
    this.#ops = [];
    let body = '{"ops":[';
    for (let index = 0; index < opsPerRequest; index += 1) {
      const op = walk.next(session.id);
      this.#ops.push(op);
      if (index > 0) body += ',';
      body += opText(op, names[op.video] ?? '');
    }
    return withBody(session.head, `${body}]}`);
  }

  accept(status: number, body: Buffer, attempts: number): number {
    if (status !== 200) throw unexpected(`POST ${OPS_PATH}`, status, body);
    judgeOutcomes(this.#ops, body, attempts);
    for (const op of this.#ops) this.#shared.oracle.like(op.video, op.liked);
    this.seq = Math.max(this.seq, seqOf(body));
    return this.#ops.length;
  }
}
