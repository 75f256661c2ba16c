// Hashes and signatures of balances, with the functions of Node.

import { hash } from 'node:crypto';
import { balancesDigest, orderedStatement } from '@holdfast/engine/charter/balances.ts';
import type { BalanceStatement, SignedBalances } from '@holdfast/engine/charter/balances.ts';
import type { HashFunction } from '@holdfast/tlog/merkle-tree.ts';
import type { OperatorKey } from '../registrar/charter-entry.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { signDigest } from '../signed/sign-digest.ts';

export const sha256: HashFunction = (bytes) => hash('sha256', bytes, 'buffer');

/** Signs what a side has to say of its balances. */
export function signBalances(
  statement: BalanceStatement,
  { operator, publicKey }: Readonly<{ operator: string; publicKey: string }>,
  key: OperatorKey,
): SignedBalances {
  const signature = signDigest(balancesDigest(nodeCrypto, statement), key.privateKey);
  return { operator, publicKey, statement: orderedStatement(statement), signature };
}
