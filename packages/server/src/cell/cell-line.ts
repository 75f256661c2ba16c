// A gateway's line to a cell that runs beside it: requests out, records in, each answer to whoever
// asked. The same for a cell in a thread and for one in this very thread.

import { ByteReader, ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import type { Publication } from '../border/publication.ts';
import type { BorderRecord, NoticeRecord } from '../border/records.ts';
import type { CallName, CallReply, CellCalls, CellClient } from './cell-client.ts';
import type { CellUnavailable, OpGroup, SubmitReply } from './cell-client.ts';
import type { AnyCall, CellRequest } from './messages.ts';
import { readReply, writeRequest } from './ops-frame.ts';

/** Ops sent to the cell and not yet answered; beyond it requests are refused. */
const REQUESTS_WAITING_MAX = 50_000;

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

export type OnNotice = (notice: Omit<NoticeRecord, 'type'>) => void;
type Post = (request: Exclude<CellRequest, { kind: 'close' }>, transfer: ArrayBuffer[]) => void;

/** Whatever waits when the line is shut is answered as unavailable. */
export class CellLine implements CellClient {
  readonly jurisdiction: CellClient['jurisdiction'];
  readonly #post: Post;
  readonly #onNotice: OnNotice;
  readonly #writer = new ByteWriter(64 * 1024);
  readonly #submits = new Map<number, (reply: SubmitReply) => void>();
  readonly #calls = new Map<number, (reply: unknown) => void>();
  /** By listener, the resync that it waits for: until it is done no watermark speaks to it. */
  readonly #listeners = new Map<(publication: Publication) => void, number>();
  #lastResync = 0;
  #lastId = 0;
  #isFramePending = false;
  #isOpen = false;
  /** Resyncs asked for that the cell has not received yet. */
  #resyncsAsked = 0;

  constructor(jurisdiction: CellClient['jurisdiction'], post: Post, onNotice: OnNotice) {
    this.jurisdiction = jurisdiction;
    this.#post = post;
    this.#onNotice = onNotice;
  }

  /** The cell takes requests. */
  open(): void {
    this.#isOpen = true;
  }

  /** The cell takes no more; what it took may still be answered. */
  close(): void {
    this.#isOpen = false;
  }

  /** The cell has received a resync that was asked for. */
  resyncing(): void {
    this.#resyncsAsked -= 1;
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
    this.#post({ kind: 'ops', bytes }, [bytes.buffer]);
  }

  readonly call = async <Name extends CallName>(
    name: Name,
    ask: CellCalls[Name]['ask'],
  ): Promise<CallReply<Name>> => {
    if (!this.#isOpen) return AWAY;
    this.#lastId += 1;
    const id = this.#lastId;
    // The name and its question go together by the signature of this function.
    this.#post({ kind: 'call', id, call: { name, ask } as AnyCall }, []);
    const reply = await new Promise((resolve) => this.#calls.set(id, resolve));
    return reply as CallReply<Name>;
  };

  readonly subscribe = (listener: (publication: Publication) => void): (() => void) => {
    this.#listeners.set(listener, 0);
    return () => this.#listeners.delete(listener);
  };

  readonly resync: CellClient['resync'] = (position, listener) => {
    if (!this.#isOpen) return;
    this.#resyncsAsked += 1;
    this.#lastResync += 1;
    const id = this.#lastResync;
    for (const one of this.#listeners.keys()) {
      if (listener === undefined || listener === one) this.#listeners.set(one, id);
    }
    this.#post({ kind: 'resync', position, id }, []);
  };

  /** Takes a record that has left the cell. */
  take(record: BorderRecord): void {
    if (record.type === 'acks') this.#takeAcks(record.bytes);
    else if (record.type === 'subtotals' || record.type === 'watermark') {
      // What was sent before the cell knew of the resync does not cover what was asked for.
      if (this.#resyncsAsked > 0) return;
      const done = record.type === 'watermark' ? record.resynced : Infinity;
      for (const [listener, awaited] of this.#listeners) {
        if (done >= awaited) listener(record.publication);
      }
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

  /** The cell has ended: nothing that waits will be answered by it. */
  end(): void {
    this.#isOpen = false;
    const submits = [...this.#submits.values()];
    const calls = [...this.#calls.values()];
    this.#submits.clear();
    this.#calls.clear();
    for (const done of submits) done(AWAY);
    for (const done of calls) done(AWAY);
  }
}
