// Keys as messages name them: an Ed25519 public key as text, and the short hash that stands for it.

import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isWireName } from '@holdfast/protocol/ids.ts';

const KEY_ID_HEX_CHARS = 32;
/** Keys are few; a map that has grown beyond this is emptied, and keys are read anew. */
const KEYS_KEPT_MAX = 1_024;

/** One end of the wire, as the other knows it. */
export type WireParty = Readonly<{
  operator: string;
  site: string;
  /** Ed25519: SPKI in DER, as base64. */
  publicKey: string;
  keyId: string;
}>;

/** One's own end: it can sign. */
export type WireIdentity = WireParty & Readonly<{ privateKey: KeyObject }>;

/** Makes an identity. Throws when a name is not of the form W2 or the key is not Ed25519. */
export function wireIdentity(
  options: Readonly<{ operator: string; site: string; privateKey: KeyObject }>,
): WireIdentity {
  const { operator, site, privateKey } = options;
  if (!isWireName(operator) || !isWireName(site)) {
    throw new TypeError(`operator '${operator}' or site '${site}' is not 1 to 32 of a-z 0-9 -`);
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('the key is not Ed25519');
  const publicKey = publicKeyText(createPublicKey(privateKey));
  return { operator, site, publicKey, keyId: keyIdOf(publicKey), privateKey };
}

/** A public key as text. */
export function publicKeyText(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** The short name of a public key: the first half of the SHA-256 of its DER form, as hex (W2). */
export function keyIdOf(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');
  return digest.slice(0, KEY_ID_HEX_CHARS);
}

const kept = new Map<string, KeyObject>();

/** Reads a public key from its text; `undefined` when it is no Ed25519 key in its one form. */
export function publicKeyOf(text: unknown): KeyObject | undefined {
  if (typeof text !== 'string') return undefined;
  const found = kept.get(text);
  if (found !== undefined) return found;
  const key = parsedKey(text);
  // Another spelling of the same key would pass for another key wherever texts are compared.
  if (key?.asymmetricKeyType !== 'ed25519' || publicKeyText(key) !== text) return undefined;
  if (kept.size >= KEYS_KEPT_MAX) kept.clear();
  kept.set(text, key);
  return key;
}

function parsedKey(text: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(text, 'base64'), type: 'spki', format: 'der' });
  } catch {
    return undefined;
  }
}
