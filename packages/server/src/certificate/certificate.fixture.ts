// A certificate of a hand-over that a real charter decided, made without any cell; for tests.

import { createPublicKey } from 'node:crypto';
import { hexOf } from '@holdfast/engine/charter/check-crypto.ts';
import { verifyCertificate } from '@holdfast/engine/charter/verify-certificate.ts';
import type { BalanceTree } from '@holdfast/engine/charter/balances.ts';
import type { CharterBody, Cut } from '@holdfast/engine/handover/charter-rules.ts';
import { OUTCOMES } from '@holdfast/protocol/ops.ts';
import { readEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { bodyDigest, witnessDigest } from '@holdfast/engine/charter/certificate.ts';
import type {
  Certificate,
  CertificateBody,
  Statement,
  Totals,
} from '@holdfast/engine/charter/certificate.ts';
import { CUT, decided, found, north, south, US } from '../registrar/charter.fixture.ts';
import type { KeyedParty } from '../registrar/charter.fixture.ts';
import type { Registrar } from '../registrar/registrar.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { signDigest } from '../signed/sign-digest.ts';
import { publicKeyText } from '../signed/wire-key.ts';

export const HANDOVER = 'us-1-test';

export const TOTALS: Totals = {
  ops: 12,
  classes: Object.fromEntries(OUTCOMES.map((outcome, index) => [outcome, index < 6 ? 2 : 0])),
  likes: 4,
  views: 5,
  videos: 1,
  persons: 3,
};

/** Fits the totals: one like of five was taken away by a correction. */
export const TREE: BalanceTree = {
  videos: 1,
  likesTotal: 3,
  likesCorrectedTotal: -1,
  viewsTotal: 5,
  viewsCorrectedTotal: 0,
  root: 'b'.repeat(64),
};

/** Found, join and cede of one cell, from the north to the south. */
export function handOver(registrar: Registrar, last: CharterBody['act'] = 'cede'): void {
  const both = [north, south];
  registrar.append(found(registrar.charter, north));
  const joined = { owner: north, follower: south, by: both };
  registrar.append(decided(registrar.charter, 'join', joined, { handover: HANDOVER }));
  const isCede = last === 'cede';
  const ended = isCede ? { owner: south, by: both } : { owner: north, by: [north] };
  registrar.append(decided(registrar.charter, last, ended, { handover: HANDOVER }));
}

export function statementOf({ party }: KeyedParty, cut: Cut = CUT): Statement {
  const { operator, site, publicKey } = party;
  return { operator, site, publicKey, cut, totals: TOTALS, balances: TREE };
}

export function bodyOf(
  registrar: Registrar,
  fields: Partial<CertificateBody> = {},
): CertificateBody {
  const entries = registrar.charter
    .after(0, 100)
    .map(readEntry)
    .filter((entry): entry is CharterEntry => entry?.cell === US);
  return {
    format: 1,
    cell: US,
    handover: HANDOVER,
    startedAtMs: 1,
    entries,
    from: statementOf(north),
    to: statementOf(south),
    pause: { measuredBy: 'owner', pauseMs: 97, histogram: null },
    ops: { turnedAway: 3, held: null, retried: null, refused: null, clientErrors: null },
    gateways: null,
    ...fields,
  };
}

/** Signed by everybody, whatever it says: as if all three were in it together. */
export function signedBy(
  registrar: Registrar,
  body: CertificateBody,
  signers: readonly KeyedParty[] = [north, south],
): Certificate {
  const digest = bodyDigest(nodeCrypto, body);
  const signatures = signers.map(({ party, key }) => {
    const signature = signDigest(digest, key.privateKey);
    return { operator: party.operator, publicKey: party.publicKey, signature };
  });
  const { cell, handover, entries } = body;
  const epoch = entries.at(-1)?.epoch ?? 0;
  const witnessed = { cell, handover, epoch, digest: hexOf(digest) };
  const atMs = 1_795_356_000_000;
  const { privateKey } = registrar;
  const publicKey = publicKeyText(createPublicKey(privateKey));
  const signature = signDigest(witnessDigest(nodeCrypto, witnessed, atMs), privateKey);
  return { body, signatures, witness: { publicKey, atMs, signature } };
}

/** Where a byte can be changed, of every so many, so that a text still holds. */
export function heldThough(bytes: Buffer, every: number): readonly number[] {
  const held: number[] = [];
  for (let at = 0; at < bytes.length; at += every) {
    const original = bytes[at] ?? 0;
    // Another digit or letter where there was one, so that the form survives more often.
    bytes[at] = /[0-9a-f]/.test(String.fromCharCode(original)) ? original ^ 1 : original ^ 2;
    if (verifyCertificate(nodeCrypto, bytes.toString('utf8')).holds) held.push(at);
    bytes[at] = original;
  }
  return held;
}
