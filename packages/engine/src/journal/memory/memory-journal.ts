// A journal in memory, for tests and models. Durable as long as the process lives, no longer.

import type { Seq } from '@holdfast/protocol/ids.ts';
import { CHAIN_START } from '../../counting/rows.ts';
import { BODY_BYTES_MAX, JournalError } from '../journal.ts';
import type { Journal, JournalRecord } from '../journal.ts';

export function openMemoryJournal(): Journal {
  let records: JournalRecord[] = [];
  let base = { seq: 0 as Seq, hash: CHAIN_START };
  const headSeq = (): Seq => records.at(-1)?.seq ?? base.seq;
  return {
    append: async (record) => {
      if (record.seq !== headSeq() + 1) {
        throw new JournalError('out-of-order', `record ${record.seq} cannot follow ${headSeq()}`);
      }
      if (record.body.length > BODY_BYTES_MAX) {
        throw new JournalError('too-large', `record ${record.seq} is larger than a record may be`);
      }
      // Copies: `slice` of a Buffer would share its bytes.
      const { body, hash } = record;
      records.push({ ...record, body: Uint8Array.from(body), hash: Uint8Array.from(hash) });
    },
    read: async (afterSeq, bytesMax) => {
      const found: JournalRecord[] = [];
      let bytes = 0;
      for (const record of records) {
        if (record.seq <= afterSeq) continue;
        bytes += record.body.length;
        if (found.length > 0 && bytes > bytesMax) break;
        found.push(record);
      }
      return found;
    },
    head: async () => records.at(-1),
    base: async () => base,
    trim: async (throughSeq) => {
      const last = records.findLast((record) => record.seq <= throughSeq && record.seq < headSeq());
      if (last === undefined) return;
      base = { seq: last.seq, hash: last.hash };
      records = records.filter((record) => record.seq > last.seq);
    },
    truncate: async (afterSeq) => {
      if (afterSeq < base.seq) throw new JournalError('out-of-order', 'that was trimmed already');
      records = records.filter((record) => record.seq <= afterSeq);
    },
    beginAfter: async (from) => {
      if (headSeq() > 0) throw new JournalError('out-of-order', 'the journal is not empty');
      base = { seq: from.seq, hash: Uint8Array.from(from.hash) };
    },
    close: async () => undefined,
  };
}
