// The role of a party in a cell without a second one: it owns the newest epoch and runs the cell,
// or somebody else owns it and nothing is taken here.
//
// Rules: docs/spec/wire.md (W120, W121), docs/spec/handover.md (H9, H14).

import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CharterEntry } from '../../registrar/charter-entry.ts';
import type { PartyRole, Serving } from './party-role.ts';

/** A cell that runs for as long as its party owns it. */
export type OwnedRun = Readonly<{
  serving: () => Serving | undefined;
  stop: () => Promise<void>;
}>;

export type OwnerRoleOptions = Readonly<{
  jurisdiction: Jurisdiction;
  charter: Readonly<{
    newest: (cell: Jurisdiction) => CharterEntry | undefined;
    watch: (listener: (entry: CharterBody) => void) => () => void;
  }>;
  /** Begins to run the cell under an epoch; called at most once. */
  run: (epoch: Epoch) => OwnedRun;
  /** Told when another party owns the cell: now, or from the start. */
  onOther: (owner: Party) => void;
}>;

export type OwnerRole = PartyRole &
  Readonly<{
    /** Begins, once the charter has an entry of the cell. Before it nothing is answered. */
    begin: (me: Party) => void;
  }>;

export function ownerRole(options: OwnerRoleOptions): OwnerRole {
  const { jurisdiction, charter, onOther } = options;
  const newest = (): CharterEntry | undefined => charter.newest(jurisdiction);
  let me: Party | undefined;
  let owned: OwnedRun | undefined;
  let stopping: Promise<void> | undefined;

  const isMine = (): boolean => {
    const entry = newest();
    if (entry === undefined || me === undefined || !isSameParty(entry.owner, me)) return false;
    // Jointly owned, this party could acknowledge nothing alone (H9).
    return entry.rule === 'solo';
  };

  const follow = (): void => {
    const entry = newest();
    if (entry === undefined || me === undefined || stopping !== undefined || isMine()) return;
    onOther(entry.owner);
    // What it has in memory is stored; nothing that it would still take could be acknowledged.
    stopping = owned?.stop() ?? Promise.resolve();
  };

  const unwatch = charter.watch(({ cell }) => {
    if (cell === jurisdiction) follow();
  });

  return {
    begin: (party) => {
      me = party;
      const entry = newest();
      if (entry !== undefined && isMine()) owned = options.run(entry.epoch);
      else follow();
    },
    admit: (epoch) => {
      // Not begun: there is no cell to answer yet, and `serving` says so.
      if (me === undefined) return 'admit';
      if (!isMine()) return 'not-owner';
      return epoch > (newest()?.epoch ?? 0) ? 'behind' : 'admit';
    },
    serving: () => (isMine() ? owned?.serving() : undefined),
    newest,
    routes: [],
    knows: () => false,
    close: async () => {
      unwatch();
      stopping ??= owned?.stop() ?? Promise.resolve();
      await stopping;
    },
  };
}
