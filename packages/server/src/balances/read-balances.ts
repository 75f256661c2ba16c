// Answers what a video had at each hand-over, newest first, out of the files of this party.
//
// Rules: docs/spec/balances.md (BL8 to BL10).

import type {
  BalanceSide,
  HandoverBalance,
  ProvenBalance,
  SignedBalances,
} from '@holdfast/engine/charter/balances.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { Epoch, Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import type { BalanceBook } from './balance-book.ts';
import { findBalance } from './balance-file.ts';
import type { FoundBalance } from './balance-file.ts';

/** Hand-overs that one answer tells of. */
export const HANDOVERS_MAX = 100;
/** Questions that wait; each reads some 30 kB a hand-over, one hand-over a turn. */
const QUESTIONS_MAX = 64;

export type BalanceReaderOptions = Readonly<{
  cell: Jurisdiction;
  charter: Readonly<{
    newest: (cell: Jurisdiction) => CharterEntry | undefined;
    entryOf: (cell: Jurisdiction, epoch: Epoch) => CharterEntry | undefined;
  }>;
  book: Pick<BalanceBook, 'kept' | 'fileOf'>;
  log: (level: 'warn', fields: object, message: string) => void;
}>;

/** Whoever asks for balances: what there is, or that too many ask. */
export type ReadBalances = (video: VideoId) => Promise<readonly HandoverBalance[] | 'busy'>;

export function balanceReader(options: BalanceReaderOptions): ReadBalances {
  let questions = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (video) => {
    if (questions >= QUESTIONS_MAX) return 'busy';
    questions += 1;
    // One after the other, so that people who like and view are never kept waiting by many of these.
    const answer = last.then(() => readAll(options, video));
    last = answer.catch(() => undefined);
    try {
      return await answer;
    } finally {
      questions -= 1;
    }
  };
}

async function readAll(
  options: BalanceReaderOptions,
  video: VideoId,
): Promise<readonly HandoverBalance[]> {
  const balances: HandoverBalance[] = [];
  for (const entry of cessions(options)) {
    const one = balanceAt(options, entry, video);
    if (one !== undefined) balances.push(one);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return balances;
}

/** The entries that gave the cell away, newest first. */
export function cessions({
  cell,
  charter,
}: Pick<BalanceReaderOptions, 'cell' | 'charter'>): readonly CharterEntry[] {
  const found: CharterEntry[] = [];
  for (let epoch: number = charter.newest(cell)?.epoch ?? 0; epoch > 0; epoch -= 1) {
    const entry = charter.entryOf(cell, epoch as Epoch);
    if (entry?.act !== 'cede' || entry.handover === undefined) continue;
    found.push(entry);
    if (found.length === HANDOVERS_MAX) break;
  }
  return found;
}

/** `undefined` when the video is younger than the cut. */
function balanceAt(
  { cell, book, log }: BalanceReaderOptions,
  { handover = '', sinceMs }: CharterEntry,
  video: VideoId,
): HandoverBalance | undefined {
  const head = { cell, handover, atMs: sinceMs };
  const none = { ...head, closing: null, opening: null };
  try {
    const kept = book.kept(handover);
    if (kept === undefined) return none;
    const { place, tree, closing, opening } = kept;
    const found = findBalance(book.fileOf(handover), place, tree.videos, video);
    if (found === undefined) return undefined;
    return { ...head, closing: proven(closing, found), opening: proven(opening, found) };
  } catch (error) {
    log('warn', { handover, err: error }, 'the balances of a hand-over cannot be read');
    return none;
  }
}

function proven(signed: SignedBalances | null, found: FoundBalance): ProvenBalance | null {
  if (signed === null) return null;
  const { operator, publicKey, statement, signature } = signed;
  const { epoch, seq, videos: size } = statement;
  const { balance, index, proof } = found;
  return { operator, ...balance, epoch, seq, statement, signature, publicKey, proof, index, size };
}

/** As outsiders read it: times as text. */
export function balanceDocument(
  balances: readonly HandoverBalance[],
): readonly Readonly<
  { cell: string; handover: string; at: string } & { [side in BalanceSide]: ProvenBalance | null }
>[] {
  return balances.map(({ cell, handover, atMs, closing, opening }) => {
    return { cell, handover, at: new Date(atMs).toISOString(), closing, opening };
  });
}
