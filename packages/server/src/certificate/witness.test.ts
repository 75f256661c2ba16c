import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bodyDigest, readWitness, witnessDigest } from '@holdfast/engine/charter/certificate.ts';
import { hexOf } from '@holdfast/engine/charter/check-crypto.ts';
import { charterFolder, newParty, north, south, US } from '../registrar/charter.fixture.ts';
import type { CharterFolder, KeyedParty } from '../registrar/charter.fixture.ts';
import type { Registrar } from '../registrar/registrar.ts';
import { witnessRoute } from '../registrar/witness-route.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { isDigestSignedBy } from '../signed/sign-digest.ts';
import { keyIdOf, publicKeyText } from '../signed/wire-key.ts';
import { bodyOf, handOver, HANDOVER, signedBy } from './certificate.fixture.ts';

const AT_MS = 9_000;

let folder: CharterFolder;
let registrar: Registrar;

beforeEach(() => {
  folder = charterFolder();
  registrar = folder.open();
});
afterEach(() => folder.remove());

async function ask(
  sender: KeyedParty,
  changed: object = {},
  signers: readonly KeyedParty[] = [north, south],
): Promise<Readonly<{ status: number; said: unknown }>> {
  const body = bodyOf(registrar);
  const { signatures } = signedBy(registrar, body, signers);
  const digest = hexOf(bodyDigest(nodeCrypto, body));
  const asked = { cell: US, handover: HANDOVER, epoch: 3, digest, signatures, ...changed };
  const { operator, site, publicKey } = sender.party;
  const answer = await witnessRoute(registrar, () => AT_MS).handle({
    sender: { operator, site, publicKey, keyId: keyIdOf(publicKey) },
    method: 'POST',
    path: '/',
    params: {},
    body: Buffer.from(JSON.stringify(asked)),
    sentAtMs: 0,
    signal: new AbortController().signal,
  });
  if (answer.kind !== 'bytes') throw new Error('a stream');
  return { status: answer.status, said: JSON.parse(String(answer.body)) };
}

test('T3: the registrar signs for a hand-over that its charter decided', async () => {
  handOver(registrar);
  const { status, said } = await ask(north);
  expect(status).toBe(200);
  const witness = readWitness(said);
  const digest = hexOf(bodyDigest(nodeCrypto, bodyOf(registrar)));
  const asked = witnessDigest(
    nodeCrypto,
    { cell: US, handover: HANDOVER, epoch: 3, digest },
    AT_MS,
  );
  const key = publicKeyText(createPublicKey(registrar.privateKey));
  expect(witness).toMatchObject({ publicKey: key, atMs: AT_MS });
  expect(isDigestSignedBy(key, asked, witness?.signature ?? '')).toBe(true);
});

test.each([
  ['another hand-over', { handover: 'other' }],
  ['another epoch', { epoch: 2 }],
  ['an epoch that is not', { epoch: 4 }],
  ['another hash', { digest: 'f'.repeat(64) }],
  ['something of another form', { more: 1 }],
])('T3: it does not for %s', async (_what, changed) => {
  handOver(registrar);
  expect(await ask(north, changed)).toMatchObject({ status: 422 });
});

test('T3: it does not when one of the two has not signed, nor for somebody else', async () => {
  handOver(registrar);
  expect(await ask(north, {}, [north])).toMatchObject({ status: 422 });
  expect(await ask(north, {}, [south])).toMatchObject({ status: 422 });
  expect(await ask(newParty('west'))).toMatchObject({ status: 422 });
});

test('T3: it does not when the cell stayed where it was', async () => {
  handOver(registrar, 'leave');
  expect(await ask(north)).toMatchObject({ status: 422 });
});
