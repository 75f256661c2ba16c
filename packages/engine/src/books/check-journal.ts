// The journal, read from its oldest batch to its newest: chain, order, and the ops it accepted.

import type { Seq } from '@holdfast/protocol/ids.ts';
import { InvariantError } from '../counting/assert.ts';
import { openRecord } from '../engine/replay.ts';
import { JournalError } from '../journal/journal.ts';
import type { Journal, JournalRecord } from '../journal/journal.ts';
import { FormatError } from '../codec/bytes.ts';
import { Differences, progressOf } from './differences.ts';
import type { CheckOptions, Difference } from './differences.ts';

export type JournalCheck = Readonly<{
  differences: readonly Difference[];
  batches: number;
  /** Ops in batches up to the state's, or `undefined` when older batches were trimmed. */
  opsInState: number | undefined;
  baseSeq: number;
  headSeq: number;
}>;

const READ_BYTES_MAX = 8 * 1024 * 1024;

/** Checks every record against the one before it (C24). `stateSeq` is what the state includes. */
export async function checkJournal(
  journal: Journal,
  stateSeq: number,
  options: CheckOptions,
): Promise<JournalCheck> {
  const differences = new Differences();
  const base = await journal.base();
  const headSeq = (await journal.head())?.seq ?? base.seq;
  const step = progressOf('reading the journal', headSeq - base.seq, options);
  let previous = base.hash;
  let seq: Seq = base.seq;
  let [epoch, atMs, ops] = [0, 0, 0];
  let isReadable = true;
  while (isReadable && seq < headSeq) {
    const records = await readable(journal, seq, differences);
    isReadable = records !== undefined;
    if (records === undefined || records.length === 0) break;
    for (const record of records) {
      differences.expect(`batch after ${seq}`, seq + 1, record.seq);
      if (record.epoch < epoch)
        differences.expect(`epoch of batch ${record.seq}`, epoch, record.epoch);
      if (record.atMs < atMs) differences.expect(`time of batch ${record.seq}`, atMs, record.atMs);
      try {
        const { entries } = openRecord(record, previous);
        for (const entry of entries) {
          if (entry.kind === 'ops' && record.seq <= stateSeq) ops += entry.ops.length;
        }
      } catch (error) {
        if (!(error instanceof InvariantError || error instanceof FormatError)) throw error;
        differences.expect(`batch ${record.seq}`, 'as it was written', error.message);
        isReadable = false;
        break;
      }
      ({ hash: previous, seq, epoch, atMs } = record);
      step();
    }
  }
  return {
    differences: differences.found,
    batches: seq - base.seq,
    opsInState: base.seq === 0 && isReadable ? ops : undefined,
    baseSeq: base.seq,
    headSeq,
  };
}

/** The next records; `undefined` when one of them does not open, which is a difference. */
async function readable(
  journal: Journal,
  afterSeq: Seq,
  differences: Differences,
): Promise<readonly JournalRecord[] | undefined> {
  try {
    return await journal.read(afterSeq, READ_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof JournalError) || error.code !== 'damaged') throw error;
    differences.expect('batches', 'as they were sealed', error.message);
    return undefined;
  }
}
