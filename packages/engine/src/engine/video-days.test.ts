import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { Op, Source } from '@holdfast/protocol/ops.ts';
import { DETAIL, overSources, watchingAt } from '../counting/day-detail.ts';
import { dayVideoKey, utcDay } from '../counting/numbers.ts';
import type { VideoNo } from '../counting/numbers.ts';
import { openSqliteStateStore } from '../state/sqlite/sqlite-state-store.ts';
import type { StateStore } from '../state/state-store.ts';
import { START_MS } from '../testing/batches.ts';
import { openRig, TestClocks, TestJournal, TestStore } from '../testing/engine-rig.ts';
import type { Engine } from './engine.ts';
import { readVideoDays } from './video-days.ts';
import type { ClosedDays, VideoDay } from './video-days.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-days-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DAY_MS = 86_400_000;
const DAY = utcDay(START_MS);
const V1 = 1 as VideoNo;
const V2 = 2 as VideoNo;

type Rig = Readonly<{ engine: Engine; clocks: TestClocks; closed: ClosedDays; store: StateStore }>;

async function rigOn(store: StateStore): Promise<Rig> {
  const clocks = new TestClocks();
  const { engine } = await openRig({ clocks, journal: new TestJournal().port, store });
  for (const video of ['v1', 'v2'] as VideoId[]) {
    await engine.ask({ kind: 'video', video, durationMs: 10_000, creatorKey: 'nobody' });
  }
  return { engine, clocks, closed: { days: new Map() }, store };
}

type Watch = readonly [source: Source, watchedMs: number];

/** What a viewer does in one sitting: each watch is one view of `video`. */
async function watch(engine: Engine, session: string, video: string, watches: readonly Watch[]) {
  const ops = watches.map(([source, watchedMs], index): Op => {
    return { n: index + 1, kind: 'view', video: video as VideoId, watchedMs, source };
  });
  const who = { kind: 'anonymous' } as const;
  const group = { sessionKey: session, who, startedAtMs: undefined, vouched: true, ops };
  await engine.ask({ kind: 'ops', groups: [group] });
}

async function daysIn(rig: Rig, videos: readonly VideoNo[] = [V1]): Promise<readonly VideoDay[]> {
  const { engine, store, closed } = rig;
  const nowMs = engine.clock.nowMs();
  const ask = { videos, fromDay: DAY - 1, toDay: DAY + 2, closed, nowMs };
  return (await readVideoDays(engine.view, store, ask)) ?? [];
}

/** The numbers of a day by their names, those by source in the order of `SOURCES`. */
function named(day: VideoDay | undefined): unknown {
  const detail = day?.detail;
  if (detail === undefined) return detail;
  const bySource = (field: 'views' | 'watchMs'): number[] =>
    detail.slice(DETAIL[field], DETAIL[field] + 6);
  return {
    starts: overSources(detail, 'starts'),
    views: bySource('views'),
    watchMs: bySource('watchMs'),
    watching: watchingAt(detail),
    engagedViews: detail[DETAIL.engagedViews],
    loops: detail[DETAIL.loops],
  };
}

describe('C27, V9 to V12: a scripted viewer, whose true behaviour is known', () => {
  test('has exactly these sources, this watch time and this retention', async () => {
    const rig = await rigOn(await openSqliteStateStore(join(folder, 'scripted', 'state.db')));
    const { engine, clocks } = rig;
    await watch(engine, 'first', 'v1', [
      ['feed', 10_000],
      ['feed', 700],
      ['search', 5_000],
    ]);
    await engine.flush();
    await watch(engine, 'second', 'v1', [
      ['feed', 4_999],
      ['external', 23_000],
    ]);
    await watch(engine, 'second-too', 'v2', [['profile', 3_000]]);
    const expected = {
      starts: 5,
      views: [0, 2, 0, 1, 0, 1],
      watchMs: [0, 15_699, 0, 5_000, 0, 23_000],
      watching: [5, 5, 4, 4, 4, 4, 4, 4, 4, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
      engagedViews: 3,
      loops: 3,
    };
    // Partly stored, wholly stored, and after the day is over: the same.
    expect(named((await daysIn(rig))[1])).toEqual(expected);
    await engine.flush();
    expect(named((await daysIn(rig))[1])).toEqual(expected);
    clocks.pass(DAY_MS);
    await watch(engine, 'third', 'v1', [['direct', 2_000]]);
    const days = await daysIn(rig, [V1, V2]);
    expect(days.map(({ video, day, counted }) => [video, day - DAY, counted.views])).toEqual([
      [V1, -1, 0],
      [V1, 0, 4],
      [V1, 1, 1],
      [V2, -1, 0],
      [V2, 0, 1],
      [V2, 1, 0],
    ]);
    expect(named(days[1])).toEqual(expected);
    expect(await daysIn(rig, [V1, V2])).toEqual(days);
    await engine.close();
    await rig.store.close();
  });
});

describe('C28: a day', () => {
  test('without any start is known to have had none', async () => {
    const rig = await rigOn((await TestStore.after([])).port);
    const [yesterday] = await daysIn(rig);
    expect(yesterday?.detail?.every((value) => value === 0)).toBe(true);
  });

  test('whose starts are not all in its detail has none, and keeps what it counted', async () => {
    const inner = (await TestStore.after([])).port;
    const rig = await rigOn({ ...inner, detailsOf: async () => [] });
    await watch(rig.engine, 'a', 'v1', [['feed', 3_000]]);
    await rig.engine.flush();
    await watch(rig.engine, 'b', 'v1', [['feed', 3_000]]);
    const [, today] = await daysIn(rig);
    expect(today?.detail).toBeUndefined();
    expect(today?.counted).toMatchObject({ starts: 2, views: 2, watchMs: 6_000 });
  });

  test('is of one moment in all its numbers while a flush comes in between', async () => {
    const inner = (await TestStore.after([])).port;
    const rig = await rigOn(inner);
    await watch(rig.engine, 'a', 'v1', [['feed', 3_000]]);
    let isFlushed = false;
    const interrupted: StateStore = {
      ...inner,
      detailsOf: async (...wanted) => {
        const before = await inner.detailsOf(...wanted);
        if (!isFlushed) {
          isFlushed = true;
          await rig.engine.flush();
          await watch(rig.engine, 'b', 'v1', [['feed', 3_000]]);
        }
        return before;
      },
    };
    const [, today] = await daysIn({ ...rig, store: interrupted });
    expect(today?.counted.starts).toBe(2);
    expect(overSources(today?.detail ?? [], 'starts')).toBe(2);
  });

  test('that is over is read once, and the day that is not every time', async () => {
    const inner = (await TestStore.after([])).port;
    const asked: number[] = [];
    const rig = await rigOn({
      ...inner,
      rollups: async (video, from, to) => {
        asked.push((to - from) / 1_440);
        return inner.rollups(video, from, to);
      },
    });
    await daysIn(rig);
    await daysIn(rig);
    expect(asked).toEqual([3, 2]);
    expect(rig.closed.days.has(dayVideoKey(DAY - 1, V1))).toBe(true);
    expect(rig.closed.days.has(dayVideoKey(DAY, V1))).toBe(false);
  });
});
