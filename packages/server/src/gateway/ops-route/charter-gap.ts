// The entries between what a gateway knows of the charter and what a party tells it: asked of that
// party, since the registrar may be out of this gateway's reach.
//
// Rules: docs/spec/wire.md (W110, W128).
//
// Why a party that lies gains nothing: every entry is checked as one from the registrar is, so it
// carries the signatures of its parties and of the witness that is known, and follows the entry
// before it. A party can keep entries back, which leaves the gateway where it was; one question is
// under way at a time, and whoever brought nothing is left alone for a while.

import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { isEqualParty } from '@holdfast/engine/handover/charter-rules.ts';
import type { Party } from '@holdfast/engine/handover/charter-rules.ts';
import type { RemoteCell } from '../../cell/remote/remote-cell.ts';
import type { CopyTaken } from '../../registrar/charter-copy.ts';

/** Pages that are asked for one after the other; what is missing then, the next answer brings. */
const GAP_PAGES_MAX = 100;
/** Whoever brought nothing, or what does not hold, is asked and listened to no more for so long. */
export const GAP_PAUSE_MS = 1_000;

export type CharterGap = Readonly<{
  /**
   * Takes an entry that a party told of. What is missing before it is asked of that party, when
   * there is a line to it.
   */
  learn: (from: Party, line: Asked | undefined, told: CharterEntry) => void;
}>;

type Asked = Pick<RemoteCell, 'entriesAfter'>;
type Fruitless = Readonly<{ from: Party; atMs: number }>;

/** The copy of the charter, as far as it grows by what parties tell. */
export type GrowingBook = Readonly<{
  /** How many entries are known, of all cells; the number of the newest. */
  size: () => number;
  /** Somebody sent an entry: it is taken when it verifies and follows what is known. */
  offer: (entry: CharterEntry) => CopyTaken;
}>;

type CharterGapParts = Readonly<{
  book: GrowingBook;
  monotonicMs: () => number;
  /** A party sent entries that do not hold, or they could not be kept. */
  onRefused: (detail: string) => void;
}>;

export function charterGap(parts: CharterGapParts): CharterGap {
  const { book, monotonicMs } = parts;
  let isAsking = false;
  let fruitless: Fruitless | undefined;

  const isPausing = (from: Party): boolean =>
    fruitless !== undefined &&
    isEqualParty(fruitless.from, from) &&
    monotonicMs() < fruitless.atMs + GAP_PAUSE_MS;

  const bridge = async (from: Party, line: Asked, told: CharterEntry): Promise<void> => {
    for (let pages = 0; pages < GAP_PAGES_MAX && book.size() < told.n; pages += 1) {
      const before = book.size();
      const page = await line.entriesAfter(before);
      const isWhole = page.kind === 'entries' && takeAll(parts, from, page.entries);
      if (book.size() === before) fruitless = { from, atMs: monotonicMs() };
      if (!isWhole || book.size() === before) return;
    }
  };

  return {
    learn: (from, line, told) => {
      if (isPausing(from)) return;
      if (told.n <= book.size() + 1) {
        if (!takeAll(parts, from, [told])) fruitless = { from, atMs: monotonicMs() };
        return;
      }
      if (line === undefined || isAsking) return;
      isAsking = true;
      void bridge(from, line, told).finally(() => {
        isAsking = false;
      });
    },
  };
}

/** Takes entries in their order, up to the first that cannot be taken; whether it took them all. */
function takeAll(
  { book, onRefused }: CharterGapParts,
  { operator, site }: Party,
  entries: readonly CharterEntry[],
): boolean {
  const from = `${operator} at ${site}`;
  for (const entry of entries) {
    const taken = takenOf(book, entry);
    if (taken.kind === 'taken') continue;
    const why = taken.kind === 'gap' ? 'entries before it are missing' : taken.detail;
    onRefused(`A charter entry that came from ${from} was not taken: ${why}.`);
    return false;
  }
  return true;
}

/** The copy's disk may be full; whoever was asked is not to blame, and it is tried again. */
function takenOf(book: GrowingBook, entry: CharterEntry): CopyTaken {
  try {
    return book.offer(entry);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    return { kind: 'refused', detail };
  }
}
