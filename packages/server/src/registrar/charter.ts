// A charter in memory, entry by entry checked: the same for the registrar that writes it and for
// everybody who reads it, so that a registrar which recorded what it should not is found out.
//
// Rules: docs/spec/charter.md (R1 to R4).

import { faultOfNext } from '@holdfast/engine/charter/charter-chain.ts';
import { NO_HASH } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellDescription, CellKey } from '../cell/cell-client.ts';
import { nodeCrypto } from '../signed/node-crypto.ts';
import { publicKeyPem } from './charter-entry.ts';

export type CharterView = Readonly<{
  /** The newest entry of every cell, in the order in which the cells were founded. */
  describe: () => readonly CellDescription[];
  newest: (cell: Jurisdiction) => CharterEntry | undefined;
  entryOf: (cell: Jurisdiction, epoch: Epoch) => CharterEntry | undefined;
  /** Whose signatures are good for a cell in an epoch, past epochs included. */
  keyOf: (cell: Jurisdiction, epoch: Epoch) => CellKey | undefined;
  /** Entries from number n + 1 on, `entriesMax` at most. */
  after: (n: number, entriesMax: number) => readonly CharterEntry[];
  /** How many entries there are; the number of the newest. */
  size: () => number;
  newestHash: () => string;
  /** What the next decision of a cell is signed over: the hash of its newest entry. */
  follows: (cell: Jurisdiction) => string;
  /** Whether a party is, or ever was, owner or follower of a cell with this key. */
  hasParty: (party: Pick<Party, 'operator' | 'site' | 'publicKey'>) => boolean;
  /** The key that has witnessed every entry; `undefined` while there is none. */
  registrarKey: () => string | undefined;
}>;

export type Charter = Readonly<{
  view: CharterView;
  /** Why an entry cannot be the next one; `undefined` when it can. */
  faultOfNext: (entry: CharterEntry) => string | undefined;
  /** Takes an entry in which no fault was found. */
  follow: (entry: CharterEntry) => void;
}>;

export function emptyCharter(): Charter {
  const entries: CharterEntry[] = [];
  // Entry of epoch e stands at e - 1.
  const byCell = new Map<Jurisdiction, CharterEntry[]>();
  const parties = new Set<string>();
  const newest = (cell: Jurisdiction): CharterEntry | undefined => byCell.get(cell)?.at(-1);
  const entryOf = (cell: Jurisdiction, epoch: Epoch): CharterEntry | undefined =>
    byCell.get(cell)?.[epoch - 1];

  const view: CharterView = {
    describe: () => [...byCell.values()].flatMap((of) => of.slice(-1)).map(descriptionOf),
    newest,
    entryOf,
    keyOf: (cell, epoch) => {
      const entry = entryOf(cell, epoch);
      if (entry === undefined) return undefined;
      return { epoch, operator: entry.owner.operator, publicKeyPem: publicKeyPem(entry) };
    },
    after: (n, entriesMax) => entries.slice(n, n + entriesMax),
    size: () => entries.length,
    newestHash: () => entries.at(-1)?.hash ?? NO_HASH,
    follows: (cell) => newest(cell)?.hash ?? NO_HASH,
    hasParty: (party) => parties.has(partyName(party)),
    registrarKey: () => entries[0]?.registrar.publicKey,
  };

  return {
    view,
    faultOfNext: (entry) =>
      faultOfNext(
        nodeCrypto,
        {
          size: view.size(),
          newestHash: view.newestHash(),
          newest: view.newest,
          registrarKey: view.registrarKey(),
        },
        entry,
      ),
    follow: (entry) => {
      entries.push(entry);
      const ofCell = byCell.get(entry.cell);
      if (ofCell === undefined) byCell.set(entry.cell, [entry]);
      else ofCell.push(entry);
      parties.add(partyName(entry.owner));
      if (entry.follower !== undefined) parties.add(partyName(entry.follower));
    },
  };
}

function partyName(party: Pick<Party, 'operator' | 'site' | 'publicKey'>): string {
  return `${party.operator}\n${party.site}\n${party.publicKey}`;
}

function descriptionOf({ cell, owner, epoch, sinceMs }: CharterEntry): CellDescription {
  return { jurisdiction: cell, operator: owner.operator, epoch, sinceMs };
}
