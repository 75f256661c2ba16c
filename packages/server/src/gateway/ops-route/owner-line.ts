// The line from a gateway to whoever owns a cell: which party the charter names, the connections to
// it, and whether anything was heard of it lately.

import { HOLD_MS_MAX, newerEntry } from '@holdfast/engine/handover/gateway-route.ts';
import { isEqualParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { CharterBody, Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { Declined, RemoteCell } from '../../cell/remote/remote-cell.ts';
import { charterGap } from './charter-gap.ts';
import type { GrowingBook } from './charter-gap.ts';

/** The part of the charter that a line follows. Entries that come from it are verified. */
export type OwnerBook = Readonly<{
  newest: (cell: Jurisdiction) => CharterBody | undefined;
  entryOf: (cell: Jurisdiction, epoch: Epoch) => CharterBody | undefined;
  /** Calls back for each new entry, of any cell; returns what ends that. */
  watch: (listener: (entry: CharterBody) => void) => () => void;
}> &
  GrowingBook;

export type LineOptions = Readonly<{
  jurisdiction: Jurisdiction;
  book: OwnerBook;
  connect: (party: Party) => RemoteCell;
  monotonicMs: () => number;
  /** Told once when the owner cannot be reached, and once when it is there again. */
  onReach: (reach: Readonly<{ kind: 'away' | 'there'; owner: Party; detail: string }>) => void;
  /** A party sent what does not hold. */
  onRefused: (detail: string) => void;
}>;

export type OwnerLine = Readonly<{
  jurisdiction: Jurisdiction;
  newest: () => CharterBody | undefined;
  entryOf: (epoch: Epoch) => CharterBody | undefined;
  /** The connections to a party that is, or was a moment ago, the owner. */
  to: (party: Party) => RemoteCell;
  /** Calls back after the charter has a newer entry of this cell; returns what ends that. */
  onEntry: (listener: () => void) => () => void;
  /** A party said that it does not own the cell, and what it knows of who does. */
  learn: (from: Party, declined: Declined) => void;
  /** A party has answered, whatever it said. */
  heard: (party: Party) => void;
  /** A party could not be reached, or did not answer. */
  missed: (party: Party, detail: string) => void;
  /** Whether the owner has been away for so long, or for longer than ops are held. */
  isAway: (forMs?: number) => boolean;
  close: () => void;
}>;

export function ownerLine(options: LineOptions): OwnerLine {
  const { jurisdiction, book, connect, monotonicMs, onReach, onRefused } = options;
  const listeners = new Set<() => void>();
  let current: Readonly<{ party: Party; cell: RemoteCell }> | undefined;
  let awaySinceMs: number | undefined;

  const newest = (): CharterBody | undefined => book.newest(jurisdiction);
  /** An old owner may still be answering, and says nothing of the one that came after. */
  const isCurrent = (party: Party): boolean =>
    current !== undefined && isEqualParty(current.party, party);
  const gap = charterGap({ book, monotonicMs, onRefused });
  const unwatch = book.watch(({ cell }) => {
    if (cell !== jurisdiction) return;
    for (const listener of listeners) listener();
  });

  return {
    jurisdiction,
    newest,
    entryOf: (epoch) => book.entryOf(jurisdiction, epoch),
    to: (party) => {
      if (current !== undefined && isCurrent(party)) return current.cell;
      current?.cell.close();
      current = { party, cell: connect(party) };
      awaySinceMs = undefined;
      return current.cell;
    },
    onEntry: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    learn: (from, { newest: offered }) => {
      if (offered === undefined || offered.cell !== jurisdiction) return;
      const known = newest();
      if (newerEntry(known, offered) === known) return;
      // Of an old owner that answers late nothing is asked: somebody newer is known already.
      gap.learn(from, isCurrent(from) ? current?.cell : undefined, offered);
    },
    heard: (party) => {
      if (awaySinceMs === undefined || !isCurrent(party)) return;
      awaySinceMs = undefined;
      onReach({ kind: 'there', owner: party, detail: '' });
    },
    missed: (party, detail) => {
      if (awaySinceMs !== undefined || !isCurrent(party)) return;
      awaySinceMs = monotonicMs();
      onReach({ kind: 'away', owner: party, detail });
    },
    isAway: (forMs = HOLD_MS_MAX) =>
      awaySinceMs !== undefined && monotonicMs() - awaySinceMs >= forMs,
    close: () => {
      unwatch();
      current?.cell.close();
    },
  };
}
