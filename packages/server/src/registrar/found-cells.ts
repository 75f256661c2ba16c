// Which cells this installation runs, as the charter decides (R11 to R13).

import { createPublicKey } from 'node:crypto';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { LOCAL_URL, NO_HASH } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { publicKeyText } from '../signed/wire-key.ts';
import { signDecision } from './charter-entry.ts';
import type { OperatorKey } from './charter-entry.ts';
import { makeOperatorKey, readOperatorKey } from './operator-keys.ts';
import type { Registrar } from './registrar.ts';
import { RegistrarError } from './registrar-error.ts';

/** The site of cells that run in the process of the registrar. */
const LOCAL_SITE = 'main';

/** Everything a cell needs to know about its owner. */
export type OwnedCell = Readonly<{
  jurisdiction: Jurisdiction;
  operator: string;
  epoch: Epoch;
  /** PKCS 8; secret. */
  operatorKeyPem: string;
}>;

export type FoundCells = Readonly<{
  dataDir: string;
  cells: readonly Jurisdiction[];
  /** Founds the cells that the charter does not have yet. */
  operator: string;
}>;

export type FoundResult = Readonly<
  | { kind: 'ok'; owned: readonly OwnedCell[]; founded: readonly Jurisdiction[] }
  /** The charter has cells that are not to run: every count would silently lack their part. */
  | { kind: 'cells-left-out'; cells: readonly Jurisdiction[] }
>;

/**
 * Records epoch 1 for every cell that is new, and reads the keys of the owners of all. Durable on
 * return. Throws `RegistrarError` when a key is missing or is not the one in the charter, and for a
 * cell that the charter gives to another process.
 */
export function foundCells(registrar: Registrar, options: FoundCells): FoundResult {
  const { dataDir, cells, operator } = options;
  const { charter } = registrar;
  const leftOut = charter
    .describe()
    .map(({ jurisdiction }) => jurisdiction)
    .filter((cell) => !cells.includes(cell));
  if (leftOut.length > 0) return { kind: 'cells-left-out', cells: leftOut };

  const founded = cells.filter((cell) => charter.newest(cell) === undefined);
  for (const cell of founded) found(registrar, cell, makeOperatorKey(dataDir, operator));
  const owned = cells.map((cell) => ownedCell(charter.newest(cell), dataDir, cell));
  return { kind: 'ok', owned, founded };
}

function found(registrar: Registrar, cell: Jurisdiction, key: OperatorKey): void {
  const publicKey = publicKeyText(createPublicKey(key.privateKey));
  const owner: Party = { operator: key.operator, site: LOCAL_SITE, publicKey, url: LOCAL_URL };
  const place = { cell, epoch: 1 as Epoch, act: 'found', rule: 'solo' } as const;
  const decision = { ...place, owner, reason: `${key.operator} begins to run the cell` };
  const signatures = [signDecision(decision, NO_HASH, key)];
  const result = registrar.append({ decision, signatures });
  if (result.kind !== 'appended') throw new Error(`cell ${cell} cannot be founded: ${result.kind}`);
}

function ownedCell(
  entry: CharterEntry | undefined,
  dataDir: string,
  cell: Jurisdiction,
): OwnedCell {
  if (entry === undefined) throw new Error(`cell ${cell} was founded and is not in the charter`);
  const { owner, epoch, follower } = entry;
  const { operator } = owner;
  if (owner.url !== LOCAL_URL || follower !== undefined) throw elsewhere(entry);
  const key = readOperatorKey(dataDir, operator);
  if (publicKeyText(createPublicKey(key.privateKey)) !== owner.publicKey) {
    throw new RegistrarError(
      'operator-key-differs',
      `The key of ${operator} in this data folder is not the one that the charter names ` +
        `for cell ${cell}. Nothing was changed. Bring operators/${operator}/key.pem back ` +
        'from the backup that the charter is from.',
    );
  }
  return { jurisdiction: cell, operator, epoch, operatorKeyPem: pemOf(key) };
}

function elsewhere({ cell, epoch, owner, follower }: CharterEntry): RegistrarError {
  const at = follower === undefined ? owner.url : `${owner.url} jointly with ${follower.url}`;
  return new RegistrarError(
    'cell-elsewhere',
    `The charter gives cell ${cell} since epoch ${epoch} to ${owner.operator}, which runs it at ` +
      `${at}. Counting for it here would be counting twice, so nothing was started and nothing ` +
      'changed. Run its parts apart: holdfast registrar, holdfast cell, holdfast gateway.',
  );
}

function pemOf({ privateKey }: OperatorKey): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
