// Time of a simulated world: it passes only when nothing is left to do at the moment it has reached.
//
// Why a run repeats itself: nothing here waits for a real clock or a real device, so the order of
// promises and of `setImmediate` is that of the program, and that is decided by the seed alone.

/** Turns of the event loop between two moments; work that needs more goes on in the next one. */
const TURNS = 3;

type Due = { readonly atMs: number; readonly order: number; run: (() => void) | undefined };

export class VirtualTime {
  #nowMs = 0;
  #order = 0;
  /** A binary heap, the next to run at its root. */
  readonly #due: Due[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs once after a time in whole milliseconds; returns how to cancel. */
  after(delayMs: number, run: () => void): () => void {
    this.#order += 1;
    const atMs = this.#nowMs + Math.max(0, Math.ceil(delayMs));
    const due: Due = { atMs, order: this.#order, run };
    this.#push(due);
    return () => {
      due.run = undefined;
    };
  }

  /** Lets time pass until `endMs`, or until `isOver` says so. */
  async pass(endMs: number, isOver: () => boolean = () => false): Promise<void> {
    await turns();
    for (let next = this.#due[0]; next !== undefined && next.atMs <= endMs; next = this.#due[0]) {
      this.#nowMs = next.atMs;
      while (this.#due[0]?.atMs === this.#nowMs) this.#pop()?.run?.();
      await turns();
      if (isOver()) return;
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  #push(due: Due): void {
    const heap = this.#due;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, due)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): Due | undefined {
    const heap = this.#due;
    const [root] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return root;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) child += 1;
      const below = heap[child];
      if (below === undefined || isBefore(last, below)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return root;
  }
}

function isBefore(left: Due, right: Due): boolean {
  return left.atMs === right.atMs ? left.order < right.order : left.atMs < right.atMs;
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
