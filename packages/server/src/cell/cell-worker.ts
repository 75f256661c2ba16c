// The thread of a cell.

import { parentPort, workerData } from 'node:worker_threads';
import { InvariantError } from '@holdfast/engine/counting/assert.ts';
import { SqliteUnfitError } from '@holdfast/engine/sqlite/open-sqlite.ts';
import { JournalError } from '@holdfast/engine/journal/journal.ts';
import { AtRestError } from '../at-rest/at-rest-error.ts';
import { openCell } from './cell-host.ts';
import type { CellHost } from './cell-host.ts';
import { faultCode } from './fault-code.ts';
import type { CellMessage, CellOptions, CellRequest } from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('cell-worker.ts runs as a worker thread');

const post = (message: CellMessage, transfer: ArrayBuffer[] = []): void => {
  port.postMessage(message, transfer);
};

const OWN_ERRORS = [InvariantError, SqliteUnfitError, AtRestError, JournalError];

/**
 * Why the cell could not open, in words that are all the program's or SQLite's own: what an error
 * says beyond them could quote what a file holds.
 */
function openFault(error: unknown): string {
  const isOurs = OWN_ERRORS.some((kind) => error instanceof kind);
  if (isOurs && error instanceof Error) return error.message;
  const { errstr } = error as { errstr?: unknown };
  const words = typeof errstr === 'string' ? `: ${errstr}` : '';
  return `the files of the cell could not be opened (${faultCode(error)}${words})`;
}

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
  post({ kind: 'failed', message: openFault(error), isRetryable: false });
  process.exitCode = 1;
}
