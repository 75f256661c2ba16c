// The balances of each cut of a party: copied in the moment of the cut, made into a file once the
// charter has decided, kept as long as certificates are.
//
// Rules: docs/spec/balances.md (BL4 to BL7).
//
//   take (at the cut) ─► begin (the cell was given away) ─► made, or gone
//                    └─► drop  (the cell stayed where it was)
//
// Why nothing wrong can come of it: what is copied late or lost in a crash does not have the counts
// hash of the cut, and without it there is no file. From the copy to the file the stored state is
// held where it is, so that after a crash the same copy can be made again from it and the journal.

import type {
  BalancePlace,
  BalanceTree,
  SignedBalances,
} from '@holdfast/engine/charter/balances.ts';
import type { VideoCopy } from '@holdfast/engine/engine/video-table.ts';
import { makeInThread } from './balance-maker.ts';
import type { BalanceStore, KeptBalances } from './balance-store.ts';
import { BalancesGoneError } from './make-balances.ts';
import type { BalanceJob } from './make-balances.ts';

/** After so many failures of disk or thread there is no file, and the copy is let go of. */
const ATTEMPTS_MAX = 10;
/** An end of the process waits so long for files that are being made. */
const CLOSE_MS_MAX = 5_000;

/** A cut as this side saw it. */
export type TakenCut = Readonly<{
  handover: string;
  place: BalancePlace;
  countsHash: string;
  totals: BalanceJob['totals'];
}>;

/** What the stored state lacks at a cut, and how to let it go on being stored. */
export type CutCopy = Readonly<{ copies: readonly VideoCopy[]; release: () => void }>;

export type BalanceBookOptions = Readonly<{
  store: BalanceStore;
  stateFile: string;
  log: (level: 'info' | 'warn', fields: object, message: string) => void;
  /** Makes a file; another one in tests. */
  make?: typeof makeInThread;
}>;

type Making = {
  readonly cut: TakenCut;
  readonly copy: CutCopy;
  attempts: number;
  running: Promise<void> | undefined;
};

export class BalanceBook {
  readonly #options: BalanceBookOptions;
  readonly #making = new Map<string, Making>();

  constructor(options: BalanceBookOptions) {
    this.#options = options;
  }

  /** Takes a copy, unless there is one or it is made already. Synchronous: people wait for it. */
  take(cut: TakenCut, copyNow: () => CutCopy | undefined): void {
    const { handover } = cut;
    if (this.#making.has(handover) || this.kept(handover) !== undefined) return;
    const copy = copyNow();
    if (copy === undefined) return;
    this.#making.set(handover, { cut, copy, attempts: 0, running: undefined });
  }

  /** Makes the file of a copy that was taken, beside whatever else goes on. */
  begin(handover: string): void {
    const making = this.#making.get(handover);
    if (making === undefined || making.running !== undefined) return;
    making.running = this.#make(making).finally(() => {
      making.running = undefined;
    });
  }

  /** The cell stayed where it was: there is nothing to be kept. */
  drop(handover: string): void {
    this.#letGo(handover);
    this.#options.store.drop(handover);
  }

  isMaking(handover: string): boolean {
    return this.#making.has(handover);
  }

  kept(handover: string): KeptBalances | undefined {
    return this.#options.store.read(handover);
  }

  fileOf(handover: string): string {
    return this.#options.store.fileOf(handover);
  }

  tree(handover: string): BalanceTree | null {
    return this.kept(handover)?.tree ?? null;
  }

  /** Keeps balances whose file came from another party; durable on return. */
  adopt(kept: KeptBalances): void {
    this.#options.store.keep(kept);
  }

  /** Keeps what a side signed; durable on return. There are balances of that name. */
  keepSigned(handover: string, signed: SignedBalances): void {
    const kept = this.kept(handover);
    if (kept === undefined) throw new Error('only balances that are there can be signed');
    this.#options.store.keep({ ...kept, [signed.statement.side]: signed });
  }

  /** Waits a little for what is being made; the rest is made at the next start. */
  async close(): Promise<void> {
    const running = [...this.#making.values()].map(async ({ running: one }) => one);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS_MAX);
    });
    await Promise.race([Promise.all(running), late]);
    clearTimeout(timer);
  }

  /** Never rejects. */
  async #make(making: Making): Promise<void> {
    const { store, stateFile, log, make = makeInThread } = this.#options;
    const { handover, place, countsHash, totals } = making.cut;
    making.attempts += 1;
    try {
      const job = { stateFile, balanceFile: store.fileOf(handover), place, countsHash, totals };
      const tree = await make(job, making.copy.copies);
      if (!this.#making.has(handover)) return;
      store.keep({ handover, place, tree, closing: null, opening: null });
      log('info', { handover, videos: tree.videos }, 'the balance of each video is on disk');
    } catch (error) {
      const isOver = error instanceof BalancesGoneError || making.attempts >= ATTEMPTS_MAX;
      const end = isOver ? 'this side will have none' : 'it is tried again';
      log('warn', { handover, err: error }, `the balances could not be written; ${end}`);
      if (!isOver) return;
    }
    this.#letGo(handover);
  }

  #letGo(handover: string): void {
    this.#making.get(handover)?.copy.release();
    this.#making.delete(handover);
  }
}
