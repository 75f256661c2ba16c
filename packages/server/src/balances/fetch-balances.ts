// Fetches the balances of hand-overs that this party was not part of, or of which it lost its own:
// a standby or a third operator answers for the cell's whole past once it owns it.
//
// Rules: docs/spec/balances.md (BL12).
//
// Why nobody has to be trusted: both statements are checked against the keys of the charter's own
// entries, and the root is made anew from every record that comes.

import { Worker } from 'node:worker_threads';
import { isSameTree, isSignedBalances } from '@holdfast/engine/charter/balances.ts';
import type {
  BalancePlace,
  BalanceSide,
  BalanceTree,
  SignedBalances,
} from '@holdfast/engine/charter/balances.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import type { BalanceBook } from './balance-book.ts';
import { KEPT_FILE_PATH, KEPT_PATH } from './balance-route.ts';
import { keptIn } from './balance-store.ts';
import type { KeptBalances } from './balance-store.ts';
import { cessions } from './read-balances.ts';
import type { BalanceReaderOptions } from './read-balances.ts';

const ASK_MS_MAX = 5_000;
const COPY_MS_MAX = 600_000;
const KEPT_BYTES_MAX = 16_384;
/** Parties that are asked for one hand-over. */
const PARTIES_MAX = 8;
const AGAIN_AFTER_MS = 15_000;
/** From this attempt on, balances that only one side has signed are good enough. */
const HALF_FROM_ATTEMPT = 8;

export type CopyJob = Readonly<{
  url: string;
  file: string;
  place: BalancePlace;
  tree: BalanceTree;
  copyMsMax: number;
}>;

export type BalanceFetcherOptions = Pick<BalanceReaderOptions, 'cell' | 'charter'> &
  Readonly<{
    book: Pick<BalanceBook, 'kept' | 'isMaking' | 'fileOf' | 'adopt'>;
    /** Hand-overs of which this party still makes its own. */
    pending: () => readonly string[];
    ownUrl: () => string | undefined;
    fetch: typeof globalThis.fetch;
    monotonicMs: () => number;
    log: (level: 'info' | 'warn', fields: object, message: string) => void;
  }>;

export class BalanceFetcher {
  readonly #options: BalanceFetcherOptions;
  readonly #tries = new Map<string, { attempts: number; nextMs: number }>();
  #isLooking = false;

  constructor(options: BalanceFetcherOptions) {
    this.#options = options;
  }

  /** Fetches what is missing, one hand-over after the other; what fails is tried again later. */
  async look(): Promise<void> {
    const { book, pending, monotonicMs } = this.#options;
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const own = pending();
      for (const entry of cessions(this.#options)) {
        const { handover = '' } = entry;
        const isDone = book.kept(handover) !== undefined || book.isMaking(handover);
        const tried = this.#tries.get(handover) ?? { attempts: 0, nextMs: 0 };
        if (isDone || own.includes(handover) || monotonicMs() < tried.nextMs) continue;
        const attempts = tried.attempts + 1;
        this.#tries.set(handover, { attempts, nextMs: monotonicMs() + AGAIN_AFTER_MS });
        if (await this.#fetch(entry, attempts)) this.#tries.delete(handover);
      }
    } finally {
      this.#isLooking = false;
    }
  }

  async #fetch(entry: CharterEntry, attempt: number): Promise<boolean> {
    const { book, log } = this.#options;
    const { handover = '' } = entry;
    for (const url of this.#urls(entry)) {
      try {
        const kept = await this.#ask(url, entry, attempt);
        if (kept === undefined) continue;
        const { place, tree } = kept;
        const from = pathOf(url, KEPT_FILE_PATH, handover);
        const file = book.fileOf(handover);
        await copyInThread({ url: from, file, place, tree, copyMsMax: COPY_MS_MAX });
        book.adopt(kept);
        log('info', { handover, url }, 'the balances of an earlier hand-over are on disk');
        return true;
      } catch (error) {
        log('info', { handover, url, err: error }, 'balances could not be fetched there');
      }
    }
    return false;
  }

  /** The parties of the cell's charter, those of the hand-over first. */
  #urls({ epoch }: CharterEntry): readonly string[] {
    const { cell, charter, ownUrl } = this.#options;
    const newest = charter.newest(cell)?.epoch ?? epoch;
    const epochs = [epoch, epoch - 1];
    for (let other: number = newest; other > 0; other -= 1) epochs.push(other);
    const urls = new Set<string>();
    for (const at of epochs) {
      const entry = charter.entryOf(cell, at as Epoch);
      for (const party of [entry?.owner, entry?.follower]) {
        if (party?.url.startsWith('http') === true) urls.add(party.url);
      }
      if (urls.size > PARTIES_MAX) break;
    }
    urls.delete(ownUrl() ?? '');
    return [...urls].slice(0, PARTIES_MAX);
  }

  async #ask(url: string, entry: CharterEntry, attempt: number): Promise<KeptBalances | undefined> {
    const { cell, charter, fetch } = this.#options;
    const { handover = '', cut, epoch } = entry;
    const before = charter.entryOf(cell, (epoch - 1) as Epoch);
    const answer = await fetch(pathOf(url, KEPT_PATH, handover), {
      signal: AbortSignal.timeout(ASK_MS_MAX),
      redirect: 'error',
    });
    const text = answer.ok ? await answer.text() : '';
    if (before === undefined || text === '' || text.length > KEPT_BYTES_MAX) return undefined;
    const kept = keptIn(JSON.parse(text));
    if (kept?.handover !== handover) return undefined;
    const { place, closing, opening } = kept;
    const isThere = place.cell === cell && place.epoch === epoch - 1 && place.seq === cut?.seq;
    if (!isThere) return undefined;
    if (!isOf(closing, 'closing', kept, before.owner)) return undefined;
    if (!isOf(opening, 'opening', kept, entry.owner)) return undefined;
    const isWhole = closing !== null && opening !== null;
    const isHalf = closing !== null || opening !== null;
    return isWhole || (isHalf && attempt >= HALF_FROM_ATTEMPT) ? kept : undefined;
  }
}

/** Whether a statement is of a side, signed by it, and of the very same balances; none is fine. */
function isOf(
  signed: SignedBalances | null,
  side: BalanceSide,
  { handover, place, tree }: KeptBalances,
  { operator, publicKey }: Party,
): boolean {
  if (signed === null) return true;
  const { statement } = signed;
  const { cell, epoch, seq } = statement;
  const isThere = cell === place.cell && epoch === place.epoch && seq === place.seq;
  const isSide = statement.side === side && statement.handover === handover;
  const isBy = signed.operator === operator && signed.publicKey === publicKey;
  return (
    isThere && isSide && isBy && isSameTree(statement, tree) && isSignedBalances(nodeCrypto, signed)
  );
}

function pathOf(url: string, path: string, handover: string): string {
  return new URL(path.replace(':handover', handover), url).href;
}

/** Copies and hashes in a thread of its own; rejects when the file is not what it should be. */
async function copyInThread(job: CopyJob): Promise<void> {
  const worker = new Worker(new URL('./balance-copy-worker.ts', import.meta.url), {
    workerData: job,
    execArgv: [],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve());
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the thread that copies balances has ended')));
    });
  } finally {
    await worker.terminate();
  }
}
