import { describe, expect, test } from 'vitest';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import type { VideoNo } from '../counting/numbers.ts';
import type { StateStore } from '../state/state-store.ts';
import { START_MS } from '../testing/batches.ts';
import { openRig, TestClocks, TestJournal, TestStore } from '../testing/engine-rig.ts';
import type { Engine } from './engine.ts';
import { readSeries } from './series.ts';
import type { SeriesAsk } from './series.ts';

const V1 = 'v1' as VideoId;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const ask: SeriesAsk = {
  video: 1 as VideoNo,
  metric: 'views',
  width: 1,
  fromMs: START_MS,
  toMs: START_MS + HOUR_MS,
};

/** A store whose word that it has stored comes only when the test lets it. */
function quietStore(store: StateStore): StateStore & { speak: () => void } {
  let speak = (): void => undefined;
  return {
    ...store,
    store: async (changes) => {
      await store.store(changes);
      await new Promise<void>((resolve) => (speak = resolve));
    },
    speak: () => speak(),
  };
}

type Cell = Readonly<{ engine: Engine; clocks: TestClocks; store: ReturnType<typeof quietStore> }>;

async function begun(): Promise<Cell> {
  const clocks = new TestClocks();
  const store = quietStore((await TestStore.after([])).port);
  const { engine } = await openRig({ clocks, journal: new TestJournal().port, store });
  await engine.ask({ kind: 'video', video: V1, durationMs: 10_000, creatorKey: 'nobody' });
  return { engine, clocks, store };
}

async function views(engine: Engine, session: string, times: number): Promise<void> {
  const ops = Array.from({ length: times }, (_, index): Op => {
    return { n: index + 1, kind: 'view', video: V1, watchedMs: 2_000, source: 'feed' };
  });
  const group = { sessionKey: session, who: { kind: 'anonymous' }, vouched: true, ops } as const;
  await engine.ask({ kind: 'ops', groups: [{ ...group, startedAtMs: START_MS }] });
}

const aTurn = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
};

describe('C20: a series of buckets', () => {
  test('is made of what is stored and what is not yet', async () => {
    const { engine, clocks, store } = await begun();
    await views(engine, '~a', 3);
    const flushed = engine.flush();
    await aTurn();
    store.speak();
    await flushed;
    await views(engine, '~b', 2);
    clocks.pass(90_000);
    await views(engine, '~c', 4);
    expect(await readSeries(engine.view, store, ask)).toEqual([
      { atMs: START_MS, value: 5 },
      { atMs: START_MS + MINUTE_MS, value: 4 },
    ]);
    expect(await readSeries(engine.view, store, { ...ask, width: 15 })).toEqual([
      { atMs: START_MS, value: 9 },
    ]);
  });

  test('counts nothing twice while a flush is stored and word of it is still out', async () => {
    const { engine, clocks, store } = await begun();
    await views(engine, '~a', 3);
    const flushed = engine.flush();
    await aTurn();
    await views(engine, '~b', 2);
    expect(await readSeries(engine.view, store, ask)).toEqual([{ atMs: START_MS, value: 5 }]);
    expect(await readSeries(engine.view, store, { ...ask, metric: 'uniqueViewers' })).toEqual([
      { atMs: START_MS - (START_MS % DAY_MS), value: 2 },
    ]);
    store.speak();
    await flushed;
    clocks.pass(1);
    expect(await readSeries(engine.view, store, ask)).toEqual([{ atMs: START_MS, value: 5 }]);
  });

  test('misses nothing and doubles nothing when a flush comes while it is read', async () => {
    const { engine, store } = await begun();
    await views(engine, '~a', 3);
    let flushed: Promise<void> | undefined;
    const interrupted: StateStore = {
      ...store,
      rollups: async (...wanted) => {
        const before = await store.rollups(...wanted);
        if (flushed !== undefined) return before;
        flushed = engine.flush();
        await aTurn();
        store.speak();
        await flushed;
        return before;
      },
    };
    expect(await readSeries(engine.view, interrupted, ask)).toEqual([{ atMs: START_MS, value: 3 }]);
  });

  test('holds nothing from before its beginning or at its end', async () => {
    const { engine, clocks, store } = await begun();
    await views(engine, '~a', 1);
    clocks.pass(HOUR_MS);
    await views(engine, '~b', 1);
    expect(await readSeries(engine.view, store, ask)).toEqual([{ atMs: START_MS, value: 1 }]);
    const late = { ...ask, fromMs: START_MS + 1, toMs: START_MS + HOUR_MS + 1 };
    expect(await readSeries(engine.view, store, late)).toEqual([
      { atMs: START_MS + HOUR_MS, value: 1 },
    ]);
  });
});
