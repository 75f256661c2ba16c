// The load of a rehearsal, in a process of its own: fills, runs by the clock, and compares at the end
// every count with its oracle.

import { runBulkLikesJob } from '../load/bulk-job.ts';
import { JURISDICTION, type Target } from '../load/job.ts';
import type { JobOutcome } from '../load/load-job.ts';
import { LikeWalk } from '../load/like-walk.ts';
import { describeDifferences } from '../load/oracle.ts';
import { getRequest } from '../load/http-request.ts';
import { READ_BACK_WAIT_MS, readBack } from '../load/read-back.ts';
import { forEach, openSessions, unexpected, videoNames } from '../load/setup.ts';
import { CountWatch } from './count-watch.ts';
import type {
  Fill,
  FromHandoverLoad,
  LoadAnswers,
  LoadAsk,
  LoadEnd,
  OpenLoad,
  ToHandoverLoad,
} from './job.ts';
import { OpenLoop } from './open-loop.ts';
import { Samples, STEP_MS } from './samples.ts';

/** Videos that are only liked, and read all the time. */
const STAYING_VIDEOS = 50;
const FILL_CONNECTIONS = 2;
/** Ops between a like and its unlike, so that both are never in one request. */
const UNLIKE_LAG = 64;

type Filled = Readonly<{ target: Target; fill: Fill; outcome: JobOutcome }>;
type Running = Readonly<{ loop: OpenLoop; watch: CountWatch; samples: Samples }>;

let filled: Filled | undefined;
let running: Running | undefined;
/** As they were when the watch began. */
let before = { clientErrors: 0, countFaults: 0 };

function tell(message: FromHandoverLoad): void {
  process.send?.(message);
}

async function fillUp(target: Target, fill: Fill): Promise<LoadAnswers['fill']> {
  const job = {
    kind: 'bulk-likes',
    connections: FILL_CONNECTIONS,
    sessions: fill.sessions,
    likesPerSession: fill.likesPerSession,
    videos: fill.videos + STAYING_VIDEOS,
  } as const;
  const outcome = await runBulkLikesJob(job, target, (message) => {
    if (message.kind === 'stage') tell(message);
  });
  filled = { target, fill, outcome };
  const { ops, elapsedMs } = outcome.measured;
  return { opsPerSecond: (ops * 1_000) / elapsedMs };
}

async function begin(load: OpenLoad): Promise<null> {
  if (filled === undefined) throw new Error('the cell was not filled');
  const { target, fill, outcome } = filled;
  tell({ kind: 'stage', text: `opening ${load.sessions} sessions` });
  // Others than those that filled the cell, who have liked already.
  const tokens = await openSessions(target, load.sessions, fill.sessions);
  const names = videoNames(outcome.videoCount);
  const { videos } = fill;
  const walk = new LikeWalk({
    sessionCount: load.sessions,
    videoCount: videos,
    lag: UNLIKE_LAG,
    hot: false,
  });
  const startedAtMs = performance.now();
  const samples = new Samples(startedAtMs);
  const watch = new CountWatch(target, names.slice(videos));
  const staying = { first: videos, count: STAYING_VIDEOS };
  const { oracle } = outcome;
  const onFailed = ({ message }: Error): void => tell({ kind: 'failed', id: null, message });
  const loop = new OpenLoop(
    { load, target, tokens, walk, oracle, names, staying, samples, onFailed },
    startedAtMs,
  );
  loop.start();
  running = { loop, watch, samples };
  return null;
}

async function end(): Promise<LoadEnd> {
  if (filled === undefined || running === undefined) throw new Error('no load was begun');
  const { target, outcome } = filled;
  const { loop, watch, samples } = running;
  await loop.finish();
  const counts = watch.close();
  const { requests, duplicates, seq } = loop.totals;
  tell({ kind: 'stage', text: 'comparing every count with the oracle' });
  const verified = await readBack({
    target,
    oracle: outcome.oracle,
    videoCount: outcome.videoCount,
    metrics: ['likes'],
    seq,
    // The books are compared below, to the op.
    resends: 1,
    waitMaxMs: READ_BACK_WAIT_MS,
  });
  const { differences, differenceCount, booksProblem } = verified;
  const books = await readBooks(target);
  const words = [
    ...(differenceCount === 0 ? [] : [describeDifferences(differences, differenceCount)]),
    ...(booksProblem === undefined ? [] : [booksProblem]),
  ];
  return {
    opsAcknowledged: outcome.oracle.opsAcknowledged,
    requests,
    duplicates,
    counts,
    windows: samples.windows(),
    stepMs: STEP_MS,
    series: samples.series(),
    clientErrors: loop.errors(),
    verified: {
      videosCompared: verified.videosCompared,
      differences: differenceCount,
      detail: words.join('; '),
      ...books,
    },
  };
}

async function readBooks(
  target: Target,
): Promise<Pick<LoadEnd['verified'], 'booksBalanced' | 'opsInBooks'>> {
  const path = `/v1/cells/${JURISDICTION}/books`;
  let found = { booksBalanced: false, opsInBooks: 0 };
  await forEach(target, 1, {
    request: () => getRequest(path, target.serviceKey),
    answer: (_, status, body) => {
      if (status !== 200) throw unexpected(`GET ${path}`, status, body);
      const { ops, classes, balanced } = JSON.parse(body.toString()) as Readonly<{
        ops: number;
        classes: Readonly<Partial<Record<string, number>>>;
        balanced: boolean;
      }>;
      found = { booksBalanced: balanced, opsInBooks: ops - (classes['duplicate'] ?? 0) };
    },
  });
  return found;
}

async function answerTo(ask: LoadAsk): Promise<LoadAnswers[LoadAsk['kind']]> {
  if (ask.kind === 'fill') return fillUp(ask.target, ask.fill);
  if (ask.kind === 'begin') return begin(ask.load);
  if (ask.kind === 'end') return end();
  if (running === undefined) throw new Error('no load was begun');
  const { loop, watch, samples } = running;
  if (ask.kind === 'window') samples.open(ask.name);
  else if (ask.kind === 'watch') {
    samples.watch(performance.now());
    before = { clientErrors: loop.clientErrors, countFaults: watch.faults };
  } else {
    return {
      ...samples.watched(performance.now()),
      clientErrors: loop.clientErrors - before.clientErrors,
      countFaults: watch.faults - before.countFaults,
    };
  }
  return null;
}

process.on('message', ({ id, ask }: ToHandoverLoad) => {
  answerTo(ask).then(
    (answer) => tell({ kind: 'answer', id, answer }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      tell({ kind: 'failed', id, message });
    },
  );
});
process.on('disconnect', () => process.exit(0));
