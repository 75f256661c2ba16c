// Follows the charter from its first entry to its last, as a registrar does when it opens its file.

import { NO_HASH } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { faultOfNext } from '@holdfast/engine/charter/charter-chain.ts';
import type { CheckCrypto } from '@holdfast/engine/charter/check-crypto.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { TrustRecord } from './record.ts';

export type CharterVerdict = Readonly<
  | { kind: 'holds'; entries: number; registrarKey: string | undefined }
  | { kind: 'broken'; n: number; fault: string }
>;

/** Entries between two breaths: a signature takes a few milliseconds on a phone. */
const ENTRIES_A_BREATH = 4;

/**
 * Checks every entry: numbers, hashes, who may follow whom, every signature. `breathe` lets the page
 * draw in between.
 */
export async function checkCharter(
  crypto: CheckCrypto,
  entries: readonly CharterEntry[],
  breathe: () => Promise<void>,
): Promise<CharterVerdict> {
  const newest = new Map<Jurisdiction, CharterEntry>();
  const [first] = entries;
  for (const [index, entry] of entries.entries()) {
    if (index % ENTRIES_A_BREATH === ENTRIES_A_BREATH - 1) await breathe();
    const place = {
      size: index,
      newestHash: entries[index - 1]?.hash ?? NO_HASH,
      newest: (cell: Jurisdiction) => newest.get(cell),
      registrarKey: index === 0 ? undefined : first?.registrar.publicKey,
    };
    const fault = faultOfNext(crypto, place, entry);
    if (fault !== undefined) return { kind: 'broken', n: index + 1, fault };
    newest.set(entry.cell, entry);
  }
  return { kind: 'holds', entries: entries.length, registrarKey: first?.registrar.publicKey };
}

/** Where the record of a country does not say what its charter says; `undefined` when it does. */
export function faultOfRecord(
  record: TrustRecord,
  entries: readonly CharterEntry[],
): string | undefined {
  const own = entries.filter((entry) => entry.cell === record.jurisdiction);
  const newest = own.at(-1);
  if (newest === undefined) return 'the charter has no entry of it';
  // The two answers are asked for one after the other; what came between is no contradiction.
  if (newest.epoch !== record.epoch) return undefined;
  const { owner } = newest;
  if (owner.operator !== record.operator || owner.site !== record.site) {
    return `the charter says that ${owner.operator}/${owner.site} runs it`;
  }
  if (owner.publicKey !== record.publicKey) return 'the charter has another key of the operator';
  const by = own.find(({ n }) => n === record.entry.n);
  if (by?.hash !== record.entry.hash) return 'the entry it names is not in the charter';
  return undefined;
}
