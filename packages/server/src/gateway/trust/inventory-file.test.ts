import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hexOf } from '@holdfast/engine/charter/check-crypto.ts';
import {
  inventoryDigest,
  inventoryText,
  retirementDigest,
} from '@holdfast/engine/charter/inventory.ts';
import type { InventoryBody } from '@holdfast/engine/charter/inventory.ts';
import { handOver, HANDOVER } from '../../certificate/certificate.fixture.ts';
import { charterFolder, north, south, US } from '../../registrar/charter.fixture.ts';
import type { CharterFolder, KeyedParty } from '../../registrar/charter.fixture.ts';
import type { Registrar } from '../../registrar/registrar.ts';
import { nodeCrypto } from '../../signed/node-crypto.ts';
import { signDigest } from '../../signed/sign-digest.ts';
import { publicKeyText } from '../../signed/wire-key.ts';
import { INVENTORY_FILE, retirementsOf } from './inventory-file.ts';
import { changesOf, entriesOf } from './ownership.ts';
import type { Change } from './ownership.ts';

let folder: CharterFolder;
let registrar: Registrar;

beforeEach(() => {
  folder = charterFolder();
  registrar = folder.open();
  handOver(registrar);
});
afterEach(() => folder.remove());

function change(): Change {
  const [found] = changesOf(entriesOf(registrar.charter, US));
  if (found === undefined) throw new Error('the cell did not change hands');
  return found;
}

/** What a party would sign that destroyed its copy. */
function inventoryBy({ party, key }: KeyedParty): string {
  const { operator, site, publicKey } = party;
  const body: InventoryBody = {
    format: 1,
    kind: 'retirement',
    cell: US,
    handover: HANDOVER,
    epoch: 3,
    party: { operator, site, publicKey },
    certificate: 'a'.repeat(64),
    orderedAtMs: 1_000,
    destroyedAtMs: 2_000,
    key: { name: 'data.key', bytes: 32, sha256: 'b'.repeat(64), id: 'k1', operatorKey: 'kept' },
    sample: { sealed: 'x', before: 'opened', after: 'not opened', reason: 'no key' },
    files: [],
    how: ['removed'],
    kept: [],
    unproven: [],
  };
  const digest = inventoryDigest(nodeCrypto, body);
  const atMs = 3_000;
  const witnessed = { cell: US, handover: HANDOVER, epoch: 3, digest: hexOf(digest) };
  const { privateKey } = registrar;
  const bytes = retirementDigest(nodeCrypto, witnessed, atMs);
  const registrarKey = publicKeyText(createPublicKey(privateKey));
  return inventoryText({
    body,
    signature: signDigest(digest, key.privateKey),
    witness: { publicKey: registrarKey, atMs, signature: signDigest(bytes, privateKey) },
  });
}

const faultOf = (text: string): string | undefined =>
  INVENTORY_FILE.faultOf(text, change(), registrar.charter.registrarKey());

describe('E16: inventories at a gateway', () => {
  it('E16: are taken from the party that gave the cell away, and from no other', () => {
    expect(faultOf(inventoryBy(north))).toBeUndefined();
    expect(faultOf(inventoryBy(south))).toContain('not of the party');
    expect(faultOf(inventoryBy(north).replace('"removed"', '"burned"'))).toContain('signed');
  });

  it('A82: are listed in the public record with whose they are and when', () => {
    const text = inventoryBy(north);
    const retirements = retirementsOf(registrar.charter, { text: () => text });
    expect(retirements(US)).toMatchObject([
      { operator: 'north', site: 'main', at: '1970-01-01T00:00:02.000Z', handover: HANDOVER },
    ]);
    expect(retirementsOf(registrar.charter, { text: () => undefined })(US)).toEqual([]);
  });
});
