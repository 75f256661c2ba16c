import { generateKeyPairSync } from 'node:crypto';
import { isPublicKey, isSignature } from '@holdfast/engine/charter/check-crypto.ts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCrypto } from './node-crypto.ts';
import { signDigest } from './sign-digest.ts';
import { publicKeyOf, publicKeyText } from './wire-key.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const KEY = publicKeyText(publicKey);
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_ \n'.split('');

/** A text with one character changed, added or taken out. */
const nearly = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(text.length), fc.nat(1), fc.constantFrom('', ...BASE64))
    .map(([at, dropped, put]) => text.slice(0, at) + put + text.slice(at + dropped));

test('R3: a key has the one form exactly when Node reads it and writes it the same', () => {
  fc.assert(
    fc.property(fc.oneof(nearly(KEY), fc.base64String()), (text) => {
      expect(isPublicKey(text)).toBe(publicKeyOf(text) !== undefined);
    }),
  );
});

test('R3: a signature has the one form exactly when its 64 bytes are written the same', () => {
  const signature = signDigest(nodeCrypto.sha256('text'), privateKey);
  fc.assert(
    fc.property(fc.oneof(nearly(signature), fc.base64String()), (text) => {
      const raw = Buffer.from(text, 'base64');
      expect(isSignature(text)).toBe(raw.length === 64 && raw.toString('base64') === text);
    }),
  );
});

test('R3: a signature is good for its key and its bytes alone', () => {
  const digest = nodeCrypto.sha256('text');
  const signature = signDigest(digest, privateKey);
  const other = publicKeyText(generateKeyPairSync('ed25519').publicKey);
  expect(nodeCrypto.isSigned(KEY, digest, signature)).toBe(true);
  expect(nodeCrypto.isSigned(other, digest, signature)).toBe(false);
  expect(nodeCrypto.isSigned(KEY, nodeCrypto.sha256('texT'), signature)).toBe(false);
});
