// The registrar as the witness of a retirement: it signs that the party which signed an inventory is
// the one that its charter took the cell from, and that it neither owns nor follows it now.
//
// Rules: docs/spec/at-rest.md (E15). It saw nothing being destroyed, and does not say so.

import { createPublicKey } from 'node:crypto';
import { readRetirementAsk, retirementDigest } from '@holdfast/engine/charter/inventory.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { isDigestSignedBy, signDigest } from '../signed/sign-digest.ts';
import type { SignedAnswer, SignedRoute } from '../signed/signed-server.ts';
import { publicKeyText } from '../signed/wire-key.ts';
import { CHARTER_PATH } from './charter-routes.ts';
import { registrarProblem } from './registrar-problem.ts';
import type { Registrar } from './registrar.ts';

export const RETIREMENT_WITNESS_PATH: string = `${CHARTER_PATH}/witness-retirement`;
const WITNESS_BYTES_MAX = 2_048;

export function retirementWitnessRoute(
  { charter, privateKey }: Pick<Registrar, 'charter' | 'privateKey'>,
  nowMs: () => number,
): SignedRoute {
  const publicKey = publicKeyText(createPublicKey(privateKey));
  return {
    method: 'POST',
    url: RETIREMENT_WITNESS_PATH,
    bodyBytesMax: WITNESS_BYTES_MAX,
    handle: ({ body, sender }) => {
      const asked = readRetirementAsk(jsonOf(body));
      if (asked === undefined) return refuse('this is nothing that can be witnessed');
      const { cell, handover, epoch, digest, signature } = asked;
      const cede = charter.entryOf(cell, epoch as Epoch);
      const before = charter.entryOf(cell, (epoch - 1) as Epoch);
      const newest = charter.newest(cell);
      if (cede?.act !== 'cede' || cede.handover !== handover || before === undefined) {
        return refuse('the charter did not decide this hand-over in that epoch');
      }
      const { owner } = before;
      const needed = [newest?.owner, newest?.follower].filter((party) => party !== undefined);
      if (needed.some((party) => isSameParty(party, owner))) {
        return refuse('the charter counts on this party again');
      }
      const isBySender = owner.publicKey === sender.publicKey;
      if (
        !isBySender ||
        !isDigestSignedBy(sender.publicKey, Buffer.from(digest, 'hex'), signature)
      ) {
        return refuse(`${owner.operator} has not signed it`);
      }
      const atMs = nowMs();
      const bytes = retirementDigest(nodeCrypto, { cell, handover, epoch, digest }, atMs);
      const witness = { publicKey, atMs, signature: signDigest(bytes, privateKey) };
      return { kind: 'bytes', status: 200, body: JSON.stringify(witness) };
    },
  };
}

function refuse(why: string): SignedAnswer {
  const detail = `The registrar does not witness this: ${why}. Nothing was changed.`;
  return { kind: 'bytes', ...registrarProblem('charter-witness-refused', detail) };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
