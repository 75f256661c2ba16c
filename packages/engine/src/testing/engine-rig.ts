// An engine over ports in memory, with everything in the hands of the test: clocks, failures of the
// journal and the store, and a copy of what the store held after every flush.

import type { Epoch, Seq } from '@holdfast/protocol/ids.ts';
import { GONE } from '../counting/rows.ts';
import { textHash } from '../counting/set-hash.ts';
import { openEngine } from '../engine/engine.ts';
import type { Engine } from '../engine/engine.ts';
import { ENGINE_LIMITS } from '../engine/engine-options.ts';
import type { EngineLimits, EngineOptions, EngineProblem } from '../engine/engine-options.ts';
import type { Identify } from '../engine/requests.ts';
import { JournalError } from '../journal/journal.ts';
import type { Journal, JournalRecord } from '../journal/journal.ts';
import { openMemoryJournal } from '../journal/memory/memory-journal.ts';
import { openMemoryStateStore, storedCopy } from '../state/memory/memory-state-store.ts';
import type { StoredChanges } from '../state/memory/memory-state-store.ts';
import { StateError } from '../state/state-store.ts';
import type { StateChanges, StateStore } from '../state/state-store.ts';
import { EPOCH, PlainState, START_MS } from './batches.ts';

/** Both clocks of a machine; `pass` lets time go by on both. */
export class TestClocks {
  wallMs: number = START_MS;
  monotonic = 1_000;

  readonly nowMs = (): number => this.wallMs;
  readonly monotonicMs = (): number => this.monotonic;

  pass(ms: number): void {
    this.wallMs += ms;
    this.monotonic += ms;
  }
}

/** What the next append does: `lost` and `kept` both reject, and differ in what is on disk. */
export type AppendFate = 'fine' | 'lost' | 'kept' | 'full';

/** A journal in memory whose appends fail as planned. */
export class TestJournal {
  readonly memory: Journal = openMemoryJournal();
  fates: AppendFate[] = [];
  appended = 0;

  readonly port: Journal = {
    ...this.memory,
    append: async (record) => this.#append(record),
  };

  async #append(record: JournalRecord): Promise<void> {
    const fate = this.fates.shift() ?? 'fine';
    if (fate === 'full') throw new JournalError('full', 'no space left, said the test');
    if (fate === 'lost') throw new JournalError('io', 'not written, said the test');
    await this.memory.append(record);
    this.appended += 1;
    if (fate === 'kept') throw new JournalError('io', 'written all the same, said the test');
  }

  async all(): Promise<readonly JournalRecord[]> {
    return this.memory.read(0 as Seq, Number.MAX_SAFE_INTEGER);
  }
}

/** A store in memory that keeps every flush, so that any earlier state can be had again. */
export class TestStore {
  readonly flushes: StoredChanges[];
  failures = 0;
  readonly #memory: StateStore;
  readonly port: StateStore;

  private constructor(memory: StateStore, flushes: StoredChanges[]) {
    this.#memory = memory;
    this.flushes = flushes;
    this.port = { ...memory, store: async (changes) => this.#store(changes) };
  }

  /** A store as these flushes left it. */
  static async after(flushes: readonly StoredChanges[]): Promise<TestStore> {
    const memory = openMemoryStateStore();
    for (const changes of flushes) await memory.store(changes);
    return new TestStore(memory, [...flushes]);
  }

  async #store(changes: StateChanges): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new StateError('io', 'not stored, said the test');
    }
    const stored = storedCopy(changes);
    this.flushes.push(stored);
    await this.#memory.store(stored);
  }

  /** The rows of all tables, put together by nothing but the flushes. */
  get rows(): PlainState {
    const state = new PlainState();
    for (const changes of structuredClone(this.flushes)) {
      for (const [key, row] of changes.sessions) state.sessions.set(key, row);
      for (const [key, row] of changes.persons) state.persons.set(key, row);
      for (const [key, row] of changes.videos) state.videos.set(key, row);
      for (const [key, row] of changes.uniques) state.uniques.set(key, row);
      for (const [key, atMs] of changes.likes) {
        if (atMs === GONE) state.likes.delete(key);
        else state.likes.set(key, atMs);
      }
      for (const [minute, rows] of changes.minutes) {
        for (const [video, row] of rows) state.addMinute(minute, video, row);
      }
      for (const { day, numbers } of changes.starts) state.addStarts(day, numbers);
      state.corrections.push(...changes.corrections);
      state.meta = changes.meta;
    }
    return state;
  }
}

/** Ports whose every answer takes a turn of the event loop, as those over a network do. */
export function slowJournal(journal: Journal): Journal {
  return {
    ...journal,
    append: async (record) => {
      await aTurn();
      await journal.append(record);
      await aTurn();
    },
  };
}

export function slowStore(store: StateStore): StateStore {
  const slow =
    <Args extends unknown[], Answer>(work: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      await aTurn();
      const answer = await work(...args);
      await aTurn();
      return answer;
    };
  return {
    ...store,
    load: slow(store.load),
    findVideos: slow(store.findVideos),
    findPersons: slow(store.findPersons),
    likesOf: slow(store.likesOf),
    store: slow(store.store),
  };
}

async function aTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Subjects of tests have names that say who they are. */
export const identify: Identify = (subjectKey) => ({
  pseudonym: textHash(`person ${subjectKey}`),
  creatorKey: `creator-${subjectKey}`,
});

/** Every flush waits until it is asked for, unless a test wants it otherwise. */
export const CALM_LIMITS: EngineLimits = {
  ...ENGINE_LIMITS,
  flushRowsMin: 1_000_000,
  flushAgeMsMax: 1_000_000,
};

export type Rig = Readonly<{ engine: Engine; problems: EngineProblem[] }>;

/** Opens an engine on ports; what it has to say to people is in `problems`. */
export async function openRig(
  ports: Pick<EngineOptions, 'journal' | 'store' | 'clocks'>,
  options: Partial<EngineOptions> = {},
): Promise<Rig> {
  const problems: EngineProblem[] = [];
  const engine = await openEngine({
    epoch: EPOCH as Epoch,
    identify,
    limits: CALM_LIMITS,
    onApplied: () => undefined,
    onProblem: (problem) => problems.push(problem),
    onReplay: () => undefined,
    ...ports,
    ...options,
  });
  return { engine, problems };
}
