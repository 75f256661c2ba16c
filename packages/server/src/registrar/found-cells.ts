// Which cells this installation runs, as the charter decides (R11, R12).

import { createPublicKey } from 'node:crypto';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import { publicKeyText } from './charter-entry.ts';
import type { OperatorKey } from './charter-entry.ts';
import { makeOperatorKey, readOperatorKey } from './operator-keys.ts';
import type { Registrar } from './registrar.ts';
import { RegistrarError } from './registrar-error.ts';

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
 * return. Throws `RegistrarError` when a key is missing or is not the one in the charter.
 */
export function foundCells(registrar: Registrar, options: FoundCells): FoundResult {
  const { dataDir, cells, operator } = options;
  const leftOut = registrar
    .describe()
    .map(({ jurisdiction }) => jurisdiction)
    .filter((cell) => !cells.includes(cell));
  if (leftOut.length > 0) return { kind: 'cells-left-out', cells: leftOut };

  const founded = cells.filter((cell) => registrar.newest(cell) === undefined);
  for (const cell of founded) {
    registrar.append({ cell, epoch: 1 as Epoch, owner: makeOperatorKey(dataDir, operator) });
  }
  const owned = cells.map((cell) => ownedCell(registrar, dataDir, cell));
  return { kind: 'ok', owned, founded };
}

function ownedCell(registrar: Registrar, dataDir: string, cell: Jurisdiction): OwnedCell {
  const entry = registrar.newest(cell);
  if (entry === undefined) throw new Error(`cell ${cell} was founded and is not in the charter`);
  const key = readOperatorKey(dataDir, entry.operator);
  if (publicKeyText(createPublicKey(key.privateKey)) !== entry.publicKey) {
    throw new RegistrarError(
      'operator-key-differs',
      `The key of ${entry.operator} in this data folder is not the one that the charter names ` +
        `for cell ${cell}. Nothing was changed. Bring operators/${entry.operator}/key.pem back ` +
        'from the backup that the charter is from.',
    );
  }
  return {
    jurisdiction: cell,
    operator: entry.operator,
    epoch: entry.epoch,
    operatorKeyPem: pemOf(key),
  };
}

function pemOf({ privateKey }: OperatorKey): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
