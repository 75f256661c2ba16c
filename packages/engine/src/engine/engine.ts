// The engine of one cell: a queue of requests in, durable outcomes out.
//
//   queue ─► admit (names to numbers) ─► load rows ─► pure core ─► journal, flushed ─► answer
//                                                                      └─► overlay ─► store, later
//
// Group commit is natural: while one batch is being written the next one gathers. What has been
// answered is in the journal; the state follows in large flushes, and after a crash the journal's
// tail is applied again by the same pure core.

import type { Epoch, Seq, TimestampMs, VideoId } from '@holdfast/protocol/ids.ts';
import { HOLDFAST_1 } from '@holdfast/protocol/view-rule.ts';
import { ByteWriter } from '../codec/bytes.ts';
import { admit, applyEntry, beginBatch, finishBatch } from '../counting/apply-batch.ts';
import type { BatchHead } from '../counting/apply-batch.ts';
import type { Entry, SealEntry } from '../counting/entries.ts';
import type { Fold } from '../counting/fold.ts';
import { addKeysNeeded, noKeys } from '../counting/keys-needed.ts';
import { NOBODY } from '../counting/numbers.ts';
import type { PersonNo, VideoNo } from '../counting/numbers.ts';
import { isForgotten } from '../counting/rows.ts';
import type { MetaRow } from '../counting/rows.ts';
import { appendSurely } from '../journal/append-surely.ts';
import { chainHash, encodeEntries } from '../journal/batch-codec.ts';
import { JournalError } from '../journal/journal.ts';
import { Admission } from './admission.ts';
import type { Admitted } from './admission.ts';
import type { SteadyClock } from './clock.ts';
import type { EngineOptions, EngineRole } from './engine-options.ts';
import { openLedger, positionOf } from './ledger.ts';
import type { Ledger, LedgerPosition } from './ledger.ts';
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

/** Opens a ledger and an engine on it. Throws when journal and state do not fit together. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  return new Engine(await openLedger(options), options);
}

/** The charter has given the cell to another; what was not acknowledged is for that one to take. */
export class OwnershipLost extends Error {
  readonly code = 'ownership-lost';
}

export class Engine {
  readonly #ledger: Ledger;
  readonly #view: RowView;
  readonly #options: EngineRole;
  readonly #admission: Admission;
  readonly #writer = new ByteWriter(256 * 1024);
  #epoch: Epoch;
  #queue: Waiting[] = [];
  #queuedOps = 0;
  #state: 'open' | 'ending' | 'ended' = 'open';
  #running: Promise<void> | undefined;

  /** Takes up the role on a ledger that has no other. */
  constructor(ledger: Ledger, role: EngineRole) {
    this.#ledger = ledger;
    this.#view = ledger.view;
    this.#options = role;
    this.#epoch = role.epoch;
    this.#admission = new Admission(role.identify);
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
    return this.#ledger.clock;
  }

  /** The epoch that the next batch is written under. */
  get epoch(): Epoch {
    return this.#epoch;
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

  /** Stops taking requests and finishes those that wait; the ledger is then free. */
  async end(): Promise<void> {
    if (this.#state === 'open') this.#state = 'ending';
    while (this.#running !== undefined) await this.#running;
    this.#state = 'ended';
  }

  /**
   * Ends with a seal as the last batch of the epoch, behind everything that was submitted before and
   * is acknowledged by then. Resolves with where it stands once it is durable here; a seal is never
   * undone. With `undefined` when it could not be written, or when `signal` ended the wait for what
   * came before; the engine then goes on as it was.
   */
  async seal(handover: string, signal: AbortSignal): Promise<LedgerPosition | undefined> {
    if (this.#state !== 'open') return undefined;
    this.#state = 'ending';
    await this.#drained(signal);
    // It may have lost the cell while it was waiting, and the journal is then not its own any more.
    if (this.#running !== undefined || signal.aborted || !this.#isEnding) return this.#reopen();
    const sealing = this.#trySeal({ kind: 'seal', handover });
    this.#running = sealing.then(() => undefined);
    const isSealed = await sealing;
    this.#running = undefined;
    if (!isSealed) return this.#reopen();
    this.#state = 'ended';
    return positionOf(this.#ledger);
  }

  get #isEnding(): boolean {
    return this.#state === 'ending';
  }

  async #trySeal(seal: SealEntry): Promise<boolean> {
    try {
      // A crash here means that the epoch is sealed or not; the journal's last batch says which.
      await this.#writeSeal(seal);
      return true;
    } catch (error) {
      this.#tellFailure(error);
      return false;
    }
  }

  async #drained(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    while (this.#running !== undefined && !signal.aborted) {
      await Promise.race([this.#running, aborted]);
    }
  }

  #reopen(): undefined {
    // It may have lost the cell while it was waiting.
    if (this.#state === 'ending') this.#state = 'open';
  }

  /** From the next batch on: the same owner under a newer entry of the charter. */
  adoptEpoch(epoch: Epoch): void {
    this.#epoch = epoch;
  }

  /** Ends, and stores the state. */
  async close(): Promise<void> {
    await this.end();
    await this.#ledger.flusher.close();
  }

  /** Stores everything applied so far; resolves when it is stored. */
  async flush(): Promise<void> {
    await this.#ledger.flusher.flushAll();
  }

  async #run(): Promise<void> {
    try {
      // All that arrives in this turn belongs to the first batch already.
      await Promise.resolve();
      while (this.#queue.length > 0) {
        this.#ledger.flusher.beginBatch();
        try {
          await this.#runBatch(this.#takeBatch());
        } finally {
          this.#ledger.flusher.endBatch();
        }
        // Messages that arrived meanwhile join the next batch.
        await new Promise((resolve) => setImmediate(resolve));
        if (this.#ledger.flusher.isFull) await this.#ledger.flusher.room();
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
      this.#tellFailure(error);
      const isFull = error instanceof JournalError && error.code === 'full';
      const reply = unavailable(isFull ? 'storage-full' : 'cell-unavailable');
      for (const { done } of batch) done(reply);
      // A batch that was thought lost is in the journal after all. Nobody was told of it, and only
      // a replay can say what it changed, so this engine must not go on.
      if (error instanceof JournalError && error.code === 'out-of-order') throw error;
      if (error instanceof OwnershipLost) this.#refuseQueued();
      return;
    }
    batch.forEach(({ done }, index) => done(replies[index] ?? unavailable('cell-unavailable')));
  }

  /** The journal holds a batch that is not this engine's any more, so nothing may follow it. */
  #refuseQueued(): void {
    this.#state = 'ended';
    this.#queuedOps = 0;
    for (const { done } of this.#queue.splice(0)) done(unavailable('cell-unavailable'));
  }

  #tellFailure(error: unknown): void {
    const isFull = error instanceof JournalError && error.code === 'full';
    const message = isFull
      ? 'the disk of the journal is full; ops are refused until there is space'
      : 'a batch could not be written; its ops were refused and can be sent again';
    this.#ledger.onProblem({ kind: 'journal-failed', message, error });
  }

  /** Decides, writes, then makes visible: the order is what promise P1 rests on. */
  async #commitBatch(requests: readonly EngineRequest[]): Promise<readonly EngineReply[]> {
    const { meta } = this;
    const atMs = this.#nextAtMs();
    const { persons, admitted } = await this.#admission.admit(requests, this.#view, meta);
    const keys = noKeys();
    for (const one of admitted) {
      if (one.kind === 'entries') addKeysNeeded(keys, one.entries, atMs, this.#view.held);
    }
    const rows = await this.#view.load(keys);
    const opsExpected = requests.reduce((ops, request) => ops + opsIn(request), 0);
    const fold = beginBatch(rows, this.#headAt(atMs), opsExpected);
    const entries: Entry[] = [...persons];
    for (const person of persons) applyEntry(fold, person);
    const replies = admitted.map((one) => this.#applyRequest(fold, one, entries));
    if (persons.length > 0 && replies.some(({ kind }) => kind !== 'durable')) {
      return this.#commitWithoutRefused(requests, replies);
    }
    if (entries.length === 0) return replies.map((reply) => this.#at(reply, meta.seq));
    await this.#writeAndApply(fold, entries, atMs);
    const [first] = entries;
    if (first?.kind === 'erase') {
      this.#admission.reset();
      await this.#eraseRest(first.person);
    }
    return replies;
  }

  #nextAtMs(): TimestampMs {
    return Math.max(this.clock.nowMs(), this.#ledger.lastAtMs) as TimestampMs;
  }

  #headAt(atMs: TimestampMs): BatchHead {
    const seq = (this.meta.seq + 1) as Seq;
    return { epoch: this.#epoch, seq, atMs, ruleVersion: HOLDFAST_1.version };
  }

  /** Without asking whether it is acknowledged: it changes no row, so it shows nothing. */
  async #writeSeal(seal: SealEntry): Promise<void> {
    const atMs = this.#nextAtMs();
    const fold = beginBatch(await this.#view.load(noKeys()), this.#headAt(atMs));
    applyEntry(fold, seal);
    this.#apply(fold, atMs, await this.#append(fold, [seal], atMs));
  }

  /** Nothing of a batch is seen before it is durable wherever the charter wants it to be. */
  async #writeAndApply(fold: Fold, entries: readonly Entry[], atMs: TimestampMs): Promise<void> {
    const { acknowledge } = this.#options;
    const chain = await this.#append(fold, entries, atMs);
    if (acknowledge !== undefined && (await acknowledge(fold.seq)) === 'lost') {
      throw new OwnershipLost(`batch ${fold.seq} was not acknowledged: the cell has another owner`);
    }
    this.#apply(fold, atMs, chain);
  }

  #apply(fold: Fold, atMs: TimestampMs, chain: Uint8Array): void {
    const changes = finishBatch(fold, chain);
    this.#view.apply(changes);
    this.#ledger.lastAtMs = atMs;
    this.#ledger.onApplied(changes.meta, this.#view.changedVideos(changes));
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
    const { epoch } = fold.meta;
    return { kind: 'durable', epoch, seq: fold.seq, outcomes, person: admitted.person };
  }

  /** Adds the batch to the journal; gives the chain hash that the next one follows. */
  async #append(fold: Fold, entries: readonly Entry[], atMs: TimestampMs): Promise<Uint8Array> {
    const { journal, view } = this.#ledger;
    const { epoch } = fold.meta;
    const body = encodeEntries(this.#writer, fold.rule.version, entries);
    const hash = chainHash(view.meta.chain, epoch, fold.seq, atMs, body);
    // A crash before this returns: the batch is in the journal or not, and nobody was answered.
    await appendSurely(journal, { epoch, seq: fold.seq, atMs, hash, body });
    return hash;
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
