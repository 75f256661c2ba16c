// The registrar's word of how far its charter goes, with the time: what lets a reader tell a charter
// that has not grown from one that somebody keeps from it.
//
// Rules: docs/spec/charter.md (R24).

import { createHash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isHash } from '@holdfast/engine/charter/check-crypto.ts';
import { fits, text, uint } from '@holdfast/protocol/shape.ts';
import { publicKeyOf } from '../signed/wire-key.ts';
import type { CharterHead } from './charter-copy.ts';
import type { CharterView } from './charter.ts';

export type SignedHead = CharterHead &
  Readonly<{
    /** By the registrar's clock. */
    atMs: number;
    /** Ed25519 over the 32 bytes of the head's hash, as base64. */
    signature: string;
  }>;

const SIGNATURE_CHARS_MAX = 100;
const HEAD = { newest: uint, newestHash: isHash, atMs: uint, signature: text(SIGNATURE_CHARS_MAX) };

/** Signs what the charter ends with now. */
export function signHead(charter: CharterView, atMs: number, privateKey: KeyObject): SignedHead {
  const head = { newest: charter.size(), newestHash: charter.newestHash(), atMs };
  return { ...head, signature: sign(null, digestOf(head), privateKey).toString('base64') };
}

/** Whether the holder of a key said so. */
export function isHeadBy(publicKey: string, head: SignedHead): boolean {
  const key = publicKeyOf(publicKey);
  const signature = Buffer.from(head.signature, 'base64');
  return key !== undefined && verify(null, digestOf(head), key, signature);
}

/** Reads a head that somebody sent; nothing of it is proven yet. */
export function readHead(value: unknown): SignedHead | undefined {
  return fits(HEAD, value) ? (value as SignedHead) : undefined;
}

function digestOf({ newest, newestHash, atMs }: Omit<SignedHead, 'signature'>): Buffer {
  const lines = ['holdfast charter 2 head', newest, newestHash, atMs];
  return createHash('sha256').update(lines.join('\n')).digest();
}
