// What a cell says of itself to the public, kept for a moment so that a page that many people open
// asks the cell once a second at most, and for longer while the cell is away.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { BorderDay, BorderTotal, CellClient } from '../../cell/cell-client.ts';

/** An answer is as good as new for so long. */
const FRESH_MS = 1_000;
/** A cell that does not answer is not waited for longer. */
const WAIT_MS_MAX = 1_500;

export type CellWords = Readonly<{
  dataAt: string | undefined;
  border: Readonly<{ sinceMs: number; types: readonly BorderTotal[]; days: readonly BorderDay[] }>;
  /** When the cell said so. */
  asOfMs: number;
}>;

export type AskCells = Readonly<{
  nowMs: () => number;
  /** Names the party that answers: what another one said is not said of this one. */
  ownerOf: (cell: Jurisdiction) => string;
}>;

/** Asks a cell; `undefined` when this owner of it has not answered yet. */
export type AskWords = (cell: CellClient) => Promise<CellWords | undefined>;

export function cellWords({ nowMs, ownerOf }: AskCells): AskWords {
  const known = new Map<Jurisdiction, Readonly<{ owner: string; words: CellWords }>>();
  const asking = new Map<Jurisdiction, Promise<void>>();

  const ask = async (cell: CellClient): Promise<void> => {
    const owner = ownerOf(cell.jurisdiction);
    const [about, border] = await Promise.all([cell.call('about', {}), cell.call('border', {})]);
    if (about.kind !== 'about' || border.kind !== 'border') return;
    // It changed hands meanwhile: nobody knows which of the two has answered.
    if (owner !== ownerOf(cell.jurisdiction)) return;
    const words = { dataAt: about.dataAt, border, asOfMs: nowMs() };
    known.set(cell.jurisdiction, { owner, words });
  };

  return async (cell) => {
    const { jurisdiction } = cell;
    const lastWords = (): CellWords | undefined => {
      const last = known.get(jurisdiction);
      return last?.owner === ownerOf(jurisdiction) ? last.words : undefined;
    };
    const before = lastWords();
    const ageMs = before === undefined ? Infinity : nowMs() - before.asOfMs;
    if (ageMs >= 0 && ageMs < FRESH_MS) return before;
    const run = asking.get(jurisdiction) ?? ask(cell).finally(() => asking.delete(jurisdiction));
    asking.set(jurisdiction, run);
    await withinTime(run);
    return lastWords();
  };
}

async function withinTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, WAIT_MS_MAX);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
