// The role that copies another cell's journal: batches are made durable first, applied after.
//
// Why the copy is the same: a record is taken only if it is the next in seq and chained to the one
// before, and it is applied by the same pure core as in the cell that decided it. Whether a batch
// may be taken at all (whose stream, which epoch, not behind a fence) is decided before, by
// `takesBatch` of the hand-over.

import type { Seq } from '@holdfast/protocol/ids.ts';
import { InvariantError } from '../counting/assert.ts';
import { appendSurely } from '../journal/append-surely.ts';
import type { JournalRecord } from '../journal/journal.ts';
import { applyRecords, checkChain, hashAt } from './replay.ts';
import { positionOf } from './ledger.ts';
import type { Ledger, LedgerPosition } from './ledger.ts';

/** Bytes of records that may be durable and not yet applied; beyond it `take` waits. */
const UNAPPLIED_BYTES_MAX = 64 * 1024 * 1024;

/** Where a journal durably ends. */
export type DurableHead = Readonly<{ seq: Seq; hash: Uint8Array }>;

export class Follower {
  readonly #ledger: Ledger;
  #head: DurableHead;
  #unapplied: JournalRecord[] = [];
  #unappliedBytes = 0;
  #taking: Promise<unknown> = Promise.resolve();
  #applying: Promise<void> | undefined;
  #fault: Error | undefined;

  private constructor(ledger: Ledger, head: DurableHead) {
    this.#ledger = ledger;
    this.#head = head;
  }

  /** Begins at the end of the journal, which the ledger has applied. */
  static async begin(ledger: Ledger): Promise<Follower> {
    const { seq } = ledger.view.meta;
    const hash = await hashAt(ledger.journal, seq);
    return new Follower(ledger, { seq, hash });
  }

  /** Everything up to here survives a crash; it may not be applied yet. */
  get head(): DurableHead {
    return this.#head;
  }

  /** What has been applied, with its commitments. */
  get position(): LedgerPosition {
    return positionOf(this.#ledger);
  }

  /**
   * Takes the records that follow the head, one after the other; resolves with the new head when
   * all are durable. Rejects with `InvariantError` at a gap or a record that is not chained to the
   * one before, and with `JournalError` when the disk fails; those before it are kept.
   */
  async take(records: readonly JournalRecord[]): Promise<DurableHead> {
    // A delivery that is sent again must not overtake itself on its way to the disk.
    const turn = this.#taking.then(async () => this.#takeAll(records));
    this.#taking = turn.catch(() => undefined);
    return turn;
  }

  async #takeAll(records: readonly JournalRecord[]): Promise<DurableHead> {
    for (const record of records) {
      if (this.#fault !== undefined) throw this.#fault;
      if (record.seq !== this.#head.seq + 1) {
        throw new InvariantError(`batch ${record.seq} does not follow ${this.#head.seq}`);
      }
      checkChain(record, this.#head.hash);
      // A crash here means that the batch is in this journal or not; the owner asks again.
      await appendSurely(this.#ledger.journal, record);
      this.#head = { seq: record.seq, hash: record.hash };
      this.#unapplied.push(record);
      this.#unappliedBytes += record.body.length;
    }
    this.#applying ??= this.#apply();
    if (this.#unappliedBytes > UNAPPLIED_BYTES_MAX) await this.#allApplied();
    return this.#head;
  }

  /**
   * Resolves when everything that was begun to be taken is durable and applied, so that a cut can be
   * taken and the ledger is free for another role; rejects when a batch could not be applied.
   */
  async applied(): Promise<void> {
    await this.#taking;
    await this.#allApplied();
  }

  async #allApplied(): Promise<void> {
    while (this.#applying !== undefined) await this.#applying;
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #apply(): Promise<void> {
    const { view, flusher, onApplied } = this.#ledger;
    try {
      // What is taken in this turn is applied together.
      await Promise.resolve();
      while (this.#unapplied.length > 0) {
        const records = this.#unapplied.splice(0);
        flusher.beginBatch();
        try {
          await applyRecords(view, records, onApplied);
        } finally {
          flusher.endBatch();
        }
        this.#ledger.lastAtMs = records.at(-1)?.atMs ?? this.#ledger.lastAtMs;
        this.#unappliedBytes -= records.reduce((bytes, { body }) => bytes + body.length, 0);
        // Batches that arrive meanwhile are made durable before these are followed by more.
        await new Promise((resolve) => setImmediate(resolve));
        if (flusher.isFull) await flusher.room();
      }
    } catch (error) {
      this.#fault = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#applying = undefined;
    }
  }
}
