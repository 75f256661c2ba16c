// What an observer who sees every disk and every answer knows: which batch followed which, who held
// it, what it came to, and which batches were acknowledged. No part of the product reads it.

import type { Epoch } from '@holdfast/protocol/ids.ts';
import type { MetaRow, VideoRow } from '@holdfast/engine/counting/rows.ts';
import { shownLikes, shownViews } from '@holdfast/engine/counting/rows.ts';
import { hashHex } from '@holdfast/engine/counting/set-hash.ts';
import { isSeal } from '@holdfast/engine/journal/seal.ts';
import type { JournalRecord } from '@holdfast/engine/journal/journal.ts';

export type Counts = Readonly<{ likes: number; views: number }>;

export type Batch = {
  readonly hash: string;
  readonly previous: string;
  readonly seq: number;
  readonly epoch: Epoch;
  readonly isSeal: boolean;
  /** Who ever had it on disk. */
  readonly holders: Set<string>;
  /** State and changed counts after it, by whoever applied it first. */
  commitments: string | undefined;
  readonly counts: Map<string, Counts>;
};

export type Acked = Readonly<{ party: string; epoch: number; seq: number; hash: string }>;

export type ChangedVideos = Readonly<{
  forEach: (see: (row: Readonly<VideoRow>) => void) => void;
}>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export class History {
  readonly #batches = new Map<string, Batch>();
  /** By party: the batch at each seq of its journal. */
  readonly #at = new Map<string, Map<number, Batch>>();
  readonly acked: Acked[] = [];

  written(party: string, record: JournalRecord, previous: Uint8Array): void {
    const hash = hex(record.hash);
    const batch: Batch = this.#batches.get(hash) ?? {
      hash,
      previous: hex(previous),
      seq: record.seq,
      epoch: record.epoch,
      isSeal: isSeal(record),
      holders: new Set(),
      commitments: undefined,
      counts: new Map(),
    };
    this.#batches.set(hash, batch);
    batch.holders.add(party);
    this.#journalOf(party).set(record.seq, batch);
  }

  #journalOf(party: string): Map<number, Batch> {
    const journal = this.#at.get(party) ?? new Map<number, Batch>();
    this.#at.set(party, journal);
    return journal;
  }

  /** The copy has begun anew after a batch of another. */
  replaced(party: string, hash: string): void {
    const journal = this.#journalOf(party);
    journal.clear();
    for (let at = this.#batches.get(hash); at !== undefined; at = this.#batches.get(at.previous)) {
      journal.set(at.seq, at);
    }
  }

  at(party: string, seq: number): Batch | undefined {
    return this.#at.get(party)?.get(seq);
  }

  /** A party has applied a batch; gives what differs from whoever applied it before. */
  applied(party: string, meta: Readonly<MetaRow>, videos: ChangedVideos): string | undefined {
    const batch = this.at(party, meta.seq);
    if (batch === undefined) return `${party} applied batch ${meta.seq}, which it does not have`;
    const commitments = `${hashHex(meta.likesHash)} ${hashHex(meta.countsHash)} ${meta.opsAccepted}`;
    if (batch.commitments === undefined) {
      batch.commitments = commitments;
      videos.forEach((row) => {
        batch.counts.set(row.video, { likes: shownLikes(row), views: shownViews(row) });
      });
    }
    if (batch.commitments === commitments) return undefined;
    return (
      `${party} came to another state at batch ${meta.seq} than whoever applied it first: ` +
      `${commitments} and ${batch.commitments}`
    );
  }

  /** From the first batch to the one with this hash. */
  through(hash: string): readonly Batch[] {
    const batches: Batch[] = [];
    for (let at = this.#batches.get(hash); at !== undefined; at = this.#batches.get(at.previous)) {
      batches.push(at);
    }
    return batches.toReversed();
  }
}
