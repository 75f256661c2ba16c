import { describe, expect, test } from 'vitest';
import { memoryStore } from './browser-store.ts';
import { Outbox, WAITING_MAX } from './outbox.ts';
import type { KeyValueStore, OutboxPorts, PostReply, Settlement } from './outbox.ts';
import { UNACKNOWLEDGED_MAX } from './outbox-state.ts';
import type { Named } from './outbox-state.ts';

const SESSION_LIFE_MS = 7 * 86_400_000;

/** Ids are of one device, not of one tab. */
let ids = 0;

/** An outbox whose server, clock and timers are in the test's hands. */
function setUp(store: KeyValueStore = memoryStore()) {
  const posts: { grant: string; ops: readonly Named[]; reply: (reply: PostReply) => void }[] = [];
  const settlements: Settlement[] = [];
  const timers: { atMs: number; run: () => void }[] = [];
  let nowMs = 1_000_000;
  let sessions = 0;
  const ports: OutboxPorts = {
    store,
    nowMs: () => nowMs,
    random: () => 0.5,
    newId: () => {
      ids += 1;
      return `op-${ids}`;
    },
    setTimer: (afterMs, run) => {
      timers.push({ atMs: nowMs + afterMs, run });
    },
    postOps: (grant, ops) =>
      new Promise((reply) => {
        posts.push({ grant, ops, reply });
      }),
    openSession: (who) => {
      sessions += 1;
      const session = `${who ?? 'visitor'}-${sessions}-${store.keys().length}`;
      const lane = { session, grant: `grant-${session}`, jurisdiction: 'us' };
      return Promise.resolve({ kind: 'opened', lane: { ...lane, lifeMs: SESSION_LIFE_MS } });
    },
    onSettled: (settlement) => {
      settlements.push(settlement);
    },
    onSession: () => {},
  };
  const outbox = new Outbox(ports);
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    for (const timer of timers.splice(0)) {
      if (timer.atMs <= nowMs) timer.run();
      else timers.push(timer);
    }
    await settle();
  };
  return { outbox, posts, settlements, pass, store };
}

/** Lets every promise that can go on go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

async function leading(store?: KeyValueStore) {
  const world = setUp(store);
  world.outbox.setWho('ada');
  world.outbox.lead();
  await settle();
  return world;
}

function acknowledge(ops: readonly Named[]): PostReply {
  const results = ops.map(({ n }) => ({ n, outcome: 'counted' }));
  return { kind: 'acknowledged', cell: 'us', seq: 7, results };
}

const like = { kind: 'like', video: 'v1' } as const;
const unlike = { kind: 'unlike', video: 'v1' } as const;

describe('the outbox', () => {
  test('O1: the name is in the store before the op is sent', async () => {
    const { outbox, posts, store } = await leading();
    outbox.enqueue('ada', like);
    expect(posts).toHaveLength(1);
    expect(store.read('holdfast.outbox')).toContain(JSON.stringify(posts[0]?.ops));
  });

  test('O1: nothing is sent under a name that could not be stored', async () => {
    const full = memoryStore();
    const { outbox, posts } = await leading({
      ...full,
      write: (key, value) => (value.includes('"n":') ? false : full.write(key, value)),
    });
    expect(outbox.enqueue('ada', like)).toBeDefined();
    await settle();
    expect(posts).toHaveLength(0);
  });

  test('O1: after no answer the op goes again under the same name', async () => {
    const { outbox, posts, pass } = await leading();
    outbox.enqueue('ada', like);
    posts[0]?.reply({ kind: 'retry', retryAfterMs: undefined });
    await settle();
    await pass(60_000);
    expect(posts).toHaveLength(2);
    expect(posts[1]).toMatchObject({ grant: posts[0]?.grant, ops: posts[0]?.ops });
  });

  test('O1: after a reload the op goes again under the same name', async () => {
    const before = await leading();
    before.outbox.enqueue('ada', like);
    const after = await leading(before.store);
    expect(after.posts[0]).toMatchObject({
      grant: before.posts[0]?.grant,
      ops: before.posts[0]?.ops,
    });
  });

  test('O2: at most 64 ops are open; the rest follow once there is room', async () => {
    const { outbox, posts } = await leading();
    for (let count = 0; count < UNACKNOWLEDGED_MAX + 6; count += 1) {
      outbox.enqueue('ada', count % 2 === 0 ? like : unlike);
    }
    outbox.flush();
    expect(posts.at(-1)?.ops.map(({ n }) => n)).toEqual(
      Array.from({ length: UNACKNOWLEDGED_MAX }, (_, index) => index + 1),
    );
    posts.at(-1)?.reply(acknowledge(posts.at(-1)?.ops ?? []));
    await settle();
    expect(posts.at(-1)?.ops.map(({ n }) => n)).toEqual([65, 66, 67, 68, 69, 70]);
  });

  test('settles an op once, with the position to read at', async () => {
    const { outbox, posts, settlements } = await leading();
    const pressed = [outbox.enqueue('ada', like), outbox.enqueue('ada', unlike)];
    outbox.flush();
    outbox.flush();
    expect(posts.map(({ ops }) => ops.length)).toEqual([1, 2]);
    for (const post of posts) post.reply(acknowledge(post.ops));
    await settle();
    expect(settlements.map(({ id }) => id)).toEqual(pressed);
    expect(settlements[0]).toEqual({
      id: pressed[0],
      who: 'ada',
      intent: like,
      end: { kind: 'recorded', outcome: 'counted', code: undefined, position: 'us:7' },
    });
    expect(outbox.open('ada')).toEqual([]);
  });

  test('an op that the answer leaves out stays, and goes again after a pause', async () => {
    const { outbox, posts, pass } = await leading();
    outbox.enqueue('ada', like);
    posts[0]?.reply({ kind: 'acknowledged', cell: 'us', seq: 7, results: [] });
    await settle();
    expect(posts).toHaveLength(1);
    await pass(60_000);
    expect(posts[1]?.ops).toEqual(posts[0]?.ops);
  });

  test('waits as long as Retry-After says, even when the network comes back', async () => {
    const { outbox, posts, pass } = await leading();
    outbox.enqueue('ada', like);
    posts[0]?.reply({ kind: 'retry', retryAfterMs: 9_000 });
    await settle();
    await pass(8_900);
    outbox.retryNow();
    outbox.flush();
    expect(posts).toHaveLength(1);
    await pass(1_200);
    expect(posts).toHaveLength(2);
  });

  test('a refusal for good is told, and the next op has a new session', async () => {
    const { outbox, posts, settlements } = await leading();
    outbox.enqueue('ada', like);
    posts[0]?.reply({ kind: 'refused', code: 'grant-expired', detail: 'Over.' });
    await settle();
    expect(settlements[0]?.end).toEqual({
      kind: 'refused',
      code: 'grant-expired',
      detail: 'Over.',
    });
    outbox.enqueue('ada', unlike);
    await settle();
    expect(posts[1]?.grant).not.toBe(posts[0]?.grant);
    expect(posts[1]?.ops).toMatchObject([{ n: 1, intent: unlike }]);
  });

  test('a tab that does not lead keeps an op for the one that does', async () => {
    const leader = await leading();
    const other = setUp(leader.store);
    other.outbox.enqueue('ada', like);
    expect(other.posts).toHaveLength(0);
    expect(leader.outbox.open('ada')).toMatchObject([{ intent: like }]);
    leader.outbox.wake();
    expect(leader.posts[0]?.ops).toMatchObject([{ n: 1, intent: like }]);
  });

  test('one person’s op is never sent in another’s session', async () => {
    const { outbox, posts } = await leading();
    outbox.enqueue('eve', like);
    await settle();
    expect(posts).toHaveLength(0);
    outbox.setWho('eve');
    await settle();
    expect(posts[0]?.grant).toMatch(/^grant-eve/);
  });

  test('a grant is gone from the device once its person is, and all of theirs is sent', async () => {
    const { outbox, posts, store } = await leading();
    outbox.enqueue('ada', like);
    outbox.setWho(null);
    await settle();
    expect(store.read('holdfast.outbox')).toContain('grant-ada');
    posts[0]?.reply(acknowledge(posts[0].ops));
    await settle();
    expect(store.read('holdfast.outbox')).not.toContain('grant-ada');
  });

  test('says so when there is no room left, instead of forgetting', () => {
    const { outbox } = setUp();
    for (let count = 0; count < WAITING_MAX; count += 1) outbox.enqueue('ada', like);
    expect(outbox.enqueue('ada', like)).toBeUndefined();
  });
});
