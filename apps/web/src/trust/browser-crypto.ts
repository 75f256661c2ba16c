// SHA-256 and Ed25519 in the browser, for the checks that the server runs too. A file of its own, so
// that a page is there before this is loaded.

import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { CheckCrypto } from '@holdfast/engine/charter/check-crypto.ts';

/** The DER form of an Ed25519 key is these many bytes, and then the key. */
const SPKI_HEAD_BYTES = 12;
const encoder = new TextEncoder();

export const browserCrypto: CheckCrypto = {
  sha256: (text) => sha256(encoder.encode(text)),
  isSigned: (publicKey, bytes, signature) => {
    try {
      const key = bytesOf(publicKey).subarray(SPKI_HEAD_BYTES);
      // The strict rules of RFC 8032, which Node has too.
      return ed25519.verify(bytesOf(signature), bytes, key, { zip215: false });
    } catch {
      // A key that is no point of the curve.
      return false;
    }
  },
};

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
