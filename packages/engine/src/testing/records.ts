// Journal records for tests, chained as the engine chains them.

import type { Epoch, Seq, TimestampMs } from '@holdfast/protocol/ids.ts';
import { CHAIN_START } from '../counting/rows.ts';
import { chainHash } from '../journal/batch-codec.ts';
import type { JournalHead, JournalRecord } from '../journal/journal.ts';

/** The record that follows `head` with this body. */
export function recordAfter(
  head: Pick<JournalHead, 'seq' | 'hash'> | undefined,
  body: Uint8Array,
): JournalRecord {
  const seq = ((head?.seq ?? 0) + 1) as Seq;
  const epoch = 1 as Epoch;
  const atMs = (1_769_000_000_000 + seq) as TimestampMs;
  const hash = chainHash(head?.hash ?? CHAIN_START, epoch, seq, atMs, body);
  return { epoch, seq, atMs, hash, body };
}

/** A body of so many bytes that tells from which record it is. */
export function bodyOf(seq: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (seq * 31 + index * 7) & 0xff);
}

/** The first records of a journal, with bodies of these sizes. */
export function recordsOf(sizes: readonly number[]): JournalRecord[] {
  const records: JournalRecord[] = [];
  for (const [index, bytes] of sizes.entries()) {
    records.push(recordAfter(records.at(-1), bodyOf(index + 1, bytes)));
  }
  return records;
}
