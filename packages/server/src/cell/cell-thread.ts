// A cell in a thread of this process, as its gateway sees it.

import { Worker } from 'node:worker_threads';
import { ByteReader, ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Publication } from '../border/publication.ts';
import type { BorderRecord, NoticeRecord } from '../border/records.ts';
import type { CallName, CallReply, CellCalls, CellClient } from './cell-client.ts';
import type { CellUnavailable, OpGroup, SubmitReply } from './cell-client.ts';
import type { AnyCall, CellMessage, CellOptions, CellRequest } from './messages.ts';
import { readReply, writeRequest } from './ops-frame.ts';

/** Ops sent to the thread and not yet answered; beyond it requests are refused. */
const REQUESTS_WAITING_MAX = 50_000;
/** Memory for young objects of the thread: batches make many that die at once. */
const YOUNG_MB = 96;
const OLD_MB = 4_096;

export type CellThread = Readonly<{
  client: CellClient;
  /** Drains, stores the state and ends the thread; resolves when it has ended. */
  stop: () => Promise<void>;
  /** Resolves when the thread has ended, with the reason if it was not asked to. */
  exited: Promise<Error | undefined>;
}>;

export type StartCell = CellOptions &
  Readonly<{ onNotice: (notice: Omit<NoticeRecord, 'type'>) => void }>;

const AWAY: CellUnavailable = {
  kind: 'unavailable',
  code: 'cell-unavailable',
  retryAfterMs: 1_000,
};
const OVERLOADED: CellUnavailable = {
  kind: 'unavailable',
  code: 'overloaded',
  retryAfterMs: 1_000,
};

/** Starts a cell. Rejects when it cannot open; its files are then as they were. */
export async function startCellThread(options: StartCell): Promise<CellThread> {
  const { onNotice, ...workerData } = options;
  const worker = new Worker(new URL('./cell-worker.ts', import.meta.url), {
    workerData,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: OLD_MB },
  });
  const line = new CellLine(options.jurisdiction, worker, onNotice);
  await line.opened;
  return {
    client: line,
    stop: async () => {
      line.post({ kind: 'close' });
      await line.exited;
    },
    exited: line.exited,
  };
}

/** Requests out, records in; whatever waits when the thread ends is answered as unavailable. */
class CellLine implements CellClient {
  readonly jurisdiction: CellClient['jurisdiction'];
  readonly opened: Promise<void>;
  readonly exited: Promise<Error | undefined>;
  readonly #worker: Worker;
  readonly #onNotice: StartCell['onNotice'];
  readonly #writer = new ByteWriter(64 * 1024);
  readonly #submits = new Map<number, (reply: SubmitReply) => void>();
  readonly #calls = new Map<number, (reply: unknown) => void>();
  readonly #listeners = new Set<(publication: Publication) => void>();
  #lastId = 0;
  #isFramePending = false;
  #isOpen = false;
  /** Resyncs asked for that the cell has not received yet. */
  #resyncsAsked = 0;

  constructor(
    jurisdiction: CellClient['jurisdiction'],
    worker: Worker,
    onNotice: StartCell['onNotice'],
  ) {
    this.jurisdiction = jurisdiction;
    this.#worker = worker;
    this.#onNotice = onNotice;
    let fault: Error | undefined;
    this.exited = new Promise((resolve) => {
      worker.on('error', (error) => {
        fault = error instanceof Error ? error : new Error(String(error));
      });
      worker.on('exit', () => {
        this.#end();
        resolve(fault);
      });
    });
    this.opened = new Promise((resolve, reject) => {
      worker.on('message', (message: CellMessage) => {
        if (message.kind === 'record') this.#take(message.record);
        else if (message.kind === 'opened') {
          this.#isOpen = true;
          resolve();
        } else if (message.kind === 'resyncing') this.#resyncsAsked -= 1;
        else if (message.kind === 'failed') {
          fault = new Error(message.message);
          reject(fault);
        } else this.#isOpen = false;
      });
      void this.exited.then((error) => reject(error ?? new Error('the cell has ended')));
    });
  }

  post(request: CellRequest): void {
    if (request.kind === 'close') this.#isOpen = false;
    this.#worker.postMessage(request);
  }

  readonly ready = (): boolean => this.#isOpen;

  readonly submit = (groups: readonly OpGroup[], done: (reply: SubmitReply) => void): void => {
    if (!this.#isOpen) {
      queueMicrotask(() => done(AWAY));
      return;
    }
    if (this.#submits.size >= REQUESTS_WAITING_MAX) {
      queueMicrotask(() => done(OVERLOADED));
      return;
    }
    this.#lastId += 1;
    this.#submits.set(this.#lastId, done);
    writeRequest(this.#writer, this.#lastId, groups);
    if (this.#isFramePending) return;
    this.#isFramePending = true;
    setImmediate(() => this.#sendFrame());
  };

  #sendFrame(): void {
    this.#isFramePending = false;
    const bytes = this.#writer.take();
    if (!this.#isOpen) return;
    this.#worker.postMessage({ kind: 'ops', bytes } satisfies CellRequest, [bytes.buffer]);
  }

  readonly call = async <Name extends CallName>(
    name: Name,
    ask: CellCalls[Name]['ask'],
  ): Promise<CallReply<Name>> => {
    if (!this.#isOpen) return AWAY;
    this.#lastId += 1;
    const id = this.#lastId;
    // The name and its question go together by the signature of this function.
    this.post({ kind: 'call', id, call: { name, ask } as AnyCall });
    const reply = await new Promise((resolve) => this.#calls.set(id, resolve));
    return reply as CallReply<Name>;
  };

  readonly subscribe = (listener: (publication: Publication) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly resync: CellClient['resync'] = (position) => {
    if (!this.#isOpen) return;
    this.#resyncsAsked += 1;
    this.post({ kind: 'resync', position });
  };

  #take(record: BorderRecord): void {
    if (record.type === 'acks') this.#takeAcks(record.bytes);
    else if (record.type === 'subtotals' || record.type === 'watermark') {
      // What was sent before the cell knew of the resync does not cover what was asked for.
      if (this.#resyncsAsked > 0) return;
      for (const listener of this.#listeners) listener(record.publication);
    } else if (record.type === 'notice') {
      const { level, event, message } = record;
      this.#onNotice({ level, event, message });
    } else {
      this.#calls.get(record.id)?.(record.answer);
      this.#calls.delete(record.id);
    }
  }

  #takeAcks(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    while (!reader.atEnd) {
      const { id, reply } = readReply(reader);
      const done = this.#submits.get(id);
      this.#submits.delete(id);
      done?.(reply);
    }
  }

  #end(): void {
    this.#isOpen = false;
    const submits = [...this.#submits.values()];
    const calls = [...this.#calls.values()];
    this.#submits.clear();
    this.#calls.clear();
    for (const done of submits) done(AWAY);
    for (const done of calls) done(AWAY);
  }
}
