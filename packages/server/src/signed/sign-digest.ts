// Signatures over a digest that whoever signs has made: what outlives a message, such as a
// certificate, is signed this way.

import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { publicKeyOf } from './wire-key.ts';

/** A signature over a digest, as base64. */
export function signDigest(digest: Uint8Array, privateKey: KeyObject): string {
  return sign(null, digest, privateKey).toString('base64');
}

/** Whether a signature over a digest is by the holder of a key. */
export function isDigestSignedBy(
  publicKey: string,
  digest: Uint8Array,
  signature: string,
): boolean {
  const key = publicKeyOf(publicKey);
  return key !== undefined && verify(null, digest, key, Buffer.from(signature, 'base64'));
}
