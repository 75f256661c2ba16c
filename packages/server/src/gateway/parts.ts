// The ports that the front door needs beside the cell, the exchange and the catalog.

import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellClient, CellDescription, CellKey } from '../cell/cell-client.ts';

export type CellClients = ReadonlyMap<Jurisdiction, CellClient>;

/** Who owns each cell, now and before. */
export type Charter = Readonly<{
  cells: () => readonly CellDescription[];
  /** The owner's key in an epoch, past ones included. */
  keyOf: (jurisdiction: Jurisdiction, epoch: Epoch) => CellKey | undefined;
}>;

/** Where somebody belongs who did not say so, by the address and headers of their request. */
export type Residency = (
  request: Readonly<{ ip: string; headers: Readonly<Record<string, unknown>> }>,
) => Jurisdiction;

/** The part of the key store that the front door uses. */
export type KeyFinder = Readonly<{
  find: (
    secret: string,
  ) => Readonly<
    | { kind: 'known'; key: Readonly<{ kind: 'service' | 'operator'; tenant: string }> }
    | { kind: 'unknown' }
    | { kind: 'revoked' }
  >;
}>;
