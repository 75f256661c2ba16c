// An outbox whose server, clock, timers and store are in a test's hands.

import type { Answer, Failure } from './ask.ts';
import { Outbox } from './outbox.ts';
import type { Settlement } from './outbox.ts';
import type { Named, Who } from './outbox-state.ts';
import { memoryStore } from './outbox-store.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { OpsReply } from './wire.ts';

export type Post = Readonly<{
  grant: string;
  ops: readonly Named[];
  reply: (answer: Answer<OpsReply>) => void;
}>;

/** Lets every promise that can go on go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
}

export function failure(fields: Partial<Failure> = {}): Answer<OpsReply> {
  const base = { code: 'no-answer', detail: '', retryable: true };
  return { failure: { ...base, ...fields } };
}

export function acknowledge(ops: readonly Named[], outcome = 'counted'): Answer<OpsReply> {
  const results = ops.map(({ n }) => ({ n, outcome }));
  return { value: { cell: 'us', epoch: 1, seq: 7, results } };
}

export type World = Readonly<{
  outbox: Outbox;
  posts: Post[];
  settlements: Settlement[];
  opened: Who[];
  store: OutboxStore;
  pass: (ms: number) => Promise<void>;
}>;

let sessions = 0;

export function setUp(store: OutboxStore = memoryStore()): World {
  const posts: Post[] = [];
  const settlements: Settlement[] = [];
  const opened: Who[] = [];
  const timers: { atMs: number; run: () => void }[] = [];
  let nowMs = 1_700_000_000_000;
  const outbox = new Outbox({
    store: Promise.resolve(store),
    nowMs: () => nowMs,
    random: () => 0.5,
    setTimer: (run, afterMs) => {
      timers.push({ atMs: nowMs + afterMs, run });
    },
    postOps: (grant, ops) =>
      new Promise((reply) => {
        posts.push({ grant, ops, reply });
      }),
    openSession: (who) => {
      sessions += 1;
      opened.push(who);
      return Promise.resolve({ value: `grant-${who ?? 'visitor'}-${sessions}` });
    },
    onSettled: (settlement) => {
      settlements.push(settlement);
    },
    onSession: () => {},
  });
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    for (const timer of timers.splice(0)) {
      if (timer.atMs <= nowMs) timer.run();
      else timers.push(timer);
    }
    await settle();
  };
  return { outbox, posts, settlements, opened, store, pass };
}

/** A tab that leads and acts for ada. */
export async function leading(store?: OutboxStore): Promise<World> {
  const world = setUp(store);
  world.outbox.setWho('ada');
  await world.outbox.lead();
  await settle();
  return world;
}
