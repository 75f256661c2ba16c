// Where the owner's own journal stood of late, so that a follower's word about a batch can be
// compared with what was the case here at the very same one.

import { hashHex } from '@holdfast/engine/counting/set-hash.ts';
import type { LaneHash } from '@holdfast/engine/counting/set-hash.ts';

/** Positions that are remembered; at a thousand batches a second, some seconds. */
export const POSITIONS_MAX = 4_096;

/** Commitments to the state after a batch. */
type Position = Readonly<{ seq: number; likesHash: LaneHash; countsHash: LaneHash }>;

export class PositionRing {
  readonly #positions = new Map<number, Position>();
  #lastSeq = -1;

  /** Remembers a position; hashes are copied, for the next batch changes them. */
  note({ seq, likesHash, countsHash }: Position): void {
    if (seq === this.#lastSeq) return;
    this.#lastSeq = seq;
    this.#positions.set(seq, {
      seq,
      likesHash: likesHash.slice(),
      countsHash: countsHash.slice(),
    });
    const [oldest] = this.#positions.keys();
    if (this.#positions.size > POSITIONS_MAX && oldest !== undefined) {
      this.#positions.delete(oldest);
    }
  }

  /** Whether what a follower says of a batch was so here; `undefined` when it is not known. */
  agrees(
    applied: Readonly<{ seq: number; likesHash: string; countsHash: string }>,
  ): boolean | undefined {
    const own = this.#positions.get(applied.seq);
    if (own === undefined) return undefined;
    return (
      hashHex(own.likesHash) === applied.likesHash && hashHex(own.countsHash) === applied.countsHash
    );
  }

  clear(): void {
    this.#positions.clear();
    this.#lastSeq = -1;
  }
}
