// What only the holder of a private key can do with a charter entry: agree to it, or witness it.
// Its form, its hashes and how it is checked are in the engine (`charter/charter-entry.ts`).

import { createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { hexOf } from '@holdfast/engine/charter/check-crypto.ts';
import { decisionDigest, entryDigest } from '@holdfast/engine/charter/charter-entry.ts';
import type {
  CharterEntry,
  DecisionSignature,
  SignedDecision,
} from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterBody } from '@holdfast/engine/handover/charter-rules.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { publicKeyOf, publicKeyText } from '../signed/wire-key.ts';

/** An operator that can sign: its name and key pair. */
export type OperatorKey = Readonly<{ operator: string; privateKey: KeyObject }>;

/**
 * Agrees to a decision. `follows` is the hash of the cell's newest entry, `NO_HASH` for its first:
 * a signature is good for one place of one charter.
 */
export function signDecision(
  decision: CharterBody,
  follows: string,
  { operator, privateKey }: OperatorKey,
): DecisionSignature {
  const publicKey = publicKeyText(createPublicKey(privateKey));
  const signature = sign(null, decisionDigest(nodeCrypto, decision, follows), privateKey).toString(
    'base64',
  );
  return { operator, publicKey, signature };
}

/** Makes the entry that records a decision at its place; it has been checked. */
export function witnessEntry(
  signed: SignedDecision,
  place: Readonly<{ n: number; sinceMs: number; previousHash: string; follows: string }>,
  registrarKey: KeyObject,
): CharterEntry {
  const { n, sinceMs, previousHash, follows } = place;
  const { decision, signatures } = signed;
  const publicKey = publicKeyText(createPublicKey(registrarKey));
  const unsigned = { ...decision, n, sinceMs, previousHash, signatures, registrar: { publicKey } };
  const digest = entryDigest(nodeCrypto, unsigned, follows);
  const signature = sign(null, digest, registrarKey).toString('base64');
  return { ...unsigned, hash: hexOf(digest), registrar: { publicKey, signature } };
}

/** The key of an owner as PEM, for whoever verifies what it signed. */
export function publicKeyPem({ owner }: CharterBody): string {
  const key = publicKeyOf(owner.publicKey);
  if (key === undefined) throw new Error('a key of the charter was checked and cannot be read');
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
