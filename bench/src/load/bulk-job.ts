// `/v1/ops/bulk`: requests of up to 10,000 lines, for measuring views and for filling with likes.

import type { Buffer } from 'node:buffer';
import { runClosedLoop, type Lane, type LoopResult } from './closed-loop.ts';
import { bodyRequestHead, NDJSON_TYPE, withBody } from './http-request.ts';
import { JURISDICTION, type BulkLikesJob, type BulkViewsJob, type Target } from './job.ts';
import { LikeWalk } from './like-walk.ts';
import { measuredOf, windowCpu, type JobOutcome, type Notify } from './load-job.ts';
import { Oracle } from './oracle.ts';
import { below, seededRandom, type Random } from './random.ts';
import { registerVideos, subjectName, unexpected, videoNames } from './setup.ts';
import { zipfTable, type ZipfTable } from './zipf.ts';

const BULK_PATH = '/v1/ops/bulk';
const LINES_MAX = 10_000;
/** Lines of one session in one request; the session's window is 64. */
const LINES_PER_SESSION = 10;
/** Counted views of one viewer and one video stay below the cap of 10 a day. */
const VIEWS_PER_VIEWER_AND_VIDEO_MAX = 9;
const ZIPF_EXPONENT = 1;
const UNQUALIFIED_EVERY = 10;
const UNQUALIFIED_MS = 500;
const QUALIFIED_MS_LEAST = 2_000;
const QUALIFIED_MS_SPAN = 13_000;
const SEED = 20_260_122;
/** How often a long filling says how far it is. */
const PROGRESS_LIKES = 250_000;

/** One request's lines and the outcomes that they must have. */
type Bulk = Readonly<{
  text: string;
  lines: number;
  outcomes: Readonly<Record<'counted' | 'unqualified', number>>;
  /** Tells the oracle about every line. */
  acknowledge: () => void;
}>;

/** Makes a lane's next request; null when there is no more. */
type BulkSource = () => Bulk | null;

export async function runBulkViewsJob(
  job: BulkViewsJob,
  target: Target,
  notify: Notify,
): Promise<JobOutcome> {
  await registerVideos(target, job.videos, notify);
  const oracle = new Oracle(job.videos);
  const shared: ViewShared = {
    oracle,
    names: videoNames(job.videos),
    popularity: zipfTable(job.videos, ZIPF_EXPONENT),
    seen: new Uint8Array(job.sessions * job.videos),
    linesPerRequest: job.linesPerRequest,
  };
  const lanes = shares(job.connections, job.sessions).map(
    (share, index) => new BulkLane(viewSource(shared, share, seededRandom(SEED + index)), target),
  );
  const cpu = windowCpu(notify);
  notify({ kind: 'stage', text: 'load' });
  const result = await runClosedLoop({
    port: target.port,
    lanes,
    window: job.window,
    onWindow: cpu.onWindow,
  });
  return outcomeOf(result, cpu.share(result.elapsedMs), oracle, job.videos, lanes);
}

/** Fills a server with `sessions * likesPerSession` likes; measured from the first to the last. */
export async function runBulkLikesJob(
  job: BulkLikesJob,
  target: Target,
  notify: Notify,
): Promise<JobOutcome> {
  await registerVideos(target, job.videos, notify);
  const oracle = new Oracle(job.videos);
  const walk = new LikeWalk({
    sessionCount: job.sessions,
    videoCount: job.videos,
    lag: Number.MAX_SAFE_INTEGER,
    hot: false,
  });
  const names = videoNames(job.videos);
  const total = job.sessions * job.likesPerSession;
  let sent = 0;
  const onSent = (likes: number): void => {
    const before = Math.floor(sent / PROGRESS_LIKES);
    sent += likes;
    if (Math.floor(sent / PROGRESS_LIKES) > before)
      notify({ kind: 'stage', text: sentOf(sent, total) });
  };
  const shared = { walk, oracle, names, onSent };
  const lanes = shares(job.connections, job.sessions).map(
    (share) => new BulkLane(likeSource(shared, share, job.likesPerSession), target),
  );
  notify({ kind: 'stage', text: sentOf(0, total) });
  const cpu = windowCpu(notify);
  cpu.onWindow('open');
  const result = await runClosedLoop({ port: target.port, lanes });
  cpu.onWindow('closed');
  return outcomeOf(result, cpu.share(result.elapsedMs), oracle, job.videos, lanes);
}

function sentOf(sent: number, total: number): string {
  return `sending likes, ${sent.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
}

function outcomeOf(
  result: LoopResult,
  cpuShare: number,
  oracle: Oracle,
  videoCount: number,
  lanes: readonly BulkLane[],
): JobOutcome {
  const seq = lanes.reduce((highest, lane) => Math.max(highest, lane.seq), 0);
  return { measured: measuredOf(result, cpuShare), oracle, videoCount, seq };
}

type Share = Readonly<{ first: number; end: number }>;

/** Cuts the sessions into one run for each connection: a session's lines stay in order. */
function shares(connections: number, sessions: number): readonly Share[] {
  return Array.from({ length: connections }, (_, index) => ({
    first: Math.floor((index * sessions) / connections),
    end: Math.floor(((index + 1) * sessions) / connections),
  }));
}

class BulkLane implements Lane {
  readonly #source: BulkSource;
  readonly #head: string;
  #current: Bulk | null = null;
  #prepared: Bulk | null = null;
  #exhausted = false;
  seq = 0;

  constructor(source: BulkSource, target: Target) {
    this.#source = source;
    this.#head = bodyRequestHead('POST', BULK_PATH, target.serviceKey, NDJSON_TYPE);
  }

  next(): string | null {
    this.prepare();
    this.#current = this.#prepared;
    this.#prepared = null;
    return this.#current === null ? null : withBody(this.#head, this.#current.text);
  }

  /** Builds the next request while the last is under way, so that the server never waits for it. */
  prepare(): void {
    if (this.#prepared !== null || this.#exhausted) return;
    this.#prepared = this.#source();
    if (this.#prepared === null) this.#exhausted = true;
  }

  accept(status: number, body: Buffer, attempts: number): number {
    const bulk = this.#current;
    if (status !== 200 || bulk === null) throw unexpected(`POST ${BULK_PATH}`, status, body);
    const answer = JSON.parse(body.toString()) as BulkAnswer;
    judgeBulk(bulk, answer, attempts);
    bulk.acknowledge();
    this.seq = Math.max(this.seq, answer.positions?.[JURISDICTION]?.seq ?? 0);
    return bulk.lines;
  }
}

type BulkAnswer = Readonly<{
  accepted?: number;
  outcomes?: Readonly<Record<string, number>>;
  positions?: Readonly<Record<string, Readonly<{ seq: number }>>>;
}>;

/** Throws unless every line had the outcome it must have; a re-sent one may be a duplicate. */
function judgeBulk(bulk: Bulk, answer: BulkAnswer, attempts: number): void {
  const outcomes = answer.outcomes ?? {};
  const duplicates = attempts > 1 ? (outcomes['duplicate'] ?? 0) : 0;
  const { counted, unqualified } = bulk.outcomes;
  const right =
    answer.accepted === bulk.lines &&
    ((outcomes['counted'] ?? 0) === counted || duplicates > 0) &&
    ((outcomes['unqualified'] ?? 0) === unqualified || duplicates > 0);
  if (right) return;
  throw new Error(
    `a bulk request of ${bulk.lines} lines must end as counted ${counted}, unqualified ` +
      `${unqualified}; the answer was ${JSON.stringify(answer).slice(0, 300)}`,
  );
}

type ViewShared = Readonly<{
  oracle: Oracle;
  names: readonly string[];
  popularity: ZipfTable;
  /** Views so far of each viewer and video, to stay under the cap. */
  seen: Uint8Array;
  linesPerRequest: number;
}>;

function viewSource(shared: ViewShared, share: Share, random: Random): BulkSource {
  const { oracle, names, seen, linesPerRequest } = shared;
  const starts = lineStarts(share);
  const made = new Uint32Array(share.end - share.first);
  let cursor = 0;
  return () => {
    const videos = new Uint32Array(linesPerRequest);
    const parts: string[] = [];
    let unqualified = 0;
    for (let line = 0; line < linesPerRequest; line += 1) {
      const video = drawVideo(shared, share.first + cursor, random);
      const qualified = line % UNQUALIFIED_EVERY !== 0;
      if (!qualified) unqualified += 1;
      const watchedMs = qualified
        ? QUALIFIED_MS_LEAST + below(random, QUALIFIED_MS_SPAN)
        : UNQUALIFIED_MS;
      const n = (made[cursor] ?? 0) + 1;
      made[cursor] = n;
      videos[line] = video;
      parts.push(
        `${starts[cursor] ?? ''}${n},"kind":"view","video":"${names[video] ?? ''}",` +
          `"watchedMs":${watchedMs}}\n`,
      );
      seen[(share.first + cursor) * names.length + video] =
        (seen[(share.first + cursor) * names.length + video] ?? 0) + 1;
      cursor = (cursor + 1) % starts.length;
    }
    return {
      text: parts.join(''),
      lines: linesPerRequest,
      outcomes: { counted: linesPerRequest - unqualified, unqualified },
      acknowledge: () => {
        videos.forEach((video, line) => oracle.view(video, line % UNQUALIFIED_EVERY !== 0));
      },
    };
  };
}

/** A popular video, or, when this viewer has seen that one often enough, any other. */
function drawVideo(shared: ViewShared, session: number, random: Random): number {
  const { popularity, seen, names } = shared;
  let video = popularity[below(random, popularity.length)] ?? 0;
  while ((seen[session * names.length + video] ?? 0) >= VIEWS_PER_VIEWER_AND_VIDEO_MAX) {
    video = below(random, names.length);
  }
  return video;
}

type LikeShared = Readonly<{
  walk: LikeWalk;
  oracle: Oracle;
  names: readonly string[];
  /** Told of likes that were acknowledged. */
  onSent: (likes: number) => void;
}>;

function likeSource(shared: LikeShared, share: Share, likesPerSession: number): BulkSource {
  const { walk, oracle, names, onSent } = shared;
  const sessionsHeld = share.end - share.first;
  let session = 0;
  let round = 0;
  const roundCount = Math.ceil(likesPerSession / LINES_PER_SESSION);
  return () => {
    const videos: number[] = [];
    const parts: string[] = [];
    while (round < roundCount) {
      const left = Math.min(LINES_PER_SESSION, likesPerSession - round * LINES_PER_SESSION);
      if (videos.length + left > LINES_MAX) break;
      const start = lineStart(share.first + session);
      for (let line = 0; line < left; line += 1) {
        const op = walk.next(share.first + session);
        parts.push(`${start}${op.n},"kind":"like","video":"${names[op.video] ?? ''}"}\n`);
        videos.push(op.video);
      }
      session += 1;
      if (session < sessionsHeld) continue;
      session = 0;
      round += 1;
    }
    if (videos.length === 0) return null;
    return {
      text: parts.join(''),
      lines: videos.length,
      outcomes: { counted: videos.length, unqualified: 0 },
      acknowledge: () => {
        for (const video of videos) oracle.like(video, true);
        onSent(videos.length);
      },
    };
  };
}

function lineStarts(share: Share): readonly string[] {
  return Array.from({ length: share.end - share.first }, (_, index) =>
    lineStart(share.first + index),
  );
}

/** A line up to the value of `n`; the whole is what `JSON.stringify` would write. */
function lineStart(session: number): string {
  const subject = subjectName(session);
  return `{"jurisdiction":"${JURISDICTION}","session":"web-${subject}","subject":"${subject}","n":`;
}
