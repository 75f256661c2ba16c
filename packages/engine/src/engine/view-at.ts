// The rows as they were at an earlier batch, for whoever has to know them after a crash.

import type { Seq } from '@holdfast/protocol/ids.ts';
import type { Journal } from '../journal/journal.ts';
import type { EngineOptions } from './engine-options.ts';
import { replayJournal } from './replay.ts';
import type { RowView } from './row-view.ts';

type Source = Pick<EngineOptions, 'epoch' | 'journal' | 'store' | 'clocks'>;

/**
 * A view of its own at batch `seq`, made from the stored state and the journal up to there. No role
 * works on it, and what it takes to get there is what is stored, at most. `undefined` when the
 * stored state is beyond that batch, or the journal does not have it.
 */
export async function viewAt(source: Source, seq: Seq): Promise<RowView | undefined> {
  const { journal, store } = source;
  const [last] = await journal.read((seq - 1) as Seq, 1);
  const storedSeq = (await store.meta())?.seq ?? 0;
  if (last?.seq !== seq || storedSeq > seq) return undefined;
  const untilThere: Journal = {
    ...journal,
    head: async () => last,
    read: async (after, bytesMax) => {
      const records = await journal.read(after, bytesMax);
      return records.filter((record) => record.seq <= seq);
    },
  };
  const quiet = { onReplay: () => undefined, onApplied: () => undefined };
  return (await replayJournal({ ...source, journal: untilThere, ...quiet })).view;
}
