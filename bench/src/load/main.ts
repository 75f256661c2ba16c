// The load generator's process: does one job at a time for the bench that forked it.

import { runBulkLikesJob, runBulkViewsJob } from './bulk-job.ts';
import { runCountsReadJob } from './counts-read-job.ts';
import type { FromLoad, Job, Target, ToLoad } from './job.ts';
import { runLikesJob } from './likes-job.ts';
import type { JobOutcome } from './load-job.ts';
import { READ_BACK_WAIT_MS, readBack } from './read-back.ts';
import { runVisibleJob } from './visible-job.ts';

let lastOutcome: JobOutcome | null = null;

function tell(message: FromLoad): void {
  process.send?.(message);
}

function runJob(job: Job, target: Target): Promise<JobOutcome> {
  switch (job.kind) {
    case 'likes':
      return runLikesJob(job, target, tell);
    case 'bulk-views':
      return runBulkViewsJob(job, target, tell);
    case 'bulk-likes':
      return runBulkLikesJob(job, target, tell);
    case 'counts-read':
      return runCountsReadJob(job, target, tell);
    case 'visible':
      return runVisibleJob(job, target, tell);
  }
}

async function handle(message: ToLoad): Promise<void> {
  if (message.kind === 'run') {
    lastOutcome = await runJob(message.job, message.target);
    tell({ kind: 'measured', measured: lastOutcome.measured });
    return;
  }
  if (lastOutcome === null) throw new Error('nothing was run that could be verified');
  const { oracle, videoCount, seq, measured } = lastOutcome;
  const { target, metrics } = message;
  const { resends } = measured;
  const waitMaxMs = READ_BACK_WAIT_MS;
  const verified = await readBack({
    target,
    oracle,
    videoCount,
    metrics,
    seq,
    resends,
    waitMaxMs,
  });
  tell({ kind: 'verified', verified });
}

process.on('message', (message: ToLoad) => {
  handle(message).catch((error: unknown) => {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});
process.on('disconnect', () => process.exit(0));
