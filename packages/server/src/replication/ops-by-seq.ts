// How many ops the batches of a journal held up to a seq, so that a follower that tells only its seq
// can be shown in ops a second beside its owner.

/** Readings that are remembered; at one in 50 ms, a minute and a half. */
export const READINGS_MAX = 2_048;

type Reading = Readonly<{ seq: number; ops: number }>;

export class OpsBySeq {
  #readings: Reading[] = [];

  /** Notes where the owner is; seqs only grow. */
  note(seq: number, ops: number): void {
    if (seq === this.#readings.at(-1)?.seq) return;
    this.#readings.push({ seq, ops });
    if (this.#readings.length > READINGS_MAX) this.#readings.shift();
  }

  /** About, between two readings; `undefined` before the first and after the last. */
  at(seq: number): number | undefined {
    const index = this.#readings.findLastIndex((reading) => reading.seq <= seq);
    const before = this.#readings[index];
    const after = this.#readings[index + 1];
    if (before === undefined) return undefined;
    if (before.seq === seq) return before.ops;
    if (after === undefined) return undefined;
    const share = (seq - before.seq) / (after.seq - before.seq);
    return before.ops + share * (after.ops - before.ops);
  }
}
