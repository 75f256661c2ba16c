// The balance of a video at a hand-over: what it had when one operator closed its books and the next
// one opened them. All balances of a cut are the leaves of one tree, whose root both operators sign.
//
// Rules: docs/spec/balances.md (BL1 to BL4). Pure, as `charter-entry.ts` is.
//
// Why a number in it cannot be changed later: it is in the leaf, the leaf in the root, and the root
// in the statement of each side and in the certificate, under both operators' keys.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { choice, fits, id, int, jurisdiction, text, uint } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { isHash, isPublicKey, isSignature } from './check-crypto.ts';
import type { CheckCrypto } from './check-crypto.ts';

export const BALANCES_FORMAT = 1;
/** Hashes of the longest proof: one for each bit of the number of videos. */
const PROOF_NODES_MAX = 64;

/** A video's counts as shown, and how much of each comes of corrections. */
export type Balance = Readonly<{
  likes: number;
  likesCorrected: number;
  views: number;
  viewsCorrected: number;
}>;

/** The last batch that counts before a cell changed hands. */
export type BalancePlace = Readonly<{ cell: Jurisdiction; epoch: number; seq: number }>;

/** All balances of a cut: their sums, and the root of their tree in hex. */
export type BalanceTree = Readonly<{
  videos: number;
  likesTotal: number;
  likesCorrectedTotal: number;
  viewsTotal: number;
  viewsCorrectedTotal: number;
  root: string;
}>;

export type BalanceSide = 'closing' | 'opening';

/** What an operator says of all videos at once, as it gives the cell away or takes it. */
export type BalanceStatement = BalancePlace &
  BalanceTree &
  Readonly<{ format: typeof BALANCES_FORMAT; handover: string; side: BalanceSide }>;

export type SignedBalances = Readonly<{
  operator: string;
  publicKey: string;
  statement: BalanceStatement;
  signature: string;
}>;

/** One side's balance of one video, with everything that proves it. */
export type ProvenBalance = Balance &
  SignedBalances &
  Readonly<{ epoch: number; seq: number; proof: readonly string[]; index: number; size: number }>;

/** What a video had at one hand-over; `null` is what is not to be had, and never a 0. */
export type HandoverBalance = Readonly<{
  cell: Jurisdiction;
  handover: string;
  /** When the charter gave the cell away. */
  atMs: number;
  closing: ProvenBalance | null;
  opening: ProvenBalance | null;
}>;

/** The text of a leaf (BL1), which anybody can write again. */
export function balanceLeaf(
  { cell, epoch, seq }: BalancePlace,
  video: string,
  { likes, likesCorrected, views, viewsCorrected }: Balance,
): string {
  const place = [`holdfast balance ${BALANCES_FORMAT}`, cell, epoch, seq, video];
  return [...place, likes, likesCorrected, views, viewsCorrected].join('\n');
}

/** The 32 bytes that an operator signs (BL3). */
export function balancesDigest({ sha256 }: CheckCrypto, statement: BalanceStatement): Uint8Array {
  const signed = JSON.stringify(orderedStatement(statement));
  return sha256(`holdfast balances ${BALANCES_FORMAT} statement\n${signed}`);
}

/** Whether a statement is signed by the key that stands beside it. */
export function isSignedBalances(crypto: CheckCrypto, signed: SignedBalances): boolean {
  const { publicKey, statement, signature } = signed;
  return crypto.isSigned(publicKey, balancesDigest(crypto, statement), signature);
}

export function readSignedBalances(value: unknown): SignedBalances | undefined {
  return fits(SIGNED_FIELDS, value) ? (value as SignedBalances) : undefined;
}

/** The tree alone, in one order of its fields. */
export function treeOf(from: BalanceTree): BalanceTree {
  const { videos, likesTotal, likesCorrectedTotal, viewsTotal, viewsCorrectedTotal, root } = from;
  return { videos, likesTotal, likesCorrectedTotal, viewsTotal, viewsCorrectedTotal, root };
}

export function isSameTree(left: BalanceTree, right: BalanceTree): boolean {
  return JSON.stringify(treeOf(left)) === JSON.stringify(treeOf(right));
}

/** Whether the sums are those of totals, which leave corrections out (BL4). */
export function isOfTotals(
  tree: BalanceTree,
  { videos, likes, views }: Readonly<{ videos: number; likes: number; views: number }>,
): boolean {
  return (
    tree.videos === videos &&
    tree.likesTotal - tree.likesCorrectedTotal === likes &&
    tree.viewsTotal - tree.viewsCorrectedTotal === views
  );
}

/** One order of the fields, whoever made it. */
export function orderedStatement(statement: BalanceStatement): BalanceStatement {
  const { format, cell, handover, side, epoch, seq } = statement;
  return { format, cell, handover, side, epoch, seq, ...treeOf(statement) };
}

/** Every field, each a check of its own. */
const TREE_FIELDS = {
  videos: uint,
  likesTotal: uint,
  likesCorrectedTotal: int,
  viewsTotal: uint,
  viewsCorrectedTotal: int,
  root: isHash,
} satisfies Shape;
export const BALANCE_TREE: Shape = TREE_FIELDS;

const SIGNED_FIELDS = {
  operator: text(32),
  publicKey: isPublicKey,
  statement: {
    format: (value: unknown): boolean => value === BALANCES_FORMAT,
    cell: jurisdiction,
    handover: id,
    side: choice('closing', 'opening'),
    epoch: uint,
    seq: uint,
    ...TREE_FIELDS,
  },
  signature: isSignature,
} satisfies Shape;

export const PROVEN_BALANCE: Shape = {
  ...SIGNED_FIELDS,
  likes: uint,
  likesCorrected: int,
  views: uint,
  viewsCorrected: int,
  epoch: uint,
  seq: uint,
  proof: (value) => Array.isArray(value) && value.length <= PROOF_NODES_MAX && value.every(isHash),
  index: uint,
  size: uint,
};
