// Whether an entry is sound at its place in the charter: what everybody asks who reads a charter,
// the registrar that opens its own file, a gateway that keeps a copy, a browser that shows it.
//
// Rules: docs/spec/charter.md (R1 to R4, R15, R21).

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { mayAppend } from '../handover/charter-rules.ts';
import { faultOfSignatures, faultOfWitness, NO_HASH } from './charter-entry.ts';
import type { CharterEntry } from './charter-entry.ts';
import type { CheckCrypto } from './check-crypto.ts';

/** What the next entry has to follow. */
export type CharterPlace = Readonly<{
  /** Entries there are. */
  size: number;
  /** Hash of the last of them, `NO_HASH` while there is none. */
  newestHash: string;
  /** The newest entry of a cell. */
  newest: (cell: Jurisdiction) => CharterEntry | undefined;
  /** The key that has witnessed every entry; `undefined` before the first. */
  registrarKey: string | undefined;
}>;

/** Why an entry cannot be the next one; `undefined` when it can. */
export function faultOfNext(
  crypto: CheckCrypto,
  { size, newestHash, newest, registrarKey }: CharterPlace,
  entry: CharterEntry,
): string | undefined {
  const { n, cell, previousHash, signatures, registrar } = entry;
  if (n !== size + 1) return `entry ${size + 1} is expected here`;
  if (previousHash !== newestHash) return 'it does not follow the line before it';
  const before = newest(cell);
  const follows = before?.hash ?? NO_HASH;
  const fault = faultOfWitness(crypto, entry, follows);
  if (fault !== undefined) return fault;
  if (registrarKey !== undefined && registrar.publicKey !== registrarKey) {
    return 'it is witnessed by another registrar than the entries before it';
  }
  const may = mayAppend(before, entry);
  if (may.kind === 'refused') return may.detail;
  return faultOfSignatures(crypto, { decision: entry, signatures }, follows, may.signers);
}
