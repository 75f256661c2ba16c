import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { invalidCodeOf, outcomeOf } from '@holdfast/protocol/outcome-byte.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import { ERASE_LIKES_MAX } from '../counting/judge.ts';
import type { PersonNo, VideoNo } from '../counting/numbers.ts';
import { shownLikes } from '../counting/rows.ts';
import { openMemoryJournal } from '../journal/memory/memory-journal.ts';
import { START_MS } from '../testing/batches.ts';
import type { StateStore } from '../state/state-store.ts';
import { CALM_LIMITS, openRig, slowJournal } from '../testing/engine-rig.ts';
import { TestClocks, TestJournal, TestStore } from '../testing/engine-rig.ts';
import type { Rig } from '../testing/engine-rig.ts';
import type { Engine } from './engine.ts';
import type { EngineOptions } from './engine-options.ts';
import type { EngineReply, EngineRequest, Who } from './requests.ts';

const V1 = 'v1' as VideoId;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const like = (n: number, video = V1): Op => ({ n, kind: 'like', video });
const unlike = (n: number, video = V1): Op => ({ n, kind: 'unlike', video });
const view = (n: number, watchedMs = 3_000): Op => {
  return { n, kind: 'view', video: V1, watchedMs, source: 'feed' };
};

type From = Readonly<{ session?: string; who?: Who; startedAtMs?: number }>;
const anna: Who = { kind: 'subject', subjectKey: 'anna' };

function ops(list: readonly Op[], from: From = {}): EngineRequest {
  const { session = '~s', who = anna, startedAtMs = START_MS } = from;
  const group = { sessionKey: session, who, startedAtMs, vouched: false, ops: list };
  return { kind: 'ops', groups: [group] };
}

function ends(reply: EngineReply): readonly string[] | string {
  if (reply.kind === 'unavailable') return reply.code;
  if (reply.kind !== 'durable') return reply.kind;
  return Array.from(reply.outcomes, (byte) => invalidCodeOf(byte) ?? outcomeOf(byte));
}

type Cell = Rig & { clocks: TestClocks; journal: TestJournal; store: TestStore };

/** An engine that knows video v1 and the subject anna. */
async function begun(options: Partial<EngineOptions> = {}): Promise<Cell> {
  const clocks = new TestClocks();
  const journal = new TestJournal();
  const store = await TestStore.after([]);
  const ports = { clocks, journal: journal.port, store: store.port };
  const { engine, problems } = await openRig(ports, options);
  await engine.ask({ kind: 'video', video: V1, durationMs: 10_000, creatorKey: 'nobody' });
  await engine.ask({ kind: 'person', subjectKey: 'anna' });
  return { engine, problems, clocks, journal, store };
}

/** Another engine on the same journal, and on the state as it was after some of its flushes. */
async function reopened(cell: Cell, flushes = cell.store.flushes.length): Promise<Cell> {
  const store = await TestStore.after(cell.store.flushes.slice(0, flushes));
  const { clocks, journal } = cell;
  const rig = await openRig({ clocks, journal: journal.port, store: store.port });
  return { ...rig, clocks, journal, store };
}

async function likesShown(engine: Engine, video = V1): Promise<number | undefined> {
  const no = await engine.videoNo(video);
  const row = no === undefined ? undefined : await engine.view.video(no);
  return row === undefined ? undefined : shownLikes(row);
}

describe('group commit', () => {
  test('what arrives in one turn is one batch, answered with one seq', async () => {
    const { engine, journal } = await begun();
    const before = journal.appended;
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        engine.ask(ops([like(1)], { session: `~${index}` })),
      ),
    );
    expect(journal.appended).toBe(before + 1);
    expect(new Set(replies.map((reply) => reply.kind === 'durable' && reply.seq))).toEqual(
      new Set([before + 1]),
    );
    expect(await likesShown(engine)).toBe(1);
  });

  test('C4: while one batch is written the next gathers, and order stays', async () => {
    const clocks = new TestClocks();
    const journal = new TestJournal();
    const store = await TestStore.after([]);
    const ports = { clocks, journal: slowJournal(journal.port), store: store.port };
    const { engine } = await openRig(ports);
    await engine.ask({ kind: 'video', video: V1, durationMs: 10_000, creatorKey: 'nobody' });
    const first = engine.ask(ops([like(1)]));
    await new Promise((resolve) => setImmediate(resolve));
    const others = [2, 3, 4, 5].map(async (n) =>
      engine.ask(ops([n % 2 === 0 ? unlike(n) : like(n)])),
    );
    expect((await Promise.all([first, ...others])).map(ends)).toEqual(
      [1, 2, 3, 4, 5].map(() => ['counted']),
    );
    expect(journal.appended).toBe(3);
    expect(await likesShown(engine)).toBe(1);
  });

  test('a batch holds as many ops as it may and one request at least', async () => {
    const { engine, journal } = await begun({ limits: { ...CALM_LIMITS, batchOpsMax: 4 } });
    const before = journal.appended;
    const three = [view(1), view(2), view(3)];
    const six = Array.from({ length: 6 }, (_, index) => view(index + 1));
    await Promise.all([
      engine.ask(ops(three, { session: '~a' })),
      engine.ask(ops(three, { session: '~b' })),
      engine.ask(ops(six, { session: '~c' })),
      engine.ask(ops([view(1)], { session: '~d' })),
    ]);
    expect(journal.appended - before).toBe(4);
  });

  test('an answer never comes before the question has returned', async () => {
    const { engine } = await begun({ limits: { ...CALM_LIMITS, queueOpsMax: 1 } });
    let answered = 0;
    engine.submit(ops([like(1)]), () => (answered += 1));
    engine.submit(ops([like(2)]), () => (answered += 1));
    expect(answered).toBe(0);
    await vi.waitFor(() => expect(answered).toBe(2));
  });
});

/** The part of a correction that these tests do not look at. */
const WHY = { reason: 'bug', note: '', sessionKey: undefined } as const;

describe('what is refused leaves no trace', () => {
  test.each<[string, EngineRequest, string]>([
    ['C3: a number too far ahead', ops([like(1), like(66)]), 'op-window'],
    [
      'C15: a correction below zero',
      { kind: 'correction', video: V1, metric: 'likes', delta: -1, ...WHY },
      'below-zero',
    ],
    [
      'C14: a correction of an unknown video',
      {
        kind: 'correction',
        video: 'v9' as VideoId,
        metric: 'likes',
        delta: 1,
        ...WHY,
      },
      'unknown-video',
    ],
  ])('%s', async (_, request, refusal) => {
    const { engine, journal } = await begun();
    const before = structuredClone(engine.meta);
    const appended = journal.appended;
    expect(ends(await engine.ask(request))).toBe(refusal);
    expect(engine.meta).toEqual(before);
    expect(journal.appended).toBe(appended);
    expect(ends(await engine.ask(ops([like(1)])))).toEqual(['counted']);
  });

  test('C3: a refused request of somebody new does not even make them known', async () => {
    const { engine } = await begun();
    const before = engine.meta;
    const who: Who = { kind: 'subject', subjectKey: 'bert' };
    const [refused, taken] = await Promise.all([
      engine.ask(ops([like(66)], { who, session: '~b' })),
      engine.ask(ops([like(1)], { who: { kind: 'subject', subjectKey: 'carl' }, session: '~c' })),
    ]);
    expect([ends(refused), ends(taken)]).toEqual(['op-window', ['counted']]);
    expect(engine.meta.personsNumbered).toBe(before.personsNumbered + 1);
    expect(engine.meta.seq).toBe(before.seq + 1);
  });

  test('C16: a correction in the batch of an unlike is told a count that is not below zero', async () => {
    const { engine } = await begun();
    await engine.ask(ops([like(1)]));
    const correct = (delta: number): EngineRequest => {
      return { kind: 'correction', video: V1, metric: 'likes', delta, ...WHY };
    };
    await engine.ask(correct(-1));
    const [, refused] = await Promise.all([engine.ask(ops([unlike(2)])), engine.ask(correct(-1))]);
    expect(refused).toEqual({ kind: 'below-zero', value: 0 });
  });

  test('C3: a refused request does not take along the others of its batch', async () => {
    const { engine } = await begun();
    const replies = await Promise.all([
      engine.ask(ops([like(1)])),
      engine.ask(ops([unlike(99)])),
      engine.ask(ops([view(2)])),
    ]);
    expect(replies.map(ends)).toEqual([['counted'], 'op-window', ['counted']]);
    expect(await likesShown(engine)).toBe(1);
  });

  test('beyond the queue’s limit a request is refused, and taken again later', async () => {
    const { engine, journal } = await begun({ limits: { ...CALM_LIMITS, queueOpsMax: 3 } });
    const replies = [1, 2, 3, 4, 5].map(async (no) =>
      engine.ask(ops([view(1)], { session: `~${no}` })),
    );
    const said = (await Promise.all(replies)).map(ends);
    expect(said).toEqual([['counted'], ['counted'], ['counted'], 'overloaded', 'overloaded']);
    expect(journal.appended).toBe(3);
    expect(ends(await engine.ask(ops([view(1)], { session: '~4' })))).toEqual(['counted']);
  });
});

describe('P1: when the journal fails', () => {
  test.each([
    ['lost', 'cell-unavailable'],
    ['full', 'storage-full'],
  ] as const)(
    'and nothing was written (%s), the ops are refused and can be sent again',
    async (fate, said) => {
      const { engine, journal, problems } = await begun();
      const before = structuredClone(engine.meta);
      journal.fates = [fate];
      expect(ends(await engine.ask(ops([like(1)])))).toBe(said);
      expect(problems.map(({ kind }) => kind)).toEqual(['journal-failed']);
      expect(engine.meta).toEqual(before);
      expect(await likesShown(engine)).toBe(0);
      expect(ends(await engine.ask(ops([like(1)])))).toEqual(['counted']);
      expect(await likesShown(engine)).toBe(1);
    },
  );

  test('and all was written, the ops are acknowledged, and once', async () => {
    const cell = await begun();
    cell.journal.fates = ['kept'];
    expect(ends(await cell.engine.ask(ops([like(1)])))).toEqual(['counted']);
    expect(ends(await cell.engine.ask(ops([like(1)])))).toEqual(['duplicate']);
    expect(await likesShown((await reopened(cell, 0)).engine)).toBe(1);
  });

  test('new people and videos of the failed batch get the same numbers when they come again', async () => {
    const { engine, journal } = await begun();
    const bela: EngineRequest = { kind: 'person', subjectKey: 'bela' };
    const v2 = 'v2' as VideoId;
    const video: EngineRequest = { kind: 'video', video: v2, durationMs: 9, creatorKey: 'x' };
    journal.fates = ['lost'];
    const failed = await Promise.all([engine.ask(bela), engine.ask(video)]);
    expect(failed.map(ends)).toEqual(['cell-unavailable', 'cell-unavailable']);
    expect(await engine.videoNo(v2)).toBeUndefined();
    const again = await Promise.all([engine.ask(bela), engine.ask(video)]);
    expect(again[0]).toMatchObject({ kind: 'durable', person: 2 });
    expect(await engine.videoNo(v2)).toBe(2);
  });
});

describe('when the state cannot be stored', () => {
  afterEach(() => vi.useRealTimers());

  test('counting goes on, it is tried again, and then all is there', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const cell = await begun();
    cell.store.failures = 2;
    await cell.engine.ask(ops([like(1)]));
    const flushed = cell.engine.flush();
    expect(ends(await cell.engine.ask(ops([view(2)])))).toEqual(['counted']);
    await vi.advanceTimersByTimeAsync(10_000);
    await flushed;
    expect(cell.problems.map(({ kind }) => kind)).toEqual(['flush-failed', 'flush-failed']);
    await cell.engine.flush();
    expect(cell.store.rows.meta).toEqual(cell.engine.meta);
    expect(cell.store.rows.videos.get(1 as VideoNo)).toMatchObject({ likes: 1, views: 1 });
  });

  test('at the end, it says so, and the next opening has everything from the journal', async () => {
    const cell = await begun();
    await cell.engine.ask(ops([like(1)]));
    cell.store.failures = 99;
    await cell.engine.close();
    expect(cell.problems.at(-1)?.kind).toBe('flush-failed');
    expect(cell.store.flushes).toEqual([]);
    const { engine } = await reopened(cell);
    expect(await likesShown(engine)).toBe(1);
  });
});

describe('closing', () => {
  test('answers what waits, stores everything, and takes nothing more', async () => {
    const { engine, store } = await begun({ limits: { ...CALM_LIMITS, batchOpsMax: 1 } });
    const waiting = [1, 2, 3].map(async (n) => engine.ask(ops([view(n)])));
    const closed = engine.close();
    expect(ends(await engine.ask(ops([view(4)])))).toBe('shutting-down');
    await closed;
    expect((await Promise.all(waiting)).map(ends)).toEqual([['counted'], ['counted'], ['counted']]);
    expect(store.rows.meta).toEqual(engine.meta);
    expect(engine.isOpen).toBe(false);
    await engine.close();
  });
});

describe('opening', () => {
  test('C24: a state that is ahead of its journal is refused', async () => {
    const cell = await begun();
    await cell.engine.close();
    const other = { clocks: cell.clocks, journal: openMemoryJournal(), store: cell.store.port };
    await expect(openRig(other)).rejects.toThrow('the state includes batches up to 2');
  });

  test('C26: a state from another journal is refused, though its seq fits', async () => {
    const cell = await begun();
    await cell.engine.ask(ops([like(1)]));
    await cell.engine.close();
    const other = await begun();
    await other.engine.ask(ops([unlike(1)]));
    await other.engine.close();
    expect(other.engine.meta.seq).toBe(cell.engine.meta.seq);
    const mixed = { clocks: cell.clocks, journal: cell.journal.port, store: other.store.port };
    await expect(openRig(mixed)).rejects.toThrow('made from another journal');
  });

  test('C24: a state that is older than what the journal kept is refused', async () => {
    const cell = await begun();
    await cell.engine.ask(ops([like(1)]));
    await cell.engine.close();
    await cell.journal.port.trim(2 as Seq);
    await expect(reopened(cell, 0)).rejects.toThrow('the journal holds 3 to 3');
    expect(await likesShown((await reopened(cell)).engine)).toBe(1);
  });

  test('C24: a journal in which one byte changed is refused, and the state is left alone', async () => {
    const cell = await begun();
    await cell.engine.ask(ops([like(1)]));
    const [, , last] = await cell.journal.all();
    const body = last?.body ?? new Uint8Array();
    body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
    const store = await TestStore.after([]);
    const ports = { clocks: cell.clocks, journal: cell.journal.port, store: store.port };
    await expect(openRig(ports)).rejects.toThrow('batch 3 of the journal does not follow');
    expect(store.flushes).toEqual([]);
  });

  test('C5: time does not go back behind the journal’s last batch, whatever the wall says', async () => {
    const cell = await begun();
    cell.clocks.pass(HOUR_MS);
    await cell.engine.ask(ops([view(1)]));
    cell.clocks.wallMs = START_MS - DAY_MS;
    const { engine } = await reopened(cell);
    expect(ends(await engine.ask(ops([view(2, 60_000)])))).toEqual(['counted']);
    const times = (await cell.journal.all()).map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
  });
});

describe('C12, V5: a wall clock that jumps', () => {
  test.each([
    ['back by a day', -DAY_MS],
    ['forward by a month, for less than a minute', 30 * DAY_MS],
  ])('%s changes nothing for the ops that come', async (_, jumpMs) => {
    const { engine, clocks } = await begun();
    clocks.pass(20_000);
    await engine.ask(ops([view(1, 40_000)]));
    clocks.wallMs += jumpMs;
    clocks.pass(10_000);
    expect(ends(await engine.ask(ops([view(2, 20_000), like(3)])))).toEqual(['counted', 'counted']);
  });
});

describe('C17, C18: erasing a person', () => {
  const erase: EngineRequest = { kind: 'erase', who: anna };

  /** Anna likes more videos than one entry can take away. */
  async function manyLikes(likes: number): Promise<Cell> {
    const cell = await begun();
    const videos = Array.from({ length: likes }, (_, index) => `many-${index}` as VideoId);
    await Promise.all(
      videos.map(async (video) =>
        cell.engine.ask({ kind: 'video', video, durationMs: 1_000, creatorKey: 'nobody' }),
      ),
    );
    await Promise.all(
      videos.map(async (video, index) =>
        cell.engine.ask(ops([like(1, video)], { session: `~${index}` })),
      ),
    );
    expect(cell.engine.meta.likeRows).toBe(likes);
    return cell;
  }

  function expectErased(cell: Cell, likes: number): void {
    const { rows } = cell.store;
    expect(cell.engine.meta.likeRows).toBe(0);
    expect(rows.likes.size).toBe(0);
    expect([...rows.videos.values()].every((row) => row.likes === 0)).toBe(true);
    const lost = rows.corrections.filter(({ reason }) => reason === 'erasure');
    expect(lost).toHaveLength(likes);
    expect(rows.persons.get(1 as PersonNo)).toMatchObject({ creatorKey: '', caps: [] });
    expect(rows.persons.get(1 as PersonNo)?.pseudonym.every((lane) => lane === 0)).toBe(true);
  }

  test('takes as many batches as it needs, all before the answer', async () => {
    const likes = ERASE_LIKES_MAX + 1;
    const cell = await manyLikes(likes);
    await cell.engine.flush();
    const before = cell.journal.appended;
    expect((await cell.engine.ask(erase)).kind).toBe('durable');
    expect(cell.journal.appended - before).toBe(2);
    await cell.engine.flush();
    expectErased(cell, likes);
    expect(await cell.engine.ask({ kind: 'person', subjectKey: 'anna' })).toMatchObject({
      person: 2,
    });
  });

  test('that was cut off can be asked for again, also after a crash, and then ends', async () => {
    const likes = 2 * ERASE_LIKES_MAX + 5;
    const cell = await manyLikes(likes);
    await cell.engine.flush();
    const grant: Who = { kind: 'person', person: 1 as PersonNo };
    cell.journal.fates = ['fine', 'lost'];
    expect(ends(await cell.engine.ask(erase))).toBe('cell-unavailable');
    const left = likes - ERASE_LIKES_MAX;
    expect(cell.engine.meta.likeRows).toBe(left);
    const after = await reopened(cell);
    expect(after.engine.meta.likeRows).toBe(left);
    // Half erased is erased: nothing of theirs counts any more.
    expect(ends(await after.engine.ask(ops([like(7)], { who: grant })))).toEqual(['erased-person']);
    expect((await after.engine.ask(erase)).kind).toBe('durable');
    await after.engine.flush();
    expectErased(after, likes);
  });

  test('finds every like, also when a flush ends while it looks', async () => {
    const cell = await begun();
    let release: (() => void) | undefined;
    const held: StateStore = {
      ...cell.store.port,
      store: async (changes) => {
        await new Promise<void>((resolve) => (release = resolve));
        await cell.store.port.store(changes);
      },
      likesOf: async (...wanted) => {
        const found = await cell.store.port.likesOf(...wanted);
        release?.();
        await new Promise((resolve) => setImmediate(resolve));
        return found;
      },
    };
    const { clocks, journal } = cell;
    const { engine } = await openRig({ clocks, journal: journal.port, store: held });
    await engine.ask(ops([like(1)]));
    const flushed = engine.flush();
    await engine.ask(erase);
    await flushed;
    expect(engine.meta.likeRows).toBe(0);
    expect(await likesShown(engine)).toBe(0);
  });

  test('of somebody who was never here is no more than an answer', async () => {
    const { engine, journal } = await begun();
    const before = journal.appended;
    const nobody: Who = { kind: 'subject', subjectKey: 'nobody' };
    expect((await engine.ask({ kind: 'erase', who: nobody })).kind).toBe('durable');
    expect(journal.appended).toBe(before);
  });

  test('C18: still holds when years of journal are applied again', async () => {
    const cell = await begun();
    const grant: Who = { kind: 'person', person: 1 as PersonNo };
    await cell.engine.ask(erase);
    await cell.engine.flush();
    cell.clocks.pass(DAY_MS);
    expect(ends(await cell.engine.ask(ops([like(1)], { who: grant })))).toEqual(['erased-person']);
    cell.clocks.pass(1_000 * DAY_MS);
    await cell.engine.ask({ kind: 'person', subjectKey: 'bela' });
    const { engine } = await reopened(cell, 1);
    expect(engine.meta).toEqual(cell.engine.meta);
    expect(engine.meta.likeRows).toBe(0);
  });
});

test('C1, C13: a repeat is known by the whole name of its session', async () => {
  const { engine } = await begun();
  const bulk = (session: string): EngineRequest => {
    const group = { sessionKey: session, who: anna, vouched: true, ops: [view(1)] };
    return { kind: 'ops', groups: [{ ...group, startedAtMs: undefined }] };
  };
  const replies = await Promise.all([engine.ask(bulk('a/web')), engine.ask(bulk('b/web'))]);
  expect(replies.map(ends)).toEqual([['counted'], ['counted']]);
  expect(ends(await engine.ask(bulk('a/web')))).toEqual(['duplicate']);
});
