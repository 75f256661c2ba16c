// The end of every run: read the counts that the server shows and compare them with the oracle.
//
// R1  From Holdfast, each page is asked for with `after=cell:seq`, the last position the load was
//     given, so that the answer includes all that was acknowledged.
// R2  A page that is behind (the wait is one second at most) or wrong is read again until it is
//     right or the deadline passes; what is then still different is reported.
// R3  The books must be balanced and must hold as many ops as were acknowledged.

import type { Buffer } from 'node:buffer';
import { setTimeout as pause } from 'node:timers/promises';
import { getRequest } from './http-request.ts';
import { JURISDICTION, type Target, type Verified } from './job.ts';
import type { Difference, FoundCount, Metric, Oracle } from './oracle.ts';
import { forEach, unexpected, videoName } from './setup.ts';

const VIDEOS_PER_PAGE = 100;
/** How long a count may stay wrong before it is reported. */
export const READ_BACK_WAIT_MS = 15_000;
const READ_AGAIN_PAUSE_MS = 200;
const DIFFERENCES_KEPT_MAX = 20;

export type ReadBack = Readonly<{
  target: Target;
  oracle: Oracle;
  videoCount: number;
  metrics: readonly Metric[];
  /** The highest position that an acknowledgement carried; 0 when the server has none. */
  seq: number;
  /** Ops that may stand in the books more than once, since they were sent again. */
  resends: number;
  waitMaxMs: number;
}>;

export async function readBack(options: ReadBack): Promise<Verified> {
  let wrong = await readPages(options, pagesOf(options.videoCount));
  // The clock starts here: with a million videos the first reading alone takes a while.
  const deadlineMs = performance.now() + options.waitMaxMs;
  while (wrong.length > 0 && performance.now() < deadlineMs) {
    await pause(READ_AGAIN_PAUSE_MS);
    wrong = await readPages(
      options,
      wrong.map((page) => page.start),
    );
  }
  const differences = wrong.flatMap((page) => page.differences);
  const booksProblem = await checkBooks(options, deadlineMs);
  return {
    opsAcknowledged: options.oracle.opsAcknowledged,
    videosCompared: options.videoCount,
    differences: differences.slice(0, DIFFERENCES_KEPT_MAX),
    differenceCount: differences.length,
    ...(booksProblem === null ? {} : { booksProblem }),
  };
}

function pagesOf(videoCount: number): number[] {
  const pages: number[] = [];
  for (let start = 0; start < videoCount; start += VIDEOS_PER_PAGE) pages.push(start);
  return pages;
}

type WrongPage = Readonly<{ start: number; differences: readonly Difference[] }>;

async function readPages(options: ReadBack, starts: readonly number[]): Promise<WrongPage[]> {
  const { target, oracle, metrics, seq } = options;
  const after = seq > 0 ? `&after=${JURISDICTION}:${seq}` : '';
  const wrong: WrongPage[] = [];
  const videosOf = (page: number): number[] => {
    const start = starts[page] ?? 0;
    const end = Math.min(start + VIDEOS_PER_PAGE, options.videoCount);
    return Array.from({ length: end - start }, (_, offset) => start + offset);
  };
  await forEach(target, starts.length, {
    request: (page) => {
      const query = videosOf(page).map((video) => `video=${videoName(video)}`);
      return getRequest(`/v1/counts?${query.join('&')}${after}`, target.serviceKey);
    },
    answer: (page, status, body) => {
      if (status !== 200) throw unexpected('GET /v1/counts', status, body);
      const counts = parseCounts(body);
      const differences = videosOf(page).flatMap((video) => {
        const name = videoName(video);
        return oracle.compare(video, name, foundCount(counts, name), metrics);
      });
      if (differences.length > 0) wrong.push({ start: starts[page] ?? 0, differences });
    },
  });
  return wrong;
}

type CountsBody = Readonly<Record<string, unknown>>;

export function parseCounts(body: Buffer): CountsBody {
  const counts = member(JSON.parse(body.toString()), 'counts');
  if (typeof counts === 'object' && counts !== null) return counts as CountsBody;
  throw new Error('GET /v1/counts answered without counts');
}

/** A video's numbers in an answer; null where the server gave none. */
export function foundCount(counts: CountsBody, name: string): FoundCount {
  const entry = counts[name];
  return { likes: valueOf(entry, 'likes'), views: valueOf(entry, 'views') };
}

function valueOf(entry: unknown, metric: Metric): number | null {
  const value = member(member(entry, metric), 'value');
  return typeof value === 'number' ? value : null;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

async function checkBooks(options: ReadBack, deadlineMs: number): Promise<string | null> {
  if (options.target.dialect !== 'holdfast') return null;
  for (;;) {
    const problem = await findBooksProblem(options);
    if (problem === null || performance.now() > deadlineMs) return problem;
    await pause(READ_AGAIN_PAUSE_MS);
  }
}

async function findBooksProblem({ target, oracle, resends }: ReadBack): Promise<string | null> {
  const path = `/v1/cells/${JURISDICTION}/books`;
  let problem: string | null = null;
  await forEach(target, 1, {
    request: () => getRequest(path, target.serviceKey),
    answer: (_, status, body) => {
      if (status !== 200) throw unexpected(`GET ${path}`, status, body);
      const books: unknown = JSON.parse(body.toString());
      const ops = member(books, 'ops');
      const sent = oracle.opsAcknowledged;
      if (member(books, 'balanced') !== true) {
        problem = 'the books are not balanced';
      } else if (typeof ops !== 'number' || ops < sent || (resends === 0 && ops !== sent)) {
        problem = `the books hold ${String(ops)} ops, and ${sent} were acknowledged`;
      }
    },
  });
  return problem;
}
