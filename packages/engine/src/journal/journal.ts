// The port to a cell's journal: the append-only record of batches, and the only truth.

import type { Epoch, Seq, TimestampMs } from '@holdfast/protocol/ids.ts';

/** One batch on disk. `hash` chains it to the record before (C24). */
export type JournalRecord = Readonly<{
  epoch: Epoch;
  seq: Seq;
  atMs: TimestampMs;
  hash: Uint8Array;
  body: Uint8Array;
}>;

/** Where a journal ends. */
export type JournalHead = Readonly<{
  epoch: Epoch;
  seq: Seq;
  atMs: TimestampMs;
  hash: Uint8Array;
}>;

/** What the oldest kept record is chained to. */
export type JournalBase = Readonly<{ seq: Seq; hash: Uint8Array }>;

/**
 * A journal belongs to one writer. Every implementation passes `journal-conformance.ts`.
 *
 * Durability: when `append` resolves the record survives a crash of process, system and power, as
 * far as the disk keeps its word on a flush. When it rejects with `JournalError`, the record is
 * either wholly there or not at all, and `head` tells which; the caller must ask before going on.
 * Concurrency: one `append` at a time; `read` and `head` may run beside it and see a prefix.
 * Limits: a body holds at most `BODY_BYTES_MAX`.
 */
export type Journal = Readonly<{
  /** Adds the record after the head; `seq` must be the head's plus one. */
  append: (record: JournalRecord) => Promise<void>;
  /** Records after `seq`, oldest first, as many as fit in `bytesMax` but at least one if any. */
  read: (afterSeq: Seq, bytesMax: number) => Promise<readonly JournalRecord[]>;
  /** The newest record's head, or `undefined` while the journal is empty. */
  head: () => Promise<JournalHead | undefined>;
  /** The head that the oldest kept record is chained to; seq 0 when nothing was trimmed. */
  base: () => Promise<JournalBase>;
  /**
   * Forgets records up to and including `seq`, but never the newest. A crash here means that the
   * records are all there or all gone.
   */
  trim: (throughSeq: Seq) => Promise<void>;
  /**
   * Forgets records after `seq`: the tail of an owner that lost its cell, once it is kept elsewhere.
   * Throws when `seq` is before the base. A crash here means that they are all there or all gone.
   */
  truncate: (afterSeq: Seq) => Promise<void>;
  /**
   * Makes an empty journal begin after a base that came with a snapshot; throws when it holds
   * records or has a base. Durable when it resolves.
   */
  beginAfter: (base: JournalBase) => Promise<void>;
  close: () => Promise<void>;
}>;

/** Bytes in one record's body. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024;

export type JournalFailure = 'full' | 'io' | 'too-large' | 'out-of-order' | 'damaged';

/** The journal could not do what was asked; `isRetryable` says whether trying again can help. */
export class JournalError extends Error {
  readonly code: JournalFailure;
  readonly isRetryable: boolean;

  constructor(code: JournalFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.isRetryable = code === 'full' || code === 'io';
  }
}
