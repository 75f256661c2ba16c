// What the charter says of a cell, for the public: who owns it since when, and how it came to that.
// Pure.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { isSameParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CharterView } from '../../registrar/charter.ts';

/** One change of who owns a cell. */
export type Change = Readonly<{
  from: CharterEntry;
  /** The entry that decided. */
  to: CharterEntry;
}>;

/** All entries of a cell, oldest first. */
export function entriesOf(view: CharterView, cell: Jurisdiction): readonly CharterEntry[] {
  const entries: CharterEntry[] = [];
  for (let epoch = 1; ; epoch += 1) {
    const entry = view.entryOf(cell, epoch as Epoch);
    if (entry === undefined) return entries;
    entries.push(entry);
  }
}

/** Every entry that gave the cell to another party, oldest first. */
export function changesOf(entries: readonly CharterEntry[]): readonly Change[] {
  return entries.flatMap((to, index) => {
    const from = entries[index - 1];
    return from === undefined || isSameParty(from.owner, to.owner) ? [] : [{ from, to }];
  });
}

/** The entry by which the present owner came to own the cell; those after it changed only the rule. */
export function ownedBy(entries: readonly CharterEntry[]): CharterEntry | undefined {
  return changesOf(entries).at(-1)?.to ?? entries[0];
}

/** Changes that have a certificate: planned ones. */
export function isCertified({ to }: Change): boolean {
  return to.act === 'cede' && to.handover !== undefined;
}
