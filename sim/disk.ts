// The disk of one party: what was synced outlives a kill, what was under way may or may not.
//
// The journal here takes its time, as the port allows: a caller that believes an append to be done
// before it resolves is found out.

import type { PartyState } from '@holdfast/engine/handover/party-state.ts';
import { JournalError } from '@holdfast/engine/journal/journal.ts';
import type { Journal, JournalBase, JournalRecord } from '@holdfast/engine/journal/journal.ts';
import { StateError } from '@holdfast/engine/state/state-store.ts';
import type { StoredChanges } from '@holdfast/engine/state/memory/memory-state-store.ts';
import type { StateChanges, StateStore } from '@holdfast/engine/state/state-store.ts';
import { TestJournal, TestStore } from '@holdfast/engine/testing/engine-rig.ts';
import type { Random } from '@holdfast/engine/testing/random.ts';
import type { Seq } from '@holdfast/protocol/ids.ts';
import type { PartyFile } from '@holdfast/server/replication/party-file.ts';
import type { History } from './history.ts';
import type { Hooks } from './hooks.ts';
import type { Marks } from './marks.ts';
import type { Life } from './process.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A good disk takes up to so long. */
const WRITE_MS_MAX = 3;

export type Files = Readonly<{ journal: Journal; store: StateStore }>;

export type DiskParts = Readonly<{
  time: VirtualTime;
  random: Random;
  marks: Marks;
  history: History;
  hooks: Hooks;
}>;

export class Disk {
  readonly owner: string;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #marks: Marks;
  readonly #history: History;
  readonly #hooks: Hooks;
  #journal = new TestJournal();
  #store: TestStore;
  #record: PartyState | undefined;
  /** The append that is under way: a kill leaves it whole or not at all. */
  #writing: JournalRecord | undefined;
  fullUntilMs = 0;
  slowUntilMs = 0;
  slowMsMax = 0;
  /** What the next appends do. */
  fates: ('lost' | 'kept')[] = [];

  private constructor(owner: string, parts: DiskParts, store: TestStore) {
    this.owner = owner;
    this.#time = parts.time;
    this.#random = parts.random;
    this.#marks = parts.marks;
    this.#history = parts.history;
    this.#hooks = parts.hooks;
    this.#store = store;
  }

  static async empty(owner: string, parts: DiskParts): Promise<Disk> {
    return new Disk(owner, parts, await TestStore.after([]));
  }

  get isFull(): boolean {
    return this.#time.nowMs < this.fullUntilMs;
  }

  /** All that was stored, flush by flush. */
  get flushes(): readonly StoredChanges[] {
    return this.#store.flushes;
  }

  /** The rows of the state as it is on disk. */
  get rows(): TestStore['rows'] {
    return this.#store.rows;
  }

  /** Chain hash of the last batch. */
  async headHash(): Promise<string> {
    const { memory } = this.#journal;
    const { hash } = (await memory.head()) ?? (await memory.base());
    return Buffer.from(hash).toString('hex');
  }

  failStores(times: number): void {
    this.#store.failures += times;
  }

  heal(): void {
    this.fullUntilMs = 0;
    this.slowUntilMs = 0;
    this.fates = [];
    this.#store.failures = 0;
  }

  /** The ports, for one life of the process. */
  files(life: Life): Files {
    const { memory } = this.#journal;
    const store = this.#store;
    let writes: Promise<unknown> = Promise.resolve();
    const inOrder = async <Done>(write: () => Promise<Done>): Promise<Done> => {
      const turn = writes.then(write);
      writes = turn.catch(() => undefined);
      return turn;
    };
    const journal: Journal = {
      append: (record) => inOrder(async () => this.#append(life, memory, record)),
      read: (after, bytesMax) => life.whileAlive(() => memory.read(after, bytesMax)),
      head: () => life.whileAlive(memory.head),
      base: () => life.whileAlive(memory.base),
      trim: (through) => inOrder(async () => life.whileAlive(() => memory.trim(through))),
      truncate: (after) => inOrder(async () => life.whileAlive(() => memory.truncate(after))),
      beginAfter: (base) => life.whileAlive(() => memory.beginAfter(base)),
      close: async () => undefined,
    };
    return { journal, store: { ...store.port, store: (rows) => this.#flush(life, store, rows) } };
  }

  async #append(life: Life, memory: Journal, record: JournalRecord): Promise<void> {
    await life.whileAlive(() => undefined);
    this.#writing = record;
    await life.pause(this.#writeMs());
    this.#writing = undefined;
    if (this.isFull) {
      this.#marks.hit('fault: disk full');
      throw new JournalError('full', 'the simulated disk is full');
    }
    const fate = this.fates.shift();
    if (fate === 'lost') {
      this.#marks.hit('fault: append lost');
      throw new JournalError('io', 'the simulated disk did not write');
    }
    await this.#keep(memory, record);
    if (fate === 'kept') {
      this.#marks.hit('fault: append kept though it failed');
      throw new JournalError('io', 'the simulated disk wrote, and said that it did not');
    }
  }

  async #keep(memory: Journal, record: JournalRecord): Promise<void> {
    const before = (await memory.head()) ?? (await memory.base());
    await memory.append(record);
    this.#history.written(this.owner, record, before.hash);
  }

  #writeMs(): number {
    const isSlow = this.#time.nowMs < this.slowUntilMs;
    if (isSlow) this.#marks.hit('fault: disk slow');
    return this.#random.below(1 + (isSlow ? this.slowMsMax : WRITE_MS_MAX));
  }

  async #flush(life: Life, store: TestStore, rows: StateChanges): Promise<void> {
    await life.pause(this.#writeMs());
    if (this.isFull) throw new StateError('full', 'the simulated disk is full');
    if (store.failures > 0) this.#marks.hit('fault: store failed');
    await store.port.store(rows);
  }

  /** The party's own record, for one life of the process. */
  record(life: Life): PartyFile {
    return {
      read: () => structuredClone(this.#record),
      write: (state) => {
        if (life.isOver) throw new Error('this life is over');
        if (this.isFull) throw new Error('the simulated disk is full');
        this.#record = structuredClone(state);
      },
    };
  }

  /** What the machine finds after a kill: the append under way wholly, or not at all. */
  async crash(): Promise<void> {
    const record = this.#writing;
    this.#writing = undefined;
    await this.#forget();
    if (record === undefined) return;
    this.#marks.hit('fault: torn tail');
    const head = (await this.#journal.memory.head()) ?? (await this.#journal.memory.base());
    if (this.isFull || record.seq !== head.seq + 1 || this.#random.chance(0.5)) return;
    await this.#keep(this.#journal.memory, record);
  }

  /** A disk that lies about a flush, for a mistake in `bugs.ts`. */
  async #forget(): Promise<void> {
    const { memory } = this.#journal;
    const [head, base] = [await memory.head(), await memory.base()];
    const stored = this.#store.flushes.at(-1)?.meta.seq ?? 0;
    const seq = Math.max((head?.seq ?? 0) - this.#hooks.forgets, base.seq, stored);
    if (this.#hooks.forgets > 0) await memory.truncate(seq as Seq);
  }

  /** Puts a snapshot in the place of state and journal. */
  async replace(flushes: readonly StoredChanges[], base: JournalBase): Promise<void> {
    this.#store = await TestStore.after(flushes);
    this.#journal = new TestJournal();
    if (base.seq > 0) await this.#journal.memory.beginAfter(base);
  }

  /** Forgets batches that the state includes, as upkeep does. */
  async trim(): Promise<void> {
    const seq = this.#store.flushes.at(-1)?.meta.seq ?? 0;
    if (seq < 3) return;
    await this.#journal.memory.trim((seq - 2) as Seq);
    this.#marks.hit('fault: journal trimmed');
  }
}
