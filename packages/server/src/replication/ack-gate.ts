// Batches that are durable here and wait for the charter's rule to be met before they are answered.
//
// Rules: docs/spec/handover.md (H9, H11). Which batch may be acknowledged is `ackableSeq`; this
// holds those that wait and lets them go in order.

export type AckResult = 'acknowledged' | 'lost';

type Waiting = Readonly<{ seq: number; done: (result: AckResult) => void }>;

export class AckGate {
  #through = 0;
  #waiting: Waiting[] = [];
  #isLost = false;

  /** Batches that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Resolves when the batch may be acknowledged, or when another owns the cell. */
  async acknowledge(seq: number): Promise<AckResult> {
    // A batch may reach the journal while the ownership ends.
    if (this.#isLost) return 'lost';
    if (seq <= this.#through) return 'acknowledged';
    return new Promise((resolve) => this.#waiting.push({ seq, done: resolve }));
  }

  /** An ownership begins. */
  begin(): void {
    this.#isLost = false;
  }

  /** Everything up to `seq` may be acknowledged. What was let go before stays so (H9). */
  open(seq: number): void {
    if (seq <= this.#through) return;
    this.#through = seq;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter((one) => one.seq > seq);
    for (const one of waiting) if (one.seq <= seq) one.done('acknowledged');
  }

  /** The cell has another owner: what waits was never acknowledged and never will be here. */
  lose(): void {
    this.#isLost = true;
    // The same seqs may come again, with other batches, when the cell comes back.
    this.#through = 0;
    for (const { done } of this.#waiting.splice(0)) done('lost');
  }
}
