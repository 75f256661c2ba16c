// The key of a place, and how a report is signed and checked.
//
// Rules: docs/spec/status.md (ST30, ST31). The page takes a report only from a place that somebody
// named to it with its public key; what is signed names its purpose, so that no other signature of
// the same key can be passed off as a report.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  sign,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';

const DOMAIN = 'holdfast status report 1';
export const SIGNATURE_HEADER = 'holdfast-place-signature';

/** The private key in a file, made where there is none; readable by its owner alone. */
export function placeKey(file: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(file, 'utf8'));
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'ENOENT') throw cause;
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const fd = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(fd, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return privateKey;
}

/** The public key as one line of text, as it is told to the page. */
export function publicText(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
}

/** The key in such a line; `undefined` when it is none. */
export function publicKeyIn(text: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

const signed = (body: string): Buffer => Buffer.from(`${DOMAIN}\n${hash('sha256', body, 'hex')}`);

export function signReport(body: string, privateKey: KeyObject): string {
  return sign(null, signed(body), privateKey).toString('base64');
}

export function isSignedBy(body: string, signature: string, publicKey: KeyObject): boolean {
  const bytes = Buffer.from(signature, 'base64');
  return bytes.length === 64 && verify(null, signed(body), publicKey, bytes);
}
