// Any mix of presses, lost requests, lost answers, refusals for now, flushes and reloads, against a
// server that keeps books of its own.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryStore } from './browser-store.ts';
import { Outbox } from './outbox.ts';
import type { KeyValueStore, PostReply } from './outbox.ts';
import { UNACKNOWLEDGED_MAX } from './outbox-state.ts';
import type { Intent, Named } from './outbox-state.ts';

const BURST_PRESSES = 70;
const CALM_ROUNDS_MAX = 200;

/** The op window of a real session: first come is recorded, what was seen is a duplicate. */
class Server {
  /** Who was recorded under which name, in the order of recording. */
  readonly recorded = new Map<string, { id: string; intent: Intent }>();
  readonly faults: string[] = [];
  readonly #nameOf = new Map<string, string>();
  #highest = new Map<string, number>();

  take(session: string, ops: readonly Named[]): PostReply {
    const highest = this.#highest.get(session) ?? 0;
    if (ops.length > UNACKNOWLEDGED_MAX) this.faults.push(`O2: ${ops.length} ops are open`);
    const results = ops.map(({ id, n, intent }) => {
      if (n > highest + UNACKNOWLEDGED_MAX) this.faults.push(`O2: ${n} is beyond the window`);
      const name = `${session}/${n}`;
      const before = this.recorded.get(name);
      if ((this.#nameOf.get(id) ?? name) !== name) this.faults.push(`O1: ${id} was renamed`);
      if ((before?.id ?? id) !== id) this.faults.push(`O1: ${name} names two ops`);
      this.#nameOf.set(id, name);
      if (before !== undefined) return { n, outcome: 'duplicate' };
      this.recorded.set(name, { id, intent });
      return { n, outcome: 'counted' };
    });
    this.#highest.set(session, Math.max(highest, ...ops.map(({ n }) => n)));
    return { kind: 'acknowledged', cell: 'us', seq: this.recorded.size, results };
  }
}

type Fate = 'arrives' | 'request-lost' | 'answer-lost' | 'asked-to-wait';
type Step = 'press' | 'burst' | 'pass' | 'reload' | 'flush' | 'crash';

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

function never(): Promise<never> {
  return new Promise(() => {});
}

class World {
  readonly server = new Server();
  readonly store: KeyValueStore = memoryStore();
  readonly settledIds: string[] = [];
  readonly pressedIds: string[] = [];
  fates: Fate[] = [];
  #nowMs = 0;
  #ids = 0;
  #sessions = 0;
  #timers: { atMs: number; run: () => void }[] = [];
  #age = 0;
  #crashNext = false;
  #isDead = false;
  #leader = this.#open();

  #open(): Outbox {
    this.#age += 1;
    const age = this.#age;
    const isGone = (): boolean => age !== this.#age;
    // A page that was reloaded does nothing more: it sends, stores, hears and tells nothing.
    const outbox = new Outbox({
      store: {
        ...this.store,
        write: (key, value) => {
          if (isGone() || !this.store.write(key, value)) return false;
          if (this.#crashNext && key === 'holdfast.outbox') this.#crash();
          return true;
        },
        remove: (key) => {
          if (!isGone()) this.store.remove(key);
        },
      },
      nowMs: () => this.#nowMs,
      random: () => 0.5,
      newId: () => {
        this.#ids += 1;
        return `op-${this.#ids}`;
      },
      setTimer: (afterMs, run) => {
        if (!isGone()) this.#timers.push({ atMs: this.#nowMs + afterMs, run });
      },
      postOps: async (grant, ops) => {
        const fate = this.fates.shift() ?? 'arrives';
        if (isGone()) return never();
        await Promise.resolve();
        if (fate === 'request-lost') return { kind: 'retry', retryAfterMs: undefined };
        if (fate === 'asked-to-wait') return { kind: 'retry', retryAfterMs: 2_000 };
        const reply = this.server.take(grant, ops);
        return fate === 'answer-lost' ? { kind: 'retry', retryAfterMs: undefined } : reply;
      },
      openSession: () => {
        this.#sessions += 1;
        const session = `s${this.#sessions}`;
        const lane = { session, grant: session, jurisdiction: 'us', lifeMs: 7 * 86_400_000 };
        return isGone() ? never() : Promise.resolve({ kind: 'opened', lane });
      },
      onSettled: ({ id }) => {
        if (!isGone()) this.settledIds.push(id);
      },
      onSession: () => {},
    });
    outbox.setWho('ada');
    outbox.lead();
    return outbox;
  }

  /** The page dies on the spot: whatever it was about to do next is not done. */
  #crash(): void {
    this.#age += 1;
    this.#timers = [];
    this.#crashNext = false;
    this.#isDead = true;
  }

  #press(): void {
    const kind = this.pressedIds.length % 2 === 0 ? 'like' : 'unlike';
    const id = this.#leader.enqueue('ada', { kind, video: 'v1' });
    if (id !== undefined) this.pressedIds.push(id);
  }

  async run(step: Step): Promise<void> {
    if (this.#isDead) {
      this.#isDead = false;
      this.#leader = this.#open();
      await settle();
    }
    if (step === 'press') this.#press();
    else if (step === 'burst') {
      for (let count = 0; count < BURST_PRESSES && !this.#isDead; count += 1) this.#press();
    } else if (step === 'reload') {
      this.#crash();
      return;
    } else if (step === 'crash') this.#crashNext = true;
    else if (step === 'flush') this.#leader.flush();
    else {
      this.#nowMs += 40_000;
      for (const { run } of this.#timers.splice(0)) run();
    }
    await settle();
  }

  openCount(): number {
    return this.#leader.open('ada').length;
  }
}

const steps = fc.array(
  fc.record({
    step: fc.constantFrom<Step>(
      'press',
      'press',
      'press',
      'burst',
      'pass',
      'reload',
      'flush',
      'crash',
    ),
    fates: fc.array(
      fc.constantFrom<Fate>('arrives', 'request-lost', 'answer-lost', 'asked-to-wait'),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 40 },
);

test('O1-O3: every press is recorded exactly once, under one name, in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const world = new World();
      for (const { step, fates } of script) {
        world.fates.push(...fates);
        await world.run(step);
      }
      world.fates = [];
      for (let round = 0; round < CALM_ROUNDS_MAX && world.openCount() > 0; round += 1) {
        await world.run('pass');
      }
      expect(world.server.faults).toEqual([]);
      const recorded = [...world.server.recorded.values()].map(({ id }) => id);
      expect(recorded).toEqual(world.pressedIds);
      expect(new Set(world.settledIds).size, 'settled at most once').toBe(world.settledIds.length);
      expect(world.openCount()).toBe(0);
    }),
    { numRuns: 300 },
  );
});
