// An append whose end is known, whatever the disk said.

import type { Journal, JournalRecord } from './journal.ts';

/**
 * Appends a record. A write may reach the disk although it failed, and only the journal itself
 * knows: when its last record is this one, it is durable. Otherwise the failure is thrown.
 */
export async function appendSurely(journal: Journal, record: JournalRecord): Promise<void> {
  try {
    await journal.append(record);
  } catch (error) {
    const found = await journal.head();
    if (found?.seq !== record.seq || !Buffer.from(record.hash).equals(found.hash)) throw error;
  }
}
