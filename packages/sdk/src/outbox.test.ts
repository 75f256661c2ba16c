import { describe, expect, test } from 'vitest';
import { acknowledge, failure, leading, setUp, settle } from './outbox.fixture.ts';
import { WAITING_LIFE_MS, WAITING_MAX } from './outbox.ts';
import { GRANT_LIFE_MS, LAST_NAMES_MAX, WINDOW_OPS } from './outbox-state.ts';
import { memoryStore } from './outbox-store.ts';

const like = { kind: 'like', video: 'v1' } as const;
const unlike = { kind: 'unlike', video: 'v1' } as const;
const likeOf = (index: number) => ({ kind: 'like', video: `v${index}` }) as const;

describe('the outbox', () => {
  test('SK1: the name is in the store before the op is sent', async () => {
    const { outbox, posts, store } = await leading();
    outbox.enqueue('ada', like);
    await settle();
    expect(posts).toHaveLength(1);
    const { lanes, waiting } = await store.load();
    expect(lanes[0]?.ops).toEqual(posts[0]?.ops);
    expect(waiting).toEqual([]);
  });

  test('SK1: nothing is sent under a name that could not be stored', async () => {
    const full = memoryStore();
    const { outbox, posts, pass } = await leading({
      ...full,
      save: (lanes, named) =>
        lanes.some(({ ops }) => ops.length > 0) ? Promise.resolve(false) : full.save(lanes, named),
    });
    await expect(outbox.enqueue('ada', like).kept).resolves.toBe(true);
    await pass(60_000);
    expect(posts).toHaveLength(0);
  });

  test('SK2: after no answer the op goes again under the same name', async () => {
    const { outbox, posts, pass } = await leading();
    outbox.enqueue('ada', like);
    await settle();
    posts[0]?.reply(failure());
    await settle();
    expect(posts).toHaveLength(1);
    await pass(60_000);
    expect(posts[1]).toMatchObject({ grant: posts[0]?.grant, ops: posts[0]?.ops });
  });

  test('SK2: after a reload the op goes again under the same name', async () => {
    const before = await leading();
    before.outbox.enqueue('ada', like);
    await settle();
    const after = await leading(before.store);
    const { grant, ops } = before.posts[0] ?? {};
    expect(after.posts[0]).toMatchObject({ grant, ops });
  });

  test('SK3: a page that comes later skips the names its forerunner may have used unstored', async () => {
    const before = await leading();
    before.outbox.enqueue('ada', like);
    await settle();
    before.posts[0]?.reply(acknowledge(before.posts[0].ops));
    await settle();
    const after = await leading(before.store);
    after.outbox.enqueue('ada', likeOf(2));
    after.outbox.enqueue('ada', likeOf(3));
    await settle();
    after.posts[0]?.reply(acknowledge(after.posts[0].ops));
    await settle();
    const ns = after.posts.flatMap(({ ops }) => ops.map(({ n }) => n));
    expect(ns).toEqual([2 + LAST_NAMES_MAX, 3 + LAST_NAMES_MAX]);
  });

  test('SK3: a page in its last moment names, stores and sends at once, at most four', async () => {
    const { outbox, posts, store } = await leading();
    for (let index = 0; index < LAST_NAMES_MAX + 2; index += 1) {
      outbox.enqueue('ada', likeOf(index), true);
    }
    expect(posts.at(-1)?.ops).toHaveLength(LAST_NAMES_MAX);
    await settle();
    const { lanes, waiting } = await store.load();
    const kept = [...(lanes[0]?.ops ?? []), ...waiting].map(({ intent }) => intent.video);
    expect(kept).toEqual(['v0', 'v1', 'v2', 'v3', 'v4', 'v5']);
  });

  test('SK4: names reach at most as far as the window; the rest follow once there is room', async () => {
    const { outbox, posts } = await leading();
    for (let index = 0; index < WINDOW_OPS + 6; index += 1) outbox.enqueue('ada', likeOf(index));
    await settle();
    posts[0]?.reply(acknowledge(posts[0].ops));
    await settle();
    posts[1]?.reply(acknowledge(posts[1].ops.slice(1)));
    await settle();
    for (const { ops } of posts) {
      expect(ops.at(-1)?.n ?? 0).toBeLessThan((ops[0]?.n ?? 0) + WINDOW_OPS);
    }
    expect(posts.flatMap(({ ops }) => ops.map(({ n }) => n))).toContain(WINDOW_OPS);
  });

  test('SK5: a person’s sessions are emptied in the order in which they began', async () => {
    const { outbox, posts, pass, opened } = await leading();
    outbox.enqueue('ada', like);
    await settle();
    posts[0]?.reply(failure());
    await settle();
    // The first session takes nothing new by then.
    await pass(GRANT_LIFE_MS + 1);
    outbox.enqueue('ada', unlike);
    await settle();
    expect(opened).toEqual(['ada', 'ada']);
    for (const post of posts.slice(1)) expect(post.grant).toBe(posts[0]?.grant);
    posts.at(-1)?.reply(acknowledge(posts[0]?.ops ?? []));
    await settle();
    expect(posts.at(-1)).toMatchObject({ ops: [{ n: 1, intent: unlike }] });
    expect(posts.at(-1)?.grant).not.toBe(posts[0]?.grant);
  });

  test('SK6: like, unlike, like before anything could be sent is one op', async () => {
    const { outbox, posts, settlements, pass } = await leading();
    outbox.enqueue('ada', likeOf(9));
    await settle();
    const ids = [like, unlike, like].map((intent) => outbox.enqueue('ada', intent).op.id);
    await settle();
    posts[0]?.reply(failure());
    await settle();
    await pass(60_000);
    expect(posts[1]?.ops.map(({ id, intent }) => [id, intent])).toEqual([
      [posts[0]?.ops[0]?.id, likeOf(9)],
      [ids[2], like],
    ]);
    expect(settlements.map(({ id, end }) => [id, end.kind])).toEqual([
      [ids[0], 'superseded'],
      [ids[1], 'superseded'],
    ]);
  });

  test('SK6: a press that ends where an open one does is not sent beside it', async () => {
    const { outbox, posts, pass } = await leading();
    outbox.enqueue('ada', like);
    await settle();
    outbox.enqueue('ada', unlike);
    outbox.enqueue('ada', like);
    await settle();
    posts[0]?.reply(failure());
    await settle();
    await pass(60_000);
    expect(posts[1]?.ops).toEqual(posts[0]?.ops);
    posts[1]?.reply(acknowledge(posts[1].ops));
    await settle();
    expect(posts).toHaveLength(2);
  });

  test('SK6: views are never put together', async () => {
    const { outbox, posts } = await leading();
    const view = { kind: 'view', video: 'v1', watchedMs: 3_000, source: 'embed' } as const;
    outbox.enqueue('ada', view);
    outbox.enqueue('ada', view);
    await settle();
    posts[0]?.reply(acknowledge(posts[0].ops));
    await settle();
    expect(posts.flatMap(({ ops }) => ops)).toHaveLength(2);
  });

  test('SK7: waits as long as Retry-After says, even when the network comes back', async () => {
    const { outbox, posts, pass } = await leading();
    outbox.enqueue('ada', like);
    await settle();
    posts[0]?.reply(failure({ code: 'overloaded', retryAfterMs: 9_000 }));
    await settle();
    await pass(8_900);
    outbox.retryNow();
    outbox.flush();
    await settle();
    expect(posts).toHaveLength(1);
    await pass(1_200);
    expect(posts).toHaveLength(2);
  });

  test('SK7: pauses grow up to a limit, and the network coming back ends one', async () => {
    const { outbox, posts, pass } = await leading();
    outbox.enqueue('ada', like);
    await settle();
    for (let count = 1; count < 9; count += 1) {
      posts.at(-1)?.reply(failure());
      await settle();
      await pass(31_000);
      expect(posts).toHaveLength(count + 1);
    }
    posts.at(-1)?.reply(failure());
    await settle();
    await pass(10_000);
    expect(posts).toHaveLength(9);
    outbox.retryNow();
    await settle();
    expect(posts).toHaveLength(10);
  });

  test('SK8: an op is settled once, with the position to read at', async () => {
    const { outbox, posts, settlements } = await leading();
    const { op } = outbox.enqueue('ada', like);
    await settle();
    const second = outbox.enqueue('ada', likeOf(2), true).op;
    expect(posts.map(({ ops }) => ops.length)).toEqual([1, 2]);
    for (const post of posts) post.reply(acknowledge(post.ops));
    await settle();
    expect(settlements.map(({ id }) => id)).toEqual([op.id, second.id]);
    expect(settlements[0]).toMatchObject({
      who: 'ada',
      intent: like,
      end: { kind: 'recorded', outcome: 'counted', position: { cell: 'us', epoch: 1, seq: 7 } },
    });
    expect((await outbox.of('ada')).ops).toEqual([]);
  });

  test('SK8: an op that the answer leaves out stays, and goes again after a pause', async () => {
    const { outbox, posts, pass } = await leading();
    outbox.enqueue('ada', like);
    await settle();
    posts[0]?.reply(acknowledge([]));
    await settle();
    expect(posts).toHaveLength(1);
    await pass(60_000);
    expect(posts[1]?.ops).toEqual(posts[0]?.ops);
  });

  for (const code of ['grant-expired', 'op-window', 'invalid-op']) {
    test(`SK9: a refusal for good (${code}) is told, and the next op has a new session`, async () => {
      const { outbox, posts, settlements } = await leading();
      outbox.enqueue('ada', like);
      await settle();
      posts[0]?.reply(failure({ code, detail: 'Over.', retryable: false }));
      await settle();
      expect(settlements[0]?.end).toMatchObject({ kind: 'refused', code, detail: 'Over.' });
      outbox.enqueue('ada', unlike);
      await settle();
      expect(posts[1]?.grant).not.toBe(posts[0]?.grant);
      expect(posts[1]?.ops).toMatchObject([{ n: 1, intent: unlike }]);
    });
  }

  test('SK9: what could not be named for a week is given up, and told', async () => {
    const { outbox, posts, settlements, pass } = setUp();
    await outbox.enqueue('eve', like).kept;
    await pass(WAITING_LIFE_MS + 1);
    await outbox.lead();
    await settle();
    expect(settlements[0]?.end).toMatchObject({ kind: 'refused', code: 'too-old' });
    expect(posts).toHaveLength(0);
  });

  test('SK10: a tab that does not lead keeps an op for the one that does', async () => {
    const leader = await leading();
    const other = setUp(leader.store);
    await other.outbox.enqueue('ada', like).kept;
    expect(other.posts).toHaveLength(0);
    leader.outbox.wake();
    await settle();
    expect(leader.posts[0]?.ops).toMatchObject([{ n: 1, intent: like }]);
  });

  test('SK10: the lead is handed over only when nothing is on its way', async () => {
    const { outbox, posts, store } = await leading();
    outbox.enqueue('ada', like);
    await settle();
    let isYielded = false;
    void outbox.yieldLead().then(() => {
      isYielded = true;
    });
    await settle();
    expect(isYielded).toBe(false);
    posts[0]?.reply(acknowledge(posts[0].ops));
    await settle();
    expect(isYielded).toBe(true);
    outbox.enqueue('ada', unlike);
    await settle();
    expect(posts).toHaveLength(1);
    const next = await leading(store);
    expect(next.posts[0]?.ops).toMatchObject([{ intent: unlike }]);
  });

  test('SK11: one person’s op is never sent in another’s session', async () => {
    const { outbox, posts, opened } = await leading();
    outbox.enqueue('eve', like);
    await settle();
    expect(posts).toHaveLength(0);
    expect(opened).toEqual(['ada']);
    outbox.setWho('eve');
    await settle();
    expect(posts[0]?.grant).toMatch(/^grant-eve/);
  });

  test('SK11: what a visitor watched is sent as a visitor’s, whoever came in meanwhile', async () => {
    const { outbox, posts } = await leading();
    const view = { kind: 'view', video: 'v1', watchedMs: 3_000, source: 'embed' } as const;
    outbox.enqueue(null, view);
    await settle();
    expect(posts[0]?.grant).toMatch(/^grant-visitor/);
  });

  test('SK12: a grant is gone from the device once its person is, and all of theirs is sent', async () => {
    const { outbox, posts, store } = await leading();
    outbox.enqueue('ada', like);
    await settle();
    outbox.setWho(null);
    await settle();
    const grants = async () => (await store.load()).lanes.map(({ grant }) => grant);
    expect(await grants()).toEqual([posts[0]?.grant]);
    posts[0]?.reply(acknowledge(posts[0].ops));
    await settle();
    expect(await grants()).toEqual([]);
  });

  test('SK13: says so when there is no room left, instead of forgetting', async () => {
    const { outbox, store } = setUp();
    for (let index = 0; index < WAITING_MAX; index += 1) {
      await outbox.enqueue('ada', likeOf(index)).kept;
    }
    await expect(outbox.enqueue('ada', like).kept).resolves.toBe(false);
    expect((await store.load()).waiting).toHaveLength(WAITING_MAX);
  });
});
