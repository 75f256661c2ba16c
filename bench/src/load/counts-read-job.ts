// `GET /v1/counts` as a feed asks for it: some random videos a request.

import { runClosedLoop, type Lane } from './closed-loop.ts';
import { runBulkLikesJob } from './bulk-job.ts';
import { getRequest } from './http-request.ts';
import { JURISDICTION, type CountsReadJob, type Target } from './job.ts';
import { measuredOf, windowCpu, type JobOutcome, type Notify } from './load-job.ts';
import { describeDifferences, type Oracle } from './oracle.ts';
import { below, seededRandom } from './random.ts';
import { foundCount, parseCounts, READ_BACK_WAIT_MS, readBack } from './read-back.ts';
import { unexpected, videoName } from './setup.ts';

const FILL = { connections: 2, sessions: 1_000, likesPerSession: 40 } as const;
/** Requests made beforehand and used in turn. */
const REQUEST_COUNT = 5_000;
/** Every so many answers are compared with the oracle; parsing all would measure the parser. */
const CHECKED_EVERY = 997;
const SEED = 7_400;

export async function runCountsReadJob(
  job: CountsReadJob,
  target: Target,
  notify: Notify,
): Promise<JobOutcome> {
  const filled = await runBulkLikesJob(
    { kind: 'bulk-likes', videos: job.videos, ...FILL },
    target,
    notify,
  );
  await waitUntilShown(filled, target);
  const requests = makeRequests(job, target);
  const lanes = Array.from({ length: job.connections }, (_, index) =>
    readLane(requests, index, filled.oracle),
  );
  const cpu = windowCpu(notify);
  notify({ kind: 'stage', text: 'load' });
  const result = await runClosedLoop({
    port: target.port,
    lanes,
    window: job.window,
    onWindow: cpu.onWindow,
  });
  return { ...filled, measured: measuredOf(result, cpu.share(result.elapsedMs)) };
}

/** The answers are compared during the load, so the likes must be shown before it begins. */
async function waitUntilShown(filled: JobOutcome, target: Target): Promise<void> {
  const { differences, differenceCount } = await readBack({
    ...filled,
    target,
    metrics: ['likes'],
    resends: filled.measured.resends,
    waitMaxMs: READ_BACK_WAIT_MS,
  });
  if (differenceCount > 0) throw new Error(`before the load: ${describeDifferences(differences)}`);
}

type CountsRequest = Readonly<{ text: string; videos: readonly number[] }>;

function makeRequests(job: CountsReadJob, target: Target): readonly CountsRequest[] {
  const random = seededRandom(SEED);
  return Array.from({ length: REQUEST_COUNT }, () => {
    const chosen = new Set<number>();
    while (chosen.size < job.videosPerRequest) chosen.add(below(random, job.videos));
    const videos = [...chosen];
    const query = videos.map((video) => `video=${videoName(video)}`).join('&');
    return { text: getRequest(`/v1/counts?${query}`, target.serviceKey), videos };
  });
}

function readLane(requests: readonly CountsRequest[], first: number, oracle: Oracle): Lane {
  let at = first * 61;
  let answers = first;
  let current: CountsRequest | undefined;
  return {
    next: () => {
      at = (at + 1) % requests.length;
      current = requests[at];
      return current?.text ?? null;
    },
    accept: (status, body) => {
      if (status !== 200) throw unexpected('GET /v1/counts', status, body);
      answers += 1;
      if (answers % CHECKED_EVERY !== 0 || current === undefined) return 1;
      const counts = parseCounts(body);
      const wrong = current.videos.flatMap((video) =>
        oracle.compare(video, videoName(video), foundCount(counts, videoName(video)), ['likes']),
      );
      if (wrong.length === 0) return 1;
      throw new Error(`while reading in cell ${JURISDICTION}: ${describeDifferences(wrong)}`);
    },
  };
}
