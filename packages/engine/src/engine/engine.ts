// The engine of one cell: a queue of requests in, durable outcomes out.
//
//   queue ─► admit (names to numbers) ─► load rows ─► pure core ─► journal, flushed ─► answer
//                                                                      └─► overlay ─► store, later
//
// Group commit is natural: while one batch is being written the next one gathers. What has been
// answered is in the journal; the state follows in large flushes, and after a crash the journal's
// tail is applied again by the same pure core.

import type { Seq, TimestampMs, VideoId } from '@holdfast/protocol/ids.ts';
import { HOLDFAST_1 } from '@holdfast/protocol/view-rule.ts';
import { ByteWriter } from '../codec/bytes.ts';
import { admit, applyEntry, beginBatch, finishBatch } from '../counting/apply-batch.ts';
import type { Entry } from '../counting/entries.ts';
import type { Fold } from '../counting/fold.ts';
import { addKeysNeeded, noKeys } from '../counting/keys-needed.ts';
import { NOBODY } from '../counting/numbers.ts';
import type { PersonNo, VideoNo } from '../counting/numbers.ts';
import { isForgotten } from '../counting/rows.ts';
import type { MetaRow } from '../counting/rows.ts';
import { chainHash, encodeEntries } from '../journal/batch-codec.ts';
import { JournalError } from '../journal/journal.ts';
import { Admission } from './admission.ts';
import type { Admitted } from './admission.ts';
import { openSteadyClock } from './clock.ts';
import type { SteadyClock } from './clock.ts';
import type { EngineOptions } from './engine-options.ts';
import { Flusher } from './flusher.ts';
import { replayJournal } from './replay.ts';
import type { EngineReply, EngineRequest, UnavailableCode } from './requests.ts';
import type { RowView } from './row-view.ts';

type Waiting = Readonly<{
  request: EngineRequest;
  ops: number;
  done: (reply: EngineReply) => void;
}>;

const RETRY_AFTER_MS: Readonly<Record<UnavailableCode, number>> = {
  overloaded: 1_000,
  'cell-unavailable': 1_000,
  'storage-full': 5_000,
  'shutting-down': 2_000,
};

function opsIn(request: EngineRequest): number {
  if (request.kind !== 'ops') return 1;
  return request.groups.reduce((ops, group) => ops + group.ops.length, 0);
}

/** Opens an engine: replays what the state has not yet seen. Throws when the two do not fit. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const replayed = await replayJournal(options);
  return new Engine(options, replayed.view, replayed.chain, replayed.lastAtMs);
}

export class Engine {
  readonly #options: EngineOptions;
  readonly #view: RowView;
  readonly #admission: Admission;
  readonly #flusher: Flusher;
  readonly #clock: SteadyClock;
  readonly #writer = new ByteWriter(256 * 1024);
  #chain: Uint8Array;
  #lastAtMs: number;
  #queue: Waiting[] = [];
  #queuedOps = 0;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #running: Promise<void> | undefined;

  constructor(options: EngineOptions, view: RowView, chain: Uint8Array, lastAtMs: number) {
    this.#options = options;
    this.#view = view;
    this.#chain = chain;
    this.#lastAtMs = lastAtMs;
    this.#admission = new Admission(options.identify);
    this.#clock = openSteadyClock(options.clocks, lastAtMs);
    this.#flusher = new Flusher(view, options.store, options.limits, (error) =>
      options.onProblem({
        kind: 'flush-failed',
        message: 'the state could not be stored; the journal has everything, trying again',
        error,
      }),
    );
  }

  /** The state as of the last acknowledged batch. */
  get meta(): Readonly<MetaRow> {
    return this.#view.meta;
  }

  /** Rows as of the last acknowledged batch, for reads beside ops. */
  get view(): RowView {
    return this.#view;
  }

  get clock(): SteadyClock {
    return this.#clock;
  }

  /** Whether an op sent now could be acknowledged. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /**
   * Queues a request. `done` is called once, after the batch that holds it is durable or refused;
   * never before this function has returned.
   */
  submit(request: EngineRequest, done: (reply: EngineReply) => void): void {
    const ops = opsIn(request);
    const refusal = this.#refusal(ops);
    if (refusal !== undefined) {
      queueMicrotask(() => done(unavailable(refusal)));
      return;
    }
    this.#queue.push({ request, ops, done });
    this.#queuedOps += ops;
    this.#running ??= this.#run();
  }

  /** The same as a promise, for requests that are not hot. */
  async ask(request: EngineRequest): Promise<EngineReply> {
    return new Promise((resolve) => this.submit(request, resolve));
  }

  #refusal(ops: number): UnavailableCode | undefined {
    if (this.#state !== 'open') return 'shutting-down';
    if (this.#queuedOps + ops > this.#options.limits.queueOpsMax) return 'overloaded';
    return undefined;
  }

  /** Stops taking requests, finishes those that wait, and stores the state. */
  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    while (this.#running !== undefined) await this.#running;
    await this.#flusher.close();
    this.#state = 'closed';
  }

  /** Stores everything applied so far; resolves when it is stored. */
  async flush(): Promise<void> {
    await this.#flusher.flushAll();
  }

  async #run(): Promise<void> {
    try {
      // All that arrives in this turn belongs to the first batch already.
      await Promise.resolve();
      while (this.#queue.length > 0) {
        this.#flusher.beginBatch();
        try {
          await this.#runBatch(this.#takeBatch());
        } finally {
          this.#flusher.endBatch();
        }
        // Messages that arrived meanwhile join the next batch.
        await new Promise((resolve) => setImmediate(resolve));
        if (this.#flusher.isFull) await this.#flusher.room();
      }
    } finally {
      this.#running = undefined;
    }
  }

  #takeBatch(): Waiting[] {
    let ops = 0;
    let taken = 0;
    for (const waiting of this.#queue) {
      // An erasure reads all likes of a person, so nothing may change beside it.
      const isAlone = waiting.request.kind === 'erase';
      if (taken > 0 && (isAlone || ops + waiting.ops > this.#options.limits.batchOpsMax)) break;
      ops += waiting.ops;
      taken += 1;
      if (isAlone) break;
    }
    this.#queuedOps -= ops;
    return this.#queue.splice(0, taken);
  }

  async #runBatch(batch: readonly Waiting[]): Promise<void> {
    let replies: readonly EngineReply[];
    try {
      replies = await this.#commitBatch(batch.map(({ request }) => request));
    } catch (error) {
      // The batch left no trace in memory; whether it is in the journal was asked before this.
      this.#admission.reset();
      const isFull = error instanceof JournalError && error.code === 'full';
      const message = isFull
        ? 'the disk of the journal is full; ops are refused until there is space'
        : 'a batch could not be written; its ops were refused and can be sent again';
      this.#options.onProblem({ kind: 'journal-failed', message, error });
      const reply = unavailable(isFull ? 'storage-full' : 'cell-unavailable');
      for (const { done } of batch) done(reply);
      // A batch that was thought lost is in the journal after all. Nobody was told of it, and only
      // a replay can say what it changed, so this engine must not go on.
      if (error instanceof JournalError && error.code === 'out-of-order') throw error;
      return;
    }
    batch.forEach(({ done }, index) => done(replies[index] ?? unavailable('cell-unavailable')));
  }

  /** Decides, writes, then makes visible: the order is what promise P1 rests on. */
  async #commitBatch(requests: readonly EngineRequest[]): Promise<readonly EngineReply[]> {
    const { meta } = this;
    const atMs = Math.max(this.#clock.nowMs(), this.#lastAtMs) as TimestampMs;
    const { persons, admitted } = await this.#admission.admit(requests, this.#view, meta);
    const keys = noKeys();
    for (const one of admitted) {
      if (one.kind === 'entries') addKeysNeeded(keys, one.entries, atMs, this.#view);
    }
    const rows = await this.#view.load(keys);
    const head = {
      epoch: this.#options.epoch,
      seq: (meta.seq + 1) as Seq,
      atMs,
      ruleVersion: HOLDFAST_1.version,
    };
    const fold = beginBatch(rows, head);
    const entries: Entry[] = [...persons];
    for (const person of persons) applyEntry(fold, person);
    const replies = admitted.map((one) => this.#applyRequest(fold, one, entries));
    if (persons.length > 0 && replies.some(({ kind }) => kind !== 'durable')) {
      return this.#commitWithoutRefused(requests, replies);
    }
    if (entries.length === 0) return replies.map((reply) => this.#at(reply, meta.seq));
    await this.#write(fold, entries, atMs);
    const changes = finishBatch(fold);
    this.#view.apply(changes);
    this.#lastAtMs = atMs;
    this.#options.onApplied(changes.meta, this.#view.changedVideos(changes));
    const [first] = entries;
    if (first?.kind === 'erase') {
      this.#admission.reset();
      await this.#eraseRest(first.person);
    }
    return replies;
  }

  /** C3: a refused request may have been the first word of a person; that too leaves no trace. */
  async #commitWithoutRefused(
    requests: readonly EngineRequest[],
    replies: readonly EngineReply[],
  ): Promise<readonly EngineReply[]> {
    const isDurable = replies.map(({ kind }) => kind === 'durable');
    const kept = requests.filter((_, index) => isDurable[index]);
    const durable = kept.length === 0 ? [] : await this.#commitBatch(kept);
    let next = 0;
    return replies.map((reply, index) => {
      if (isDurable[index] !== true) return reply;
      next += 1;
      return durable[next - 1] ?? unavailable('cell-unavailable');
    });
  }

  #at(reply: EngineReply, seq: Seq): EngineReply {
    return reply.kind === 'durable' ? { ...reply, seq } : reply;
  }

  #applyRequest(fold: Fold, admitted: Admitted, entries: Entry[]): EngineReply {
    if (admitted.kind === 'unavailable') return unavailable(admitted.code);
    if (admitted.kind !== 'entries') return admitted;
    const refusal = admit(fold, admitted.entries);
    if (refusal !== undefined) return refusal;
    const before = fold.outcomes.length;
    for (const entry of admitted.entries) {
      entries.push(entry);
      applyEntry(fold, entry);
    }
    const outcomes = Uint8Array.from(fold.outcomes.slice(before));
    const { epoch } = this.#options;
    return { kind: 'durable', epoch, seq: fold.seq, outcomes, person: admitted.person };
  }

  async #write(fold: Fold, entries: readonly Entry[], atMs: TimestampMs): Promise<void> {
    const { epoch, journal } = this.#options;
    const body = encodeEntries(this.#writer, fold.rule.version, entries);
    const hash = chainHash(this.#chain, epoch, fold.seq, atMs, body);
    try {
      // A crash before this returns: the batch is in the journal or not, and nobody was answered.
      await journal.append({ epoch, seq: fold.seq, atMs, hash, body });
    } catch (error) {
      // The write may have reached the disk although it failed; the journal itself knows.
      const found = await journal.head();
      if (found?.seq !== fold.seq || !Buffer.from(hash).equals(found.hash)) throw error;
    }
    this.#chain = hash;
  }

  /** C17: a person with very many likes is erased over several batches, all before the answer. */
  async #eraseRest(person: PersonNo): Promise<void> {
    for (;;) {
      const row = this.#view.persons.get(person);
      if (row === undefined || isForgotten(row)) return;
      await this.#commitBatch([{ kind: 'erase', who: { kind: 'person', person } }]);
    }
  }

  /** The cell's number of a video, or `undefined` when it does not know it. */
  async videoNo(video: VideoId): Promise<VideoNo | undefined> {
    return (await this.#view.findVideos([video])).get(video);
  }

  /** The cell's number of a person, or `NOBODY`. */
  async personNo(subjectKey: string): Promise<PersonNo> {
    const { pseudonym } = this.#options.identify(subjectKey);
    return (await this.#view.findPerson(pseudonym)) ?? NOBODY;
  }
}

function unavailable(code: UnavailableCode): EngineReply {
  return { kind: 'unavailable', code, retryAfterMs: RETRY_AFTER_MS[code] };
}
