// Hands what the stored state lacked at a cut over to a thread that makes the file of balances.

import { Worker } from 'node:worker_threads';
import type { BalanceTree } from '@holdfast/engine/charter/balances.ts';
import type { VideoCopy } from '@holdfast/engine/engine/video-table.ts';
import { BalancesGoneError } from './make-balances.ts';
import type { BalanceJob, UnstoredVideos } from './make-balances.ts';

export type MakerReply = Readonly<
  { kind: 'made'; tree: BalanceTree } | { kind: 'failed'; isGone: boolean; message: string }
>;

/** Videos that are handed over in one turn, some 2 ms of the thread that serves people. */
const VIDEOS_PER_TURN = 10_000;
/** The thread goes through rows that come and go; it need not keep them long. */
const YOUNG_MB = 32;

/** The file could not be made; nothing is there, and it can be tried again. */
export class BalancesFailedError extends Error {
  readonly code = 'balances-failed';
}

/**
 * Makes the file, durably, and gives its tree. Rejects with `BalancesGoneError` when it can never be
 * made, with `BalancesFailedError` when the disk or the thread failed.
 */
export async function makeInThread(
  job: BalanceJob,
  copies: readonly VideoCopy[],
): Promise<BalanceTree> {
  const worker = new Worker(new URL('./balances-worker.ts', import.meta.url), {
    workerData: job,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const reply = new Promise<MakerReply>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (cause) =>
      reject(new BalancesFailedError('the thread that makes balances has failed', { cause })),
    );
    worker.once('exit', () =>
      reject(new BalancesFailedError('the thread that makes balances has ended')),
    );
  });
  // Whatever ends the handing over is told instead.
  reply.catch(() => undefined);
  try {
    await handOver(worker, copies);
    const said = await reply;
    if (said.kind === 'made') return said.tree;
    throw said.isGone ? new BalancesGoneError(said.message) : new BalancesFailedError(said.message);
  } finally {
    await worker.terminate();
  }
}

async function handOver(worker: Worker, copies: readonly VideoCopy[]): Promise<void> {
  for (const { width, rows, facts } of copies) {
    const videos = rows.length / width;
    for (let from = 0; from < videos; from += VIDEOS_PER_TURN) {
      const to = Math.min(videos, from + VIDEOS_PER_TURN);
      const part: UnstoredVideos = {
        width,
        // A copy of the part, so that it can go over whole and the rest stays for another attempt.
        rows: rows.slice(from * width, to * width),
        ids: facts
          .slice(from, to)
          .map(({ video }) => video)
          .join('\n'),
      };
      worker.postMessage(part, [part.rows.buffer as ArrayBuffer]);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  worker.postMessage(null);
}
