// The registrar as the witness of a certificate: it signs that its charter decided this hand-over,
// and that both operators had signed this very certificate.
//
// Rules: docs/spec/certificate.md (T3). It keeps nothing: whoever asks again gets a later time.

import { createPublicKey } from 'node:crypto';
import { readWitnessAsk, witnessDigest } from '@holdfast/engine/charter/certificate.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { isDigestSignedBy, signDigest } from '../signed/sign-digest.ts';
import type { SignedAnswer, SignedRoute } from '../signed/signed-server.ts';
import { publicKeyText } from '../signed/wire-key.ts';
import { CHARTER_PATH } from './charter-routes.ts';
import { registrarProblem } from './registrar-problem.ts';
import type { Registrar } from './registrar.ts';

export const WITNESS_PATH: string = `${CHARTER_PATH}/witness`;
const WITNESS_BYTES_MAX = 4_096;

export function witnessRoute(
  { charter, privateKey }: Pick<Registrar, 'charter' | 'privateKey'>,
  nowMs: () => number,
): SignedRoute {
  const publicKey = publicKeyText(createPublicKey(privateKey));
  return {
    method: 'POST',
    url: WITNESS_PATH,
    bodyBytesMax: WITNESS_BYTES_MAX,
    handle: ({ body, sender }) => {
      const asked = readWitnessAsk(jsonOf(body));
      if (asked === undefined) return refuse('this is nothing that can be witnessed');
      const { cell, handover, epoch, digest, signatures } = asked;
      const entry = charter.entryOf(cell, epoch as Epoch);
      const before = charter.entryOf(cell, (epoch - 1) as Epoch);
      if (entry?.act !== 'cede' || entry.handover !== handover || before === undefined) {
        return refuse('the charter did not decide this hand-over in that epoch');
      }
      const owners = [before.owner, entry.owner];
      if (!owners.some((owner) => owner.publicKey === sender.publicKey)) {
        return refuse('the sender is neither of the two owners');
      }
      const bytes = Buffer.from(digest, 'hex');
      for (const owner of owners) {
        const own = signatures.find((by) => by.publicKey === owner.publicKey);
        if (own === undefined || !isDigestSignedBy(owner.publicKey, bytes, own.signature)) {
          return refuse(`${owner.operator} has not signed it`);
        }
      }
      const atMs = nowMs();
      const signature = signDigest(
        witnessDigest(nodeCrypto, { cell, handover, epoch, digest }, atMs),
        privateKey,
      );
      return { kind: 'bytes', status: 200, body: JSON.stringify({ publicKey, atMs, signature }) };
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
