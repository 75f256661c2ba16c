// The ports that the front door needs beside the cell, the exchange and the catalog.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellClient } from '../cell/cell-client.ts';
import type { SignedHead } from '../registrar/charter-head.ts';
import type { CharterView } from '../registrar/charter.ts';

export type CellClients = ReadonlyMap<Jurisdiction, CellClient>;

/** Who owns each cell, now and before: the charter, or a checked copy of it. */
export type Charter = Readonly<{
  view: CharterView;
  /** Calls back with each entry once it is durable here; returns what ends that. */
  watch: (listener: (entry: CharterEntry) => void) => () => void;
  registrarKey: () => string | undefined;
  /** The newest head that the registrar signed, as far as it is known here. */
  head: () => SignedHead | undefined;
  /** The registrar is elsewhere, so it may have entries that are not here yet. */
  isCopy?: true;
}>;

/** Inventories of what parties of a cell have destroyed, as far as they are known here. */
export type Retirements = (jurisdiction: Jurisdiction) => readonly unknown[];

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
