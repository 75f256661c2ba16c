import { describe, expect, test } from 'vitest';
import { hexOf, isHash, isPublicKey, isSignature } from './check-crypto.ts';

const KEY = 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=';
const SIGNATURE = `${'A'.repeat(86)}==`;

describe('the one form of a key', () => {
  test.each([
    ['a key of Ed25519', KEY, true],
    ['bits behind its end', KEY.replace('E=', 'F='), false],
    ['no padding', KEY.slice(0, -1), false],
    ['another kind of key', KEY.replace('MCowBQYDK2VwAyEA', 'MCowBQYDK2VuAyEA'), false],
    ['the other alphabet of base64', KEY.replace('u', '-'), false],
    ['a line feed behind it', `${KEY}\n`, false],
    ['no text', 1, false],
  ])('R3: %s', (_what, value, expected) => {
    expect(isPublicKey(value)).toBe(expected);
  });
});

describe('the one form of a signature', () => {
  test.each([
    ['64 bytes', SIGNATURE, true],
    ['63 bytes', `${'A'.repeat(84)}`, false],
    ['bits behind its end', `${'A'.repeat(85)}B==`, false],
    ['a line feed behind it', `${SIGNATURE}\n`, false],
  ])('R3: %s', (_what, value, expected) => {
    expect(isSignature(value)).toBe(expected);
  });
});

test('a hash is 64 lower-case hexadecimal digits', () => {
  expect(hexOf(Uint8Array.of(0, 15, 16, 255))).toBe('000f10ff');
  expect([isHash('0a'.repeat(32)), isHash('0A'.repeat(32)), isHash('0a')]).toEqual([
    true,
    false,
    false,
  ]);
});
