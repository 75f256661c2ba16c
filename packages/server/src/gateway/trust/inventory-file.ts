// Inventories of retirements on the shelf of a gateway: what a party destroyed of the cell that it
// gave away. Rules: docs/spec/at-rest.md (E13, E15, E16).

import { INVENTORY_BYTES_MAX, verifyInventory } from '@holdfast/engine/charter/inventory.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CharterView } from '../../registrar/charter.ts';
import { nodeCrypto } from '../../signed/node-crypto.ts';
import type { Retirements } from '../parts.ts';
import { changesOf, entriesOf } from './ownership.ts';
import type { PublicFile, Shelf } from './shelf.ts';

export const INVENTORY_FILE: PublicFile = {
  path: (handover) => `/v1/retirements/${handover}`,
  bytesMax: INVENTORY_BYTES_MAX,
  // A copy is often kept for days before it is destroyed.
  retryMsMax: 60_000,
  faultOf: (text, { from, to }, registrarKey) => {
    const { checks, inventory } = verifyInventory(nodeCrypto, text, { registrarKey });
    const failed = checks.find(({ holds }) => !holds);
    if (failed !== undefined) return failed.detail;
    const body = inventory?.body;
    const isThis = body?.handover === to.handover && body?.epoch === to.epoch;
    const isBy = body?.party.publicKey === from.owner.publicKey;
    return isThis && isBy ? undefined : 'it is not of the party that gave the cell away';
  },
};

/** What is on the shelf, for the public record of a cell. */
export function retirementsOf(view: CharterView, shelf: Pick<Shelf, 'text'>): Retirements {
  return (jurisdiction: Jurisdiction) =>
    changesOf(entriesOf(view, jurisdiction)).flatMap(({ to }) => {
      const text = to.handover === undefined ? undefined : shelf.text(to.handover);
      const { inventory } = text === undefined ? {} : verifyInventory(nodeCrypto, text);
      if (inventory === undefined) return [];
      const { party, handover, destroyedAtMs } = inventory.body;
      const { operator, site } = party;
      const at = new Date(destroyedAtMs).toISOString();
      return [{ operator, site, at, handover, inventory }];
    });
}
