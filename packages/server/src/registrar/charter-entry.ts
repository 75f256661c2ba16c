// One line of the charter: its form on disk, its hash and its signature (rules R1 to R4).
//
// The hash covers a fixed text that is built from the checked fields, never the bytes of the line,
// so that no difference in spacing or key order can hide in a line that verifies.

import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isJurisdiction } from '@holdfast/protocol/ids.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';

/** `previousHash` of the first entry. */
export const NO_HASH: string = '0'.repeat(64);

const FORMAT = 'holdfast charter 1';
const HASH_PATTERN = /^[0-9a-f]{64}$/;
const OPERATOR_PATTERN = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** One ownership of one cell, by one operator, from one moment. */
export type CharterEntry = Readonly<{
  /** Number of the entry in the charter, from 1. */
  n: number;
  cell: Jurisdiction;
  epoch: Epoch;
  operator: string;
  /** The operator's Ed25519 key: SPKI in DER, as base64. */
  publicKey: string;
  sinceMs: number;
  previousHash: string;
  /** SHA-256, as lower-case hex. */
  hash: string;
  /** Ed25519 by the operator over the 32 bytes of the hash, as base64. */
  signature: string;
}>;

type Unsigned = Omit<CharterEntry, 'hash' | 'signature'>;

/** An operator that can sign: its name and key pair. */
export type OperatorKey = Readonly<{ operator: string; privateKey: KeyObject }>;

/** Makes the entry that follows `previousHash`. */
export function signEntry(
  fields: Readonly<{
    n: number;
    cell: Jurisdiction;
    epoch: Epoch;
    sinceMs: number;
    previousHash: string;
  }>,
  key: OperatorKey,
): CharterEntry {
  const { n, cell, epoch, sinceMs, previousHash } = fields;
  const { operator } = key;
  const publicKey = publicKeyText(createPublicKey(key.privateKey));
  const unsigned: Unsigned = { n, cell, epoch, operator, publicKey, sinceMs, previousHash };
  const digest = digestOf(unsigned);
  const signature = sign(null, digest, key.privateKey).toString('base64');
  return { ...unsigned, hash: digest.toString('hex'), signature };
}

/** What is wrong with an entry on its own, or `undefined` when hash and signature hold. */
export function faultOfEntry(entry: CharterEntry): string | undefined {
  const digest = digestOf(entry);
  if (digest.toString('hex') !== entry.hash) return 'its hash does not fit its content';
  const signature = Buffer.from(entry.signature, 'base64');
  if (!verify(null, digest, publicKeyOf(entry.publicKey), signature)) {
    return `its signature is not by ${entry.operator}`;
  }
  return undefined;
}

/** The line of an entry, with its end. */
export function lineOfEntry(entry: CharterEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Reads a line without its end; `undefined` when it is not an entry in every field. */
export function parseEntry(line: string): CharterEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isEntry(value) ? value : undefined;
}

/** The public key of an entry as PEM, for whoever verifies what the operator signed. */
export function publicKeyPem(entry: CharterEntry): string {
  return publicKeyOf(entry.publicKey).export({ type: 'spki', format: 'pem' }).toString();
}

/** A public key in the form entries hold it. */
export function publicKeyText(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

function publicKeyOf(text: string): KeyObject {
  return createPublicKey({ key: Buffer.from(text, 'base64'), type: 'spki', format: 'der' });
}

function digestOf(entry: Unsigned): Buffer {
  const { n, cell, epoch, operator, publicKey, sinceMs, previousHash } = entry;
  const text = [FORMAT, n, cell, epoch, operator, publicKey, sinceMs, previousHash].join('\n');
  return createHash('sha256').update(text).digest();
}

function isEntry(value: unknown): value is CharterEntry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Readonly<Partial<Record<keyof CharterEntry, unknown>>>;
  return (
    isCount(entry.n) &&
    isJurisdiction(entry.cell) &&
    isCount(entry.epoch) &&
    isMatch(entry.operator, OPERATOR_PATTERN) &&
    isEd25519(entry.publicKey) &&
    isCount(entry.sinceMs) &&
    isMatch(entry.previousHash, HASH_PATTERN) &&
    isMatch(entry.hash, HASH_PATTERN) &&
    typeof entry.signature === 'string'
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isMatch(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isEd25519(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    return publicKeyOf(value).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}
