// A cell in a thread of this process, as its gateway sees it.

import { Worker } from 'node:worker_threads';
import type { CellClient } from './cell-client.ts';
import { CellLine } from './cell-line.ts';
import type { OnNotice } from './cell-line.ts';
import type { CellMessage, CellOptions, CellRequest } from './messages.ts';

/** Memory for young objects of the thread: batches make many that die at once. */
const YOUNG_MB = 36;
const OLD_MB = 2_048;

export type CellThread = Readonly<{
  client: CellClient;
  /** Drains, stores the state and ends the thread; resolves when it has ended. */
  stop: () => Promise<void>;
  /** Resolves when the thread has ended, with the reason if it was not asked to. */
  exited: Promise<Error | undefined>;
}>;

export type StartCell = CellOptions & Readonly<{ onNotice: OnNotice }>;

/** Starts a cell. Rejects when it cannot open; its files are then as they were. */
export async function startCellThread(options: StartCell): Promise<CellThread> {
  const { onNotice, ...workerData } = options;
  const worker = new Worker(new URL('./cell-worker.ts', import.meta.url), {
    workerData,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: OLD_MB },
  });
  const post = (request: CellRequest, transfer: ArrayBuffer[]): void => {
    worker.postMessage(request, transfer);
  };
  const line = new CellLine(options.jurisdiction, post, onNotice);
  const { opened, exited } = watchWorker(worker, line);
  await opened;
  return {
    client: line,
    stop: async () => {
      line.close();
      post({ kind: 'close' }, []);
      await exited;
    },
    exited,
  };
}

/** Passes on what the thread says, until it has ended. */
function watchWorker(
  worker: Worker,
  line: CellLine,
): Readonly<{ opened: Promise<void>; exited: Promise<Error | undefined> }> {
  let fault: Error | undefined;
  const exited = new Promise<Error | undefined>((resolve) => {
    worker.on('error', (error) => {
      fault = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => {
      line.end();
      resolve(fault);
    });
  });
  const opened = new Promise<void>((resolve, reject) => {
    worker.on('message', (message: CellMessage) => {
      if (message.kind === 'record') line.take(message.record);
      else if (message.kind === 'opened') {
        line.open();
        resolve();
      } else if (message.kind === 'resyncing') line.resyncing();
      else if (message.kind === 'failed') {
        fault = new Error(message.message);
        reject(fault);
      } else line.close();
    });
    void exited.then((error) => reject(error ?? new Error('the cell has ended')));
  });
  return { opened, exited };
}
