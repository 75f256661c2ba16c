import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { hexOf } from '@holdfast/engine/charter/check-crypto.ts';
import { browserCrypto } from './browser-crypto.ts';
import { signerOf } from './charter.fixture.ts';

const TEXT = 'north gave us to south: “ünïcode”';
const digest = createHash('sha256').update(TEXT).digest();

test('PG7: hashes a text as Node does', () => {
  expect(hexOf(browserCrypto.sha256(TEXT))).toBe(digest.toString('hex'));
});

test('PG7: takes what Node signed, and nothing else', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const signature = sign(null, digest, privateKey).toString('base64');
  expect(browserCrypto.isSigned(key, digest, signature)).toBe(true);
  expect(browserCrypto.isSigned(key, browserCrypto.sha256('other'), signature)).toBe(false);
  expect(browserCrypto.isSigned(signerOf(7).publicKey, digest, signature)).toBe(false);
});

test('PG7: a key that is no point of the curve has signed nothing', () => {
  const { sign: signWith } = signerOf(7);
  const noPoint = `MCowBQYDK2VwAyEA${'/'.repeat(42)}8=`;
  expect(browserCrypto.isSigned(noPoint, digest, signWith(digest))).toBe(false);
});

test('PG7: Node takes what was signed here', () => {
  const signer = signerOf(7);
  const key = createPublicKey({
    key: Buffer.from(signer.publicKey, 'base64'),
    type: 'spki',
    format: 'der',
  });
  expect(verify(null, digest, key, Buffer.from(signer.sign(digest), 'base64'))).toBe(true);
});
