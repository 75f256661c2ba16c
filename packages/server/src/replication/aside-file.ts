// Batches behind a cut, kept in a file of their own before this journal forgets them (H19): what a
// lost owner took and the charter gave to nobody.

import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { OpKind } from '@holdfast/protocol/ops.ts';
import type { Seq } from '@holdfast/protocol/ids.ts';
import { FormatError } from '@holdfast/engine/codec/bytes.ts';
import { decodeEntries } from '@holdfast/engine/journal/batch-codec.ts';
import type { Journal, JournalRecord } from '@holdfast/engine/journal/journal.ts';

const READ_BYTES_MAX: number = 4 * 1024 * 1024;

/** What a file of batches that were set aside holds. */
export type Aside = Readonly<{ file: string; afterSeq: number; batches: number }> &
  Readonly<Record<OpKind, number>>;

/**
 * Writes the batches after a cut; durable on return. `undefined` when there are none. Its name has
 * the first of them, so that no other tail is written over it, and the same tail is written once.
 */
export async function keepAside(
  journal: Journal,
  afterSeq: Seq,
  folder: string,
  seal: (record: JournalRecord) => Uint8Array,
): Promise<Aside | undefined> {
  const [first] = await journal.read(afterSeq, 1);
  if (first === undefined) return undefined;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `after-${afterSeq}-${hex(first.hash).slice(0, 12)}.jsonl`);
  const handle = openSync(file, 'w', 0o600);
  const counted = { batches: 0, like: 0, unlike: 0, view: 0 };
  try {
    for (let seq = afterSeq; ;) {
      const records = await journal.read(seq, READ_BYTES_MAX);
      for (const record of records) {
        const { epoch, atMs, hash } = record;
        // Sealed as in the journal: `fsck` and `start` of this copy have the key for it.
        const bytes = { hash: hex(hash), sealed: hex(seal(record)) };
        writeSync(handle, `${JSON.stringify({ epoch, seq: record.seq, atMs, ...bytes })}\n`);
        counted.batches += 1;
        for (const kind of kindsIn(record)) counted[kind] += 1;
        seq = record.seq;
      }
      if (records.length === 0) break;
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return { file, afterSeq, ...counted };
}

/** In words, for whoever runs the site. */
export function asideText({ file, afterSeq, batches, like, unlike, view }: Aside): string {
  return (
    `set aside, and counted nowhere: what came after batch ${afterSeq} (batches: ${batches}, likes: ` +
    `${like}, likes taken back: ${unlike}, views: ${view}, as people sent them); it is kept in ${file}`
  );
}

function kindsIn({ body }: JournalRecord): OpKind[] {
  try {
    return decodeEntries(body).entries.flatMap((entry) =>
      entry.kind === 'ops' ? entry.ops.map(({ kind }) => kind) : [],
    );
  } catch (error) {
    // The bytes are kept all the same; a count of them is no reason to stop here.
    if (error instanceof FormatError) return [];
    throw error;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
