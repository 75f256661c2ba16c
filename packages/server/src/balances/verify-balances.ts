// Checks a video's balances, as the endpoint gives them, against a certificate that holds: no
// network, no clock, no data of either operator.
//
// Rules: docs/spec/balances.md (BL11).

import {
  balanceLeaf,
  isSameTree,
  isSignedBalances,
  PROVEN_BALANCE,
} from '@holdfast/engine/charter/balances.ts';
import type { BalanceSide, ProvenBalance } from '@holdfast/engine/charter/balances.ts';
import type { CertificateBody, Statement } from '@holdfast/engine/charter/certificate.ts';
import { fits, id, jurisdiction, list, text, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { isIncluded, leafHash } from '@holdfast/tlog/merkle-tree.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { sha256 } from './sign-balances.ts';

export type BalanceCheck = Readonly<{
  name: BalanceSide | 'balance';
  holds: boolean;
  detail: string;
}>;

const maybe = union(PROVEN_BALANCE, (value) => value === null);
const DOCUMENT: Shape = {
  video: id,
  balances: list({
    cell: jurisdiction,
    handover: id,
    at: text(40),
    closing: maybe,
    opening: maybe,
  }),
};

type Document = Readonly<{
  video: string;
  balances: readonly Readonly<{
    cell: string;
    handover: string;
    closing: ProvenBalance | null;
    opening: ProvenBalance | null;
  }>[];
}>;

const bad = (name: BalanceCheck['name'], detail: string): BalanceCheck => {
  return { name, holds: false, detail };
};

/** The checks of a file of `GET /v1/videos/{id}/balances`; `body` is of a certificate that holds. */
export function verifyBalances(file: string, body: CertificateBody): readonly BalanceCheck[] {
  let value: unknown;
  try {
    value = JSON.parse(file);
  } catch {
    return [bad('balance', 'the file is no JSON')];
  }
  if (!fits(DOCUMENT, value))
    return [bad('balance', 'the file does not have the form of balances')];
  // The shape above is this type, field by field.
  const { video, balances } = value as Document;
  const found = balances.find((one) => one.handover === body.handover && one.cell === body.cell);
  if (found === undefined) {
    return [bad('balance', `it has no balance of ${video} at the hand-over ${body.handover}`)];
  }
  const checks = [
    checkSide('closing', video, found.closing, body.from, body),
    checkSide('opening', video, found.opening, body.to, body),
  ];
  if (found.closing !== null || found.opening !== null) return checks;
  return [...checks, bad('balance', 'the file has neither balance, so there is nothing to check')];
}

function checkSide(
  name: BalanceSide,
  video: string,
  balance: ProvenBalance | null,
  { operator, publicKey, cut, balances }: Statement,
  { cell, handover, entries }: CertificateBody,
): BalanceCheck {
  if (balance === null) {
    const detail = `${operator} did not have it; nothing is known of this side`;
    return { name, holds: true, detail };
  }
  const { statement, proof, index, size, epoch, seq } = balance;
  const place = { cell, epoch: (entries.at(-1)?.epoch ?? 0) - 1, seq: cut.seq };
  const isThatSide = statement.side === name && statement.handover === handover;
  const isThere = isSamePlace(statement, place) && isSamePlace({ cell, epoch, seq }, place);
  if (!isThatSide || !isThere) return bad(name, 'it is of another hand-over, side or cut');
  if (balance.publicKey !== publicKey || balance.operator !== operator) {
    return bad(name, `it is not of ${operator}, who signed the certificate`);
  }
  if (!isSignedBalances(nodeCrypto, balance)) return bad(name, `it is not signed by ${operator}`);
  if (balances === null) return bad(name, `the certificate has no balances of ${operator}`);
  if (!isSameTree(statement, balances)) {
    return bad(name, 'its tree is not the one of the certificate');
  }
  const nodes = proof.map((node) => Buffer.from(node, 'hex'));
  const leaf = leafHash(sha256, Buffer.from(balanceLeaf(place, video, balance)));
  const root = Buffer.from(balances.root, 'hex');
  const at = { index, size };
  if (size !== balances.videos || !isIncluded(sha256, at, leaf, nodes, root)) {
    return bad(name, 'the proof does not lead to the root in the certificate');
  }
  const { likes, views } = balance;
  return { name, holds: true, detail: `${video}: ${likes} likes, ${views} views, by ${operator}` };
}

type Place = Readonly<{ cell: string; epoch: number; seq: number }>;

function isSamePlace(left: Place, right: Place): boolean {
  return left.cell === right.cell && left.epoch === right.epoch && left.seq === right.seq;
}
