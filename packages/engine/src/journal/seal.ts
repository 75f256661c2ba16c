// How the seal of an epoch is known in a journal: it is the last batch, and alone in it.

import { decodeEntries } from './batch-codec.ts';
import type { JournalRecord } from './journal.ts';

/** A seal holds nothing but the name of the hand-over; larger bodies need not be read to know. */
const SEAL_BYTES_MAX = 256;

/** Whether a record is the seal of its epoch (H15). */
export function isSeal(record: JournalRecord): boolean {
  if (record.body.length > SEAL_BYTES_MAX) return false;
  return decodeEntries(record.body).entries.some(({ kind }) => kind === 'seal');
}
