// What an inventory says, out of the record of what was destroyed. Pure: the same record gives the
// same inventory, however often a crash made it begin anew.

import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import { INVENTORY_FORMAT } from '@holdfast/engine/charter/inventory.ts';
import type { InventoryBody } from '@holdfast/engine/charter/inventory.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Retirement } from './retirement-record.ts';

export const HOW: readonly string[] = [
  'The wrapped data key was overwritten with random bytes, synced, removed, and its folder synced, ' +
    'before anything else: bodies of batches, handles, password hashes and the secret of the cell ' +
    'were encrypted under it (AES-256-GCM) and open for nobody without another copy of that key.',
  'Each file was then overwritten with zeros in its place, synced and removed. Sizes and hashes are ' +
    'of the files as they lay on disk.',
  'The state held numbers in clear: which numbered person liked which video and when. For these, ' +
    'overwriting and removing is all that was done.',
];

export const KEPT: readonly string[] = [
  'Public: the charter, certificates and balances of hand-overs, this inventory.',
  'Without names: what the party did (party.json, handover.json, retirement.json) and how many ' +
    'records of which type crossed the border.',
  'The signing key of the operator, which signs this inventory and reads no data.',
];

export const UNPROVEN: readonly string[] = [
  'That no other copy exists: backups, snapshots of disks or machines, exports, what people saw.',
  'That the medium kept no older version of a block that was overwritten, as flash, journaling and ' +
    'copy-on-write file systems may.',
  'What was in memory, in swap or in a core dump while the process had the key.',
  'That these are all the files there ever were: the list is the word of the operator.',
];

const KEY_KEPT =
  'That the key of the operator is destroyed: it was kept outside the data folder. It opens nothing ' +
  'of this copy without the wrapped data key, but it does open a backup that holds one.';

/** Throws when the record does not say that all was destroyed. */
export function inventoryOf(
  cell: Jurisdiction,
  { operator, site, publicKey }: Party,
  { handover, epoch, certificate, orderedAtMs, listed, destroyed }: Retirement,
): InventoryBody {
  if (listed === null || destroyed === null) throw new Error('not everything is destroyed yet');
  const { key, sealedSample, files } = listed;
  return {
    format: INVENTORY_FORMAT,
    kind: 'retirement',
    cell,
    handover,
    epoch,
    party: { operator, site, publicKey },
    certificate,
    orderedAtMs,
    destroyedAtMs: Math.max(orderedAtMs, destroyed.atMs),
    key,
    sample: {
      sealed: sealedSample,
      before: 'opened',
      after: 'not opened',
      reason: destroyed.reason,
    },
    files,
    how: HOW,
    kept: KEPT,
    unproven: key.operatorKey === 'kept' ? [...UNPROVEN, KEY_KEPT] : UNPROVEN,
  };
}
