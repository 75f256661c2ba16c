// The thread of a cell.

import { parentPort, workerData } from 'node:worker_threads';
import { openCell } from './cell-host.ts';
import type { CellHost } from './cell-host.ts';
import type { CellMessage, CellOptions, CellRequest } from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('cell-worker.ts runs as a worker thread');

const post = (message: CellMessage, transfer: ArrayBuffer[] = []): void => {
  port.postMessage(message, transfer);
};

async function close(host: CellHost): Promise<void> {
  await host.close();
  post({ kind: 'closed' });
  port?.close();
}

try {
  const clocks = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const host = await openCell(workerData as CellOptions, clocks, (record) => {
    post({ kind: 'record', record });
  });
  port.on('message', (request: CellRequest) => {
    if (request.kind === 'close') {
      void close(host);
      return;
    }
    if (request.kind === 'resync') post({ kind: 'resyncing' });
    host.receive(request);
  });
  post({ kind: 'opened' });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  post({ kind: 'failed', message, isRetryable: false });
  process.exitCode = 1;
}
