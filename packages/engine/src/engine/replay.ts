// Opening: the batches that the state has not yet seen are applied again, by the same pure core.

import type { Seq } from '@holdfast/protocol/ids.ts';
import { applyBatch } from '../counting/apply-batch.ts';
import { InvariantError } from '../counting/assert.ts';
import type { Batch } from '../counting/entries.ts';
import { addKeysNeeded, noKeys } from '../counting/keys-needed.ts';
import type { MetaRow } from '../counting/rows.ts';
import { emptyMeta } from '../counting/rows.ts';
import { chainHash, decodeEntries } from '../journal/batch-codec.ts';
import type { Journal, JournalRecord } from '../journal/journal.ts';
import type { EngineOptions } from './engine-options.ts';
import { GRANTS_GONE_AFTER_MS, RowView } from './row-view.ts';

/**
 * Journal bytes that are read and prepared at a time: what comes of them should be done with before
 * the collector looks at young objects, or it moves them all.
 */
export const READ_BYTES_MAX = 256 * 1024;
/** Rows that gather before they are stored during a replay. */
const FLUSH_ROWS = 3_000_000;

export type Replayed = Readonly<{
  view: RowView;
  /** Time of the last batch; the next is not before it. */
  lastAtMs: number;
}>;

type Source = Pick<
  EngineOptions,
  'epoch' | 'journal' | 'store' | 'clocks' | 'onReplay' | 'onApplied'
>;

/** Brings a view of the state up to the journal's head. Throws when the two do not fit. */
export async function replayJournal(source: Source): Promise<Replayed> {
  const { journal, store, clocks } = source;
  const head = await journal.head();
  const base = await journal.base();
  // Nothing may be stored yet of a journal that began under an ownership that is over.
  const [first] = await journal.read(base.seq, 1);
  const meta = (await store.meta()) ?? emptyMeta(first?.epoch ?? source.epoch);
  const headSeq = head?.seq ?? base.seq;
  if (meta.seq > headSeq || meta.seq < base.seq) throw doNotFit(meta, base.seq, headSeq);
  const lastAtMs = head?.atMs ?? 0;
  // The oldest batch to apply again decides how far back grants of erased people matter (C18).
  const [oldest] = await journal.read(meta.seq, 1);
  const grantsFromMs = (oldest?.atMs ?? lastAtMs) - GRANTS_GONE_AFTER_MS;
  const view = new RowView(store, meta, await store.erasedSince(grantsFromMs));
  if (Buffer.compare(await hashAt(journal, meta.seq), meta.chain) !== 0) throw doNotMatch(meta);
  const startedAt = clocks.monotonicMs();
  const batchesTotal = headSeq - meta.seq;
  while (view.meta.seq < headSeq) {
    const records = await journal.read(view.meta.seq, READ_BYTES_MAX);
    await applyRecords(view, records, source.onApplied);
    const batches = view.meta.seq - meta.seq;
    const msSoFar = clocks.monotonicMs() - startedAt;
    source.onReplay({
      batches,
      batchesTotal,
      msLeft: Math.round((msSoFar / batches) * (batchesTotal - batches)),
    });
    if (view.youngRows > FLUSH_ROWS) await storeSoFar(view, source);
  }
  return { view, lastAtMs };
}

function doNotFit(meta: MetaRow, baseSeq: number, headSeq: number): InvariantError {
  return new InvariantError(
    `the state includes batches up to ${meta.seq}, but the journal holds ${baseSeq + 1} to ` +
      `${headSeq}; one of the two is from another time. Nothing was changed. Restore both from ` +
      'the same backup.',
  );
}

/** C26: the seq fits by chance, the history is another's. */
function doNotMatch(meta: MetaRow): InvariantError {
  return new InvariantError(
    `the state was made from another journal: its batch ${meta.seq} is not the one that this ` +
      'journal holds. Nothing was changed. Restore both from the same backup.',
  );
}

/** The chain hash at a seq: of the record itself, or of the base when it was trimmed. */
export async function hashAt(journal: Journal, seq: Seq): Promise<Uint8Array> {
  const base = await journal.base();
  if (seq === base.seq) return base.hash;
  const [record] = await journal.read((seq - 1) as Seq, 1);
  if (record?.seq !== seq) throw new InvariantError(`the journal has no batch ${seq}`);
  return record.hash;
}

/** Checks a record's place in the chain (C24). */
export function checkChain(record: JournalRecord, previous: Uint8Array): void {
  const { epoch, seq, atMs, body, hash } = record;
  const expected = chainHash(previous, epoch, seq, atMs, body);
  if (!Buffer.from(expected).equals(hash)) {
    throw new InvariantError(`batch ${seq} of the journal does not follow the one before it`);
  }
}

/** Decodes a record and checks its place in the chain (C24). */
export function openRecord(record: JournalRecord, previous: Uint8Array): Batch {
  checkChain(record, previous);
  const { epoch, seq, atMs, body } = record;
  return { epoch, seq, atMs, ...decodeEntries(body) };
}

/**
 * Applies records that follow the view's state. Throws when one is not chained to the one before
 * it, with nothing applied.
 */
export async function applyRecords(
  view: RowView,
  records: readonly JournalRecord[],
  onApplied: EngineOptions['onApplied'],
): Promise<void> {
  const batches: Batch[] = [];
  let previous = view.meta.chain;
  for (const record of records) {
    batches.push(openRecord(record, previous));
    previous = record.hash;
  }
  // One look-up for all of them; the batches then find their rows in memory.
  const ahead = noKeys();
  for (const { entries, atMs } of batches) addKeysNeeded(ahead, entries, atMs, view.held);
  ahead.erased.clear();
  await view.load(ahead);
  for (const [index, batch] of batches.entries()) {
    // Only an erasure needs more: the likes that the person has by then.
    const keys = noKeys();
    const erasures = batch.entries.filter(({ kind }) => kind === 'erase');
    addKeysNeeded(keys, erasures, batch.atMs, view.held);
    const chain = records[index]?.hash ?? previous;
    const changes = applyBatch(await view.load(keys), batch, chain);
    view.apply(changes);
    onApplied(changes.meta, view.changedVideos(changes));
  }
}

async function storeSoFar(view: RowView, source: Source): Promise<void> {
  await source.store.store(view.beginFlush());
  view.endFlush();
}
