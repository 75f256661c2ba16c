// The thread that makes a file of balances: it gets what the state lacks in parts, and then the word
// that there is no more.

import { parentPort, workerData } from 'node:worker_threads';
import type { MakerReply } from './balance-maker.ts';
import { BalancesGoneError, makeBalances } from './make-balances.ts';
import type { BalanceJob, UnstoredVideos } from './make-balances.ts';

const port = parentPort;
if (port === null) throw new Error('balances-worker.ts runs as a worker thread');

const parts: UnstoredVideos[] = [];

port.on('message', (part: UnstoredVideos | null) => {
  if (part !== null) {
    parts.push(part);
    return;
  }
  port.postMessage(made());
  port.close();
});

function made(): MakerReply {
  try {
    return { kind: 'made', tree: makeBalances(workerData as BalanceJob, parts) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', isGone: error instanceof BalancesGoneError, message };
  }
}
