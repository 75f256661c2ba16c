// Any mix of presses in two tabs and in a page's last moment, lost requests, answers and writes,
// refusals for now, flushes, reloads, hand-overs of the lead and crashes at any write, against a server that keeps books of its own.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failure, settle } from './outbox.fixture.ts';
import { Outbox } from './outbox.ts';
import { memoryStore } from './outbox-store.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { Answer } from './ask.ts';
import type { Intent, Named } from './outbox-state.ts';
import type { OpsReply } from './wire.ts';

const WINDOW_OPS = 64;
const BURST_PRESSES = 70;
const CALM_ROUNDS_MAX = 200;

/** The op window of a real session: first come is recorded, what was seen is a duplicate. */
class Server {
  /** Who was recorded under which name, in the order of recording. */
  readonly recorded = new Map<string, { id: string; intent: Intent }>();
  readonly faults: string[] = [];
  readonly #nameOf = new Map<string, string>();
  readonly #highest = new Map<string, number>();

  take(session: string, ops: readonly Named[]): Answer<OpsReply> {
    const highest = this.#highest.get(session) ?? 0;
    if (ops.length > WINDOW_OPS) this.faults.push(`SK4: ${ops.length} ops are open`);
    const results = ops.map(({ id, n, intent }) => {
      if (n > highest + WINDOW_OPS)
        this.faults.push(`SK4: ${n} is beyond the window of ${highest}`);
      const name = `${session}/${n}`;
      const before = this.recorded.get(name);
      if ((this.#nameOf.get(id) ?? name) !== name) this.faults.push(`SK2: ${id} was renamed`);
      if ((before?.id ?? id) !== id) this.faults.push(`SK3: ${name} names two ops`);
      this.#nameOf.set(id, name);
      if (before !== undefined) return { n, outcome: 'duplicate' };
      this.recorded.set(name, { id, intent });
      return { n, outcome: 'counted' };
    });
    this.#highest.set(session, Math.max(highest, ...ops.map(({ n }) => n)));
    return { value: { cell: 'us', epoch: 1, seq: this.recorded.size, results } };
  }
}

type Fate = 'arrives' | 'request-lost' | 'answer-lost' | 'asked-to-wait';
type Step =
  | 'press'
  | 'press-in-other-tab'
  | 'last-press'
  | 'burst'
  | 'pass'
  | 'reload'
  | 'flush'
  | 'crash'
  | 'lost-write'
  | 'hand-over';

function never(): Promise<never> {
  return new Promise(() => {});
}

class World {
  readonly server = new Server();
  readonly store: OutboxStore = memoryStore();
  readonly settledIds: string[] = [];
  /** What was kept, in the order of the presses. */
  readonly keptIds: string[] = [];
  /** What was done in a page's last moment, which may go ahead of what waits. */
  readonly lastIds = new Set<string>();
  fates: Fate[] = [];
  #nowMs = 1_700_000_000_000;
  #videos = 0;
  #sessions = 0;
  #timers: (() => void)[] = [];
  #age = 0;
  #writesLeft = Number.POSITIVE_INFINITY;
  #isWriteLost = false;
  #tabs: readonly [Outbox, Outbox] | undefined = undefined;

  #open(): Outbox {
    const age = this.#age;
    const isGone = (): boolean => age !== this.#age;
    // A page that is gone does nothing more: it sends, stores, hears and tells nothing.
    const write = async (work: () => Promise<boolean>): Promise<boolean> => {
      if (isGone()) return never();
      if (this.#isWriteLost) {
        this.#crash();
        return never();
      }
      const isStored = await work();
      this.#writesLeft -= 1;
      if (this.#writesLeft < 0) this.#crash();
      return isGone() ? never() : isStored;
    };
    const outbox = new Outbox({
      store: Promise.resolve({
        load: () => (isGone() ? never() : this.store.load()),
        add: (waiting) => write(() => this.store.add(waiting)),
        save: (lanes, named) => write(() => this.store.save(lanes, named)),
      }),
      nowMs: () => this.#nowMs,
      random: () => 0.5,
      setTimer: (run) => {
        if (!isGone()) this.#timers.push(run);
      },
      postOps: async (grant, ops) => {
        if (isGone()) return never();
        const fate = this.fates.shift() ?? 'arrives';
        await Promise.resolve();
        if (fate === 'request-lost') return failure();
        if (fate === 'asked-to-wait') return failure({ retryAfterMs: 2_000 });
        const reply = this.server.take(grant, ops);
        if (isGone()) return never();
        return fate === 'answer-lost' ? failure() : reply;
      },
      openSession: () => {
        this.#sessions += 1;
        return isGone() ? never() : Promise.resolve({ value: `s${this.#sessions}` });
      },
      onSettled: ({ id, end }) => {
        if (!isGone() && end.kind === 'recorded') this.settledIds.push(`${age} ${id}`);
      },
      onSession: () => {},
    });
    outbox.setWho('ada');
    return outbox;
  }

  async #alive(): Promise<readonly [Outbox, Outbox]> {
    if (this.#tabs === undefined) {
      this.#tabs = [this.#open(), this.#open()];
      await this.#tabs[0].lead();
      await settle();
    }
    return this.#tabs;
  }

  /** All pages die on the spot: whatever they were about to do next is not done. */
  #crash(): void {
    this.#age += 1;
    this.#timers = [];
    this.#writesLeft = Number.POSITIVE_INFINITY;
    this.#isWriteLost = false;
    this.#tabs = undefined;
  }

  /** Each on a video of its own, so that none stands for another. */
  #press(tab: Outbox, isLast = false): void {
    this.#videos += 1;
    this.#nowMs += 1;
    const { op, kept } = tab.enqueue('ada', { kind: 'like', video: `v${this.#videos}` }, isLast);
    if (isLast) this.lastIds.add(op.id);
    void kept.then((isKept) => {
      if (isKept) this.keptIds.push(op.id);
    });
  }

  async run(step: Step): Promise<void> {
    const [leader, other] = await this.#alive();
    if (step === 'press') this.#press(leader);
    else if (step === 'press-in-other-tab') {
      this.#press(other);
      await settle();
      leader.wake();
    } else if (step === 'burst') {
      for (let count = 0; count < BURST_PRESSES; count += 1) this.#press(leader);
    } else if (step === 'flush') leader.flush();
    else if (step === 'last-press') this.#press(leader, true);
    else if (step === 'lost-write') this.#isWriteLost = true;
    else if (step === 'reload') this.#crash();
    else if (step === 'crash') this.#writesLeft = 2;
    else if (step === 'hand-over') {
      // The lock: the other tab leads once this one has let go.
      void leader.yieldLead().then(() => other.lead());
      if (this.#tabs !== undefined) this.#tabs = [other, leader];
    } else {
      this.#nowMs += 40_000;
      for (const run of this.#timers.splice(0)) run();
    }
    await settle();
  }

  async openCount(): Promise<number> {
    const { lanes, waiting } = await this.store.load();
    return waiting.length + lanes.flatMap(({ ops }) => ops).length;
  }
}

const steps = fc.array(
  fc.record({
    step: fc.constantFrom<Step>(
      'press',
      'press',
      'press-in-other-tab',
      'burst',
      'pass',
      'reload',
      'flush',
      'crash',
      'last-press',
      'lost-write',
      'hand-over',
    ),
    fates: fc.array(
      fc.constantFrom<Fate>('arrives', 'request-lost', 'answer-lost', 'asked-to-wait'),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 30 },
);

test('SK1-SK5: every press that was kept is recorded once, under one name, in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const world = new World();
      for (const { step, fates } of script) {
        world.fates.push(...fates);
        await world.run(step);
      }
      world.fates = [];
      for (let round = 0; round < CALM_ROUNDS_MAX && (await world.openCount()) > 0; round += 1) {
        await world.run('pass');
      }
      expect(world.server.faults).toEqual([]);
      const recorded = [...world.server.recorded.values()].map(({ id }) => id);
      expect(new Set(recorded).size, 'recorded once').toBe(recorded.length);
      // What a page was storing as it died may be there too.
      expect(recorded).toEqual(expect.arrayContaining(world.keptIds));
      const inTime = recorded.filter((id) => !world.lastIds.has(id));
      expect(inTime, 'in the order of the presses').toEqual(inTime.toSorted());
      expect(new Set(world.settledIds).size, 'a page settles it once').toBe(
        world.settledIds.length,
      );
      expect(await world.openCount()).toBe(0);
    }),
    { numRuns: 200 },
  );
});
