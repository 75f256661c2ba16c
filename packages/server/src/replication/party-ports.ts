// What a party needs of the process that it runs in: the charter, the roles of its cell, and the
// files of its copy.

import type { SignedDecision } from '@holdfast/engine/charter/charter-entry.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import type { ChangeLog } from '../accounts/change-log.ts';
import type { AckResult } from './ack-gate.ts';
import type { CharterBody, Cut, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Follower } from '@holdfast/engine/engine/follower.ts';
import type { LedgerPosition } from '@holdfast/engine/engine/ledger.ts';
import type { RowView } from '@holdfast/engine/engine/row-view.ts';
import type { Journal } from '@holdfast/engine/journal/journal.ts';

/** The charter of one cell, as a verified cache has it. */
export type CharterLine = Readonly<{
  /** Every entry of the cell, oldest first. */
  entries: () => readonly CharterBody[];
  /** What the next decision is signed over. */
  follows: () => string;
  /** Resolves when the registrar has answered, whatever it answered; rejects when it is away. */
  append: (signed: SignedDecision) => Promise<void>;
  /** Told when the cell has a new entry; returns a function that ends it. */
  subscribe: (onEntry: () => void) => () => void;
  /** Brings the cache up to date; rejects when the registrar is away. */
  refresh: () => Promise<void>;
}>;

/** The cell's ledger and the one role that works on it. */
export type CellRoles = Readonly<{
  journal: () => Journal;
  /** Where the journal durably ends. */
  durableSeq: () => number;
  /** The rows as of the last batch applied; `undefined` while nothing is open. */
  view: () => RowView | undefined;
  /** The follower, while that is the role. */
  follower: () => Follower | undefined;
  /** Whether batches are decided here. */
  isServing: () => boolean;
  /** Decides batches from now on, or goes on doing so under a newer epoch. */
  serve: (epoch: Epoch, acknowledge: (seq: number) => Promise<AckResult>) => Promise<void>;
  /** Ends the role of deciding with a seal; see `Engine.seal`. */
  seal: (handover: string, signal: AbortSignal) => Promise<LedgerPosition | undefined>;
  /** Copies another's batches from now on. */
  follow: () => Promise<void>;
  /** Where the journal ends, when that is with the seal of `epoch`, which a crash may have left. */
  sealedAt: (epoch: Epoch) => Promise<LedgerPosition | undefined>;
  /** Has no role. */
  rest: () => Promise<void>;
  /** Videos whose counts the owner compares with the follower's, a few at a time. */
  probes: () => readonly number[];
}>;

/** The accounts of the cell, and who changes them. */
export type CellAccounts = ChangeLog &
  Readonly<{
    /** People do from now on; an answer waits for `acknowledge` of the newest change. */
    serve: (acknowledge: (changeNo: number) => Promise<AckResult>) => void;
    /** People do no more, until `serve`. */
    rest: () => void;
  }>;

/** The files of a cell's copy. */
export type CellCopy = Readonly<{
  /** Fetches a snapshot of the owner and begins on it; rejects when that was cut off. */
  fetch: (owner: Party) => Promise<void>;
  /**
   * Moves the batches after a cut into a file of their own and forgets them here; `false` when the
   * state already includes some of them, so that the copy has to be fetched anew.
   */
  setAside: (cut: Cut) => Promise<boolean>;
  /** Destroys keys and files and writes the inventory; `false` when something is left. */
  destroy: () => Promise<boolean>;
  freeBytes: () => number | undefined;
}>;
