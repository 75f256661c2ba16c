// Sealing: AES-256-GCM with a random nonce in front and the tag behind. What is sealed opens only
// with the same key, in the same place, unchanged.

import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;
/** How much longer something gets by being sealed. */
export const SEAL_BYTES: number = NONCE_BYTES + TAG_BYTES;

/** `place` says what is sealed and where; it is bound and not stored. */
export function seal(key: Uint8Array, place: Uint8Array, plain: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(SEAL_BYTES + plain.length);
  const nonce = sealed.subarray(0, NONCE_BYTES);
  randomFillSync(nonce);
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(place);
  const body = cipher.update(plain);
  cipher.final();
  body.copy(sealed, NONCE_BYTES);
  cipher.getAuthTag().copy(sealed, NONCE_BYTES + plain.length);
  return sealed;
}

/** What was sealed; `undefined` when it does not open: another key or place, or it was changed. */
export function unseal(key: Uint8Array, place: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < SEAL_BYTES) return undefined;
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(place);
  decipher.setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, end));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plain;
}
