// Sends the owner's journal to the follower, one delivery at a time, and a heartbeat when there is
// nothing to send. It reads what it sends from the journal itself, in catching up and in lockstep
// alike: there is one way for a batch to get to the follower.

import type { Seq } from '@holdfast/protocol/ids.ts';
import { hashAt } from '@holdfast/engine/engine/replay.ts';
import type { Journal, JournalRecord } from '@holdfast/engine/journal/journal.ts';
import type { AccountChanges } from '../accounts/replicated-rows.ts';
import type { AcceptedOps } from './accepted-ops.ts';
import { DELIVERY_BYTES_MAX, DELIVERY_RECORDS_MAX } from './peer.ts';
import type { Delivery, PeerAway, PeerLine, Report } from './peer.ts';

/** Silence between two deliveries at most: a follower that hears nothing knows nothing. */
export const HEARTBEAT_MS = 50;
/** Pause after a delivery that was not answered. */
export const AWAY_PAUSE_MS = 100;

export type BatchSenderOptions = Readonly<{
  journal: Journal;
  line: PeerLine;
  /** The newest epoch that the owner knows. */
  epoch: () => number;
  monotonicMs: () => number;
  /** What this side has accepted in all, as far as it is applied. */
  accepted: () => AcceptedOps;
  /** Videos to compare with the next delivery. */
  probes: () => readonly number[];
  /** Changes of accounts after the follower's newest; only the head while that is not known. */
  accounts: (changeNo: number | undefined) => AccountChanges;
  /** Resolves after a time, or early when `signal` is aborted. */
  pause: (pauseMs: number, signal: AbortSignal) => Promise<void>;
  onReport: (report: Report) => void;
  onAway: (away: PeerAway) => void;
  /** The journal could not be read; the sender has stopped. */
  onFault: (error: unknown) => void;
}>;

export class BatchSender {
  readonly #options: BatchSenderOptions;
  /** Where the follower's journal ends, as it said itself. */
  #followerSeq: number | undefined;
  /** Its newest change of accounts, as it said itself. */
  #followerChangeNo: number | undefined;
  /** It fetches a snapshot, and takes no batch before it has it. */
  #isSeeding = false;
  #isStopped = false;
  #nap: AbortController | undefined;
  #isPoked = false;
  readonly #running: Promise<void>;

  constructor(options: BatchSenderOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** There are batches to send. */
  poke(): void {
    this.#isPoked = true;
    if (this.#mayRest()) return;
    this.#nap?.abort();
  }

  /** Sends nothing more; resolves when the last delivery has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.poke();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isStopped) await this.#sendNext();
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  async #sendNext(): Promise<void> {
    const { line, onReport, onAway } = this.#options;
    this.#isPoked = false;
    const delivery = await this.#next();
    const reply = await line.deliver(delivery);
    if (this.#isStopped) return;
    if (reply.kind === 'away') {
      onAway(reply);
      await this.#rest(AWAY_PAUSE_MS);
      return;
    }
    const isBehind = reply.seq < delivery.ownerSeq && reply.seq !== this.#followerSeq;
    this.#followerSeq = reply.seq;
    this.#isSeeding = reply.phase === 'seeding';
    const changeNo = reply.accounts?.changeNo;
    const hasMoreAccounts =
      changeNo !== undefined &&
      changeNo < delivery.accounts.head.changeNo &&
      changeNo !== this.#followerChangeNo;
    this.#followerChangeNo = changeNo;
    onReport(reply);
    if (!isBehind && !hasMoreAccounts) await this.#rest(HEARTBEAT_MS);
  }

  async #next(): Promise<Delivery> {
    const { journal, epoch, monotonicMs, accepted, probes, accounts } = this.#options;
    const [head, base] = [await journal.head(), await journal.base()];
    const ownerSeq = head?.seq ?? base.seq;
    const { records, previousChain } = await this.#recordsAfter(ownerSeq, base.seq);
    return {
      epoch: epoch(),
      ownerSeq,
      baseSeq: base.seq,
      accepted: accepted(),
      previousChain,
      records,
      beatMs: monotonicMs(),
      probes: probes(),
      accounts: accounts(this.#followerChangeNo),
    };
  }

  /** Nothing until the follower has said where it is, and nothing that is no longer here. */
  async #recordsAfter(
    ownerSeq: number,
    baseSeq: number,
  ): Promise<Readonly<{ records: readonly JournalRecord[]; previousChain: string }>> {
    const from = this.#followerSeq;
    if (this.#isSeeding || from === undefined || from >= ownerSeq || from < baseSeq) {
      return { records: [], previousChain: '' };
    }
    const { journal } = this.#options;
    const records = await journal.read(from as Seq, DELIVERY_BYTES_MAX);
    const previous = await hashAt(journal, from as Seq);
    return {
      records: records.slice(0, DELIVERY_RECORDS_MAX),
      previousChain: Buffer.from(previous).toString('hex'),
    };
  }

  /** New batches are nothing to a follower that takes none yet. */
  #mayRest(): boolean {
    return this.#isSeeding && !this.#isStopped;
  }

  async #rest(pauseMs: number): Promise<void> {
    if ((this.#isPoked || this.#isStopped) && !this.#mayRest()) return;
    this.#nap = new AbortController();
    await this.#options.pause(pauseMs, this.#nap.signal);
    this.#nap = undefined;
  }
}
