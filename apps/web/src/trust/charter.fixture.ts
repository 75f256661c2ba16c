// A charter that two operators and a registrar made with real keys; for tests.

import { ed25519 } from '@noble/curves/ed25519.js';
import { decisionDigest, entryDigest, NO_HASH } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { hexOf } from '@holdfast/engine/charter/check-crypto.ts';
import type { CharterAct, CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { browserCrypto } from './browser-crypto.ts';

const SPKI_HEAD = Uint8Array.from([48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0]);

type Signer = Readonly<{ publicKey: string; sign: (bytes: Uint8Array) => string }>;

/** A key made from one byte, so that a test fails the same way twice. */
export function signerOf(seed: number): Signer {
  const secret = new Uint8Array(32).fill(seed);
  const publicKey = base64([...SPKI_HEAD, ...ed25519.getPublicKey(secret)]);
  return { publicKey, sign: (bytes) => base64(ed25519.sign(bytes, secret)) };
}

function base64(bytes: Iterable<number>): string {
  return btoa(String.fromCharCode(...bytes));
}

const REGISTRAR = signerOf(1);
const KEYS = { north: signerOf(2), south: signerOf(3) } as const;
type Operator = keyof typeof KEYS;

const party = (operator: Operator): Party => ({
  operator,
  site: 'main',
  publicKey: KEYS[operator].publicKey,
  url: `https://${operator}.example`,
});

type Step = Readonly<{ act: CharterAct; owner: Operator; follower?: Operator; by: Operator[] }>;

/** Founded by the north, then joined and left again until there are so many entries. */
export function charterOf(entriesWanted: number, cell = 'us' as Jurisdiction): CharterEntry[] {
  const entries: CharterEntry[] = [];
  const add = (step: Step): void => {
    entries.push(entryOf(step, entries, cell));
  };
  add({ act: 'found', owner: 'north', by: ['north'] });
  while (entries.length < entriesWanted) {
    if (entries.at(-1)?.rule === 'joint') add({ act: 'leave', owner: 'north', by: ['north'] });
    else add({ act: 'join', owner: 'north', follower: 'south', by: ['north', 'south'] });
  }
  return entries;
}

function entryOf(
  { act, owner, follower, by }: Step,
  entries: readonly CharterEntry[],
  cell: Jurisdiction,
): CharterEntry {
  const before = entries.at(-1);
  const follows = before?.hash ?? NO_HASH;
  const decision: CharterBody = {
    cell,
    epoch: (entries.length + 1) as Epoch,
    act,
    owner: party(owner),
    rule: follower === undefined ? 'solo' : 'joint',
    reason: `${act} of a test`,
    ...(follower !== undefined && { follower: party(follower) }),
  };
  const agreed = decisionDigest(browserCrypto, decision, follows);
  const signatures = by.map((operator) => {
    const { publicKey, sign } = KEYS[operator];
    return { operator, publicKey, signature: sign(agreed) };
  });
  const place = { n: entries.length + 1, sinceMs: 1_795_356_000_000, previousHash: follows };
  const registrar = { publicKey: REGISTRAR.publicKey };
  const digest = entryDigest(
    browserCrypto,
    { ...decision, ...place, signatures, registrar },
    follows,
  );
  const signature = REGISTRAR.sign(digest);
  return {
    ...decision,
    ...place,
    signatures,
    hash: hexOf(digest),
    registrar: { ...registrar, signature },
  };
}
