// One line of the charter: its form, its hashes and who must have signed it (rules R1 to R3).
//
// Pure, so that the registrar, its readers, `holdfast handover verify` and a browser check with the
// same code; SHA-256 and Ed25519 are passed in.
//
// The hashes cover fixed texts that are built from the checked fields, never the bytes of the line,
// so that no difference in spacing or key order can hide in a line that verifies.
//
// What the parties sign is the decision and the entry of the cell that it follows; they do not know
// yet which number it will get among those of other cells. The registrar adds number and time, and
// witnesses the whole.

import { isId, isJurisdiction, isWireName } from '@holdfast/protocol/ids.ts';
import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import { CHARTER_ACTS } from '../handover/charter-rules.ts';
import type { CharterAct, CharterBody, Cut, Party, Signer } from '../handover/charter-rules.ts';
import { hexOf, isHash, isPublicKey, isSignature } from './check-crypto.ts';
import type { CheckCrypto } from './check-crypto.ts';

/** `previousHash` of the first entry, and what the first decision of a cell follows. */
export const NO_HASH: string = '0'.repeat(64);
/** Address of a cell that only its own process reaches. */
export const LOCAL_URL = 'local:';
/** Longest reason, in characters. */
export const REASON_CHARS_MAX = 500;
const URL_CHARS_MAX = 200;
const SIGNATURES_MAX = 4;

const FORMAT = 'holdfast charter 2';
// Lines of the signed text end at line feeds, so no field may hold one.
const REASON_PATTERN = /^[^\p{Cc}\u2028\u2029]+$/u;

/** A party's agreement to a decision: Ed25519 over the 32 bytes of its hash, as base64. */
export type DecisionSignature = Signer & Readonly<{ signature: string }>;

/** What is sent to the registrar. */
export type SignedDecision = Readonly<{
  decision: CharterBody;
  signatures: readonly DecisionSignature[];
}>;

/** One recorded decision; each is a new epoch of its cell. */
export type CharterEntry = CharterBody &
  Readonly<{
    /** Number of the entry in the charter, from 1. */
    n: number;
    /** When the registrar recorded it, by its clock. */
    sinceMs: number;
    previousHash: string;
    /** SHA-256, as lower-case hex. */
    hash: string;
    signatures: readonly DecisionSignature[];
    /** The witness: Ed25519 over the 32 bytes of the hash, as base64. */
    registrar: Readonly<{ publicKey: string; signature: string }>;
  }>;

/** The 32 bytes that the parties sign. */
export function decisionDigest(
  crypto: CheckCrypto,
  decision: CharterBody,
  follows: string,
): Uint8Array {
  const { cell, epoch, act, rule, owner, follower, cut, handover, reason } = decision;
  const ends = cut === undefined ? ['', '', '', ''] : cutLines(cut);
  const second = follower === undefined ? ['', '', '', ''] : partyLines(follower);
  const lines = [cell, epoch, act, rule, ...partyLines(owner), ...second, ...ends];
  return digestOf(crypto, 'decision', [...lines, handover ?? '', reason, follows]);
}

/** Who has not signed the decision as it stands; `undefined` when exactly those asked for have. */
export function faultOfSignatures(
  crypto: CheckCrypto,
  { decision, signatures }: SignedDecision,
  follows: string,
  signers: readonly Signer[],
): string | undefined {
  const digest = decisionDigest(crypto, decision, follows);
  for (const { operator, publicKey } of signers) {
    const own = signatures.find((by) => by.publicKey === publicKey && by.operator === operator);
    if (own === undefined || !crypto.isSigned(publicKey, digest, own.signature)) {
      return `it is not signed by ${operator} with the key that it must be`;
    }
  }
  return signatures.length === signers.length ? undefined : 'it has signatures of others too';
}

/** Whether hash and witness of an entry fit its content. */
export function faultOfWitness(
  crypto: CheckCrypto,
  entry: CharterEntry,
  follows: string,
): string | undefined {
  const digest = entryDigest(crypto, entry, follows);
  if (hexOf(digest) !== entry.hash) return 'its hash does not fit its content';
  const { publicKey, signature } = entry.registrar;
  return crypto.isSigned(publicKey, digest, signature)
    ? undefined
    : 'its signature is not by the registrar that it names';
}

/** The line of an entry, with its end. */
export function lineOfEntry(entry: CharterEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Reads a line without its end; `undefined` when it is not an entry in every field. */
export function parseEntry(line: string): CharterEntry | undefined {
  return readEntry(valueIn(line));
}

/** Whether a line is an entry as versions before the first release wrote them. */
export function isOldEntry(line: string): boolean {
  const value = fieldsOf(valueIn(line));
  return typeof value['operator'] === 'string' && typeof value['signature'] === 'string';
}

/** Checks a value from outside in every field; what is not a field of an entry is left out. */
export function readEntry(value: unknown): CharterEntry | undefined {
  const { n, sinceMs, previousHash, hash, signatures, registrar } = fieldsOf(value);
  const decision = readDecision(value);
  const agreed = readSignatures(signatures);
  const { publicKey, signature } = fieldsOf(registrar);
  if (decision === undefined || agreed === undefined || !isCount(n) || !isCount(sinceMs)) return;
  if (!isHash(previousHash) || !isHash(hash)) return;
  if (!isPublicKey(publicKey) || !isSignature(signature)) return;
  const witness = { publicKey, signature };
  return { n, ...decision, sinceMs, previousHash, hash, signatures: agreed, registrar: witness };
}

/** The same for a decision that asks to be recorded. */
export function readSignedDecision(value: unknown): SignedDecision | undefined {
  const fields = fieldsOf(value);
  const decision = readDecision(fields['decision']);
  const signatures = readSignatures(fields['signatures']);
  if (decision === undefined || signatures === undefined) return undefined;
  return { decision, signatures };
}

/** The same for a decision alone. */
export function readDecision(value: unknown): CharterBody | undefined {
  const fields = fieldsOf(value);
  const { cell, epoch, act, rule, reason, handover } = fields;
  const owner = readParty(fields['owner']);
  const follower = readParty(fields['follower']);
  const cut = readCut(fields['cut']);
  if (!isJurisdiction(cell) || !isCount(epoch) || !isAct(act)) return undefined;
  if (owner === undefined || (rule !== 'solo' && rule !== 'joint')) return undefined;
  if (!isReason(reason) || (handover !== undefined && !isId(handover))) return undefined;
  // What is there and cannot be read is no decision, other than what is not there.
  if (follower === undefined && fields['follower'] !== undefined) return undefined;
  if (cut === undefined && fields['cut'] !== undefined) return undefined;
  const optional = {
    ...(follower && { follower }),
    ...(cut && { cut }),
    ...(handover !== undefined && { handover }),
  };
  return { cell, epoch: epoch as Epoch, act, owner, rule, reason, ...optional };
}

/** An entry that the registrar has not signed yet. */
export type Unwitnessed = CharterBody &
  Pick<CharterEntry, 'n' | 'sinceMs' | 'previousHash' | 'signatures'> &
  Readonly<{ registrar: Readonly<{ publicKey: string }> }>;

/** The 32 bytes that the registrar signs; as hex they are the entry's hash. */
export function entryDigest(crypto: CheckCrypto, entry: Unwitnessed, follows: string): Uint8Array {
  const { n, sinceMs, previousHash, signatures, registrar } = entry;
  const decision = hexOf(decisionDigest(crypto, entry, follows));
  const agreed = signatures.flatMap((by) => [by.operator, by.publicKey, by.signature]);
  return digestOf(crypto, 'entry', [
    n,
    decision,
    sinceMs,
    previousHash,
    registrar.publicKey,
    ...agreed,
  ]);
}

function digestOf(
  crypto: CheckCrypto,
  what: string,
  lines: readonly (string | number)[],
): Uint8Array {
  return crypto.sha256([`${FORMAT} ${what}`, ...lines].join('\n'));
}

function partyLines({ operator, site, publicKey, url }: Party): string[] {
  return [operator, site, publicKey, url];
}

function cutLines({ seq, chain, likesHash, countsHash }: Cut): (string | number)[] {
  return [seq, chain, likesHash, countsHash];
}

function readParty(value: unknown): Party | undefined {
  const { operator, site, publicKey, url } = fieldsOf(value);
  if (!isWireName(operator) || !isWireName(site)) return undefined;
  if (!isPublicKey(publicKey) || !isPartyUrl(url)) return undefined;
  return { operator, site, publicKey, url };
}

/** Whether a value is the address of a party: an origin, or `LOCAL_URL`. */
export function isPartyUrl(value: unknown): value is string {
  if (value === LOCAL_URL) return true;
  if (typeof value !== 'string' || value.length > URL_CHARS_MAX) return false;
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  return new URL(value).origin === value;
}

function readCut(value: unknown): Cut | undefined {
  const { seq, chain, likesHash, countsHash } = fieldsOf(value);
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) return undefined;
  if (!isHash(chain) || !isHash(likesHash) || !isHash(countsHash)) return undefined;
  return { seq: seq as Seq, chain, likesHash, countsHash };
}

function readSignatures(value: unknown): readonly DecisionSignature[] | undefined {
  if (!Array.isArray(value) || value.length > SIGNATURES_MAX) return undefined;
  const read = value.map((item: unknown): DecisionSignature | undefined => {
    const { operator, publicKey, signature } = fieldsOf(item);
    if (!isWireName(operator) || !isPublicKey(publicKey)) return undefined;
    return isSignature(signature) ? { operator, publicKey, signature } : undefined;
  });
  const signatures = read.filter((item) => item !== undefined);
  return signatures.length === value.length ? signatures : undefined;
}

function valueIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The fields of what may be an object. */
function fieldsOf(value: unknown): Readonly<Partial<Record<string, unknown>>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isAct(value: unknown): value is CharterAct {
  return CHARTER_ACTS.some((act) => act === value);
}

function isReason(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > REASON_CHARS_MAX) return false;
  return REASON_PATTERN.test(value) && value.isWellFormed();
}
