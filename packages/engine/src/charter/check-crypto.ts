// The two functions that every check needs, and the one form of what they take. Passed in, because a
// server has them from Node and a browser from elsewhere.

export type CheckCrypto = Readonly<{
  /** SHA-256 of a text in UTF-8: 32 bytes. */
  sha256: (text: string) => Uint8Array;
  /**
   * Whether a signature over these bytes is by the holder of the key (Ed25519). Key and signature
   * have passed `isPublicKey` and `isSignature`; a key that is no point of the curve gives false.
   */
  isSigned: (publicKey: string, bytes: Uint8Array, signature: string) => boolean;
}>;

const HASH_PATTERN = /^[0-9a-f]{64}$/;
// The first sixteen characters are the 12 bytes with which the DER form of every Ed25519 key begins.
// The last character before the padding has no bits that are not of the key: another spelling of the
// same key would pass for another key wherever texts are compared.
const PUBLIC_KEY_PATTERN = /^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
const SIGNATURE_PATTERN = /^[A-Za-z0-9+/]{85}[AQgw]==$/;

/** Whether a value is a hash as the charter writes it: 64 lower-case hexadecimal digits. */
export function isHash(value: unknown): value is string {
  return typeof value === 'string' && HASH_PATTERN.test(value);
}

/** Whether a value is an Ed25519 public key in its one form: SPKI in DER, as base64. */
export function isPublicKey(value: unknown): value is string {
  return typeof value === 'string' && PUBLIC_KEY_PATTERN.test(value);
}

/** Whether a value is 64 bytes in the one form of base64. */
export function isSignature(value: unknown): value is string {
  return typeof value === 'string' && SIGNATURE_PATTERN.test(value);
}

/** Bytes as lower-case hexadecimal digits. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
