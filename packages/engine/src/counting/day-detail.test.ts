import { describe, expect, test } from 'vitest';
import type { VideoNo } from './numbers.ts';
import { PlainState, opsEntry, personEntry, START_MS, videoEntry } from '../testing/batches.ts';
import {
  DETAIL,
  detailsOf,
  overSources,
  partReached,
  StartLog,
  StartRun,
  startMark,
} from './day-detail.ts';
import { watchingAt } from './day-detail.ts';
import { dayVideoKey, utcDay } from './numbers.ts';
import type { NumberedOp } from './entries.ts';

const VIDEO = 1 as VideoNo;
const TODAY = utcDay(START_MS);

type Watch = Readonly<{ watchedMs: number; source?: 'feed' | 'search' | 'direct' }>;

/** A state in which one anonymous viewer, vouched for, has watched a video of 10 s. */
function watched(watches: readonly Watch[], times = 1): PlainState {
  const state = new PlainState();
  state.apply([personEntry(1), videoEntry(1, 10_000)]);
  const views = Array.from({ length: times }).flatMap(() => watches);
  const ops = views.map(({ watchedMs, source = 'feed' }, index): NumberedOp => {
    return { n: index + 1, kind: 'view', video: VIDEO, watchedMs, source };
  });
  state.apply([
    opsEntry(ops, { session: 'web', person: 0, startedAtMs: undefined, vouched: true }),
  ]);
  return state;
}

function detailOf(state: PlainState): readonly number[] {
  return state.details.get(dayVideoKey(TODAY, VIDEO)) ?? [];
}

describe('V9: how far a start went', () => {
  test.each([
    [0, 0],
    [499, 0],
    [500, 1],
    [4_999, 9],
    [5_000, 10],
    [9_999, 19],
    [10_000, 20],
    [25_000, 20],
  ])('%i ms of 10 s reach part %i of 20', (watchedMs, part) => {
    expect(partReached(watchedMs, 10_000)).toBe(part);
  });

  test('reached at the beginning are all starts, and never more further on', () => {
    const watches = [0, 400, 2_500, 5_000, 9_990, 10_000, 31_000];
    const watching = watchingAt(detailOf(watched(watches.map((watchedMs) => ({ watchedMs })))));
    expect(watching).toEqual([7, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2]);
  });

  test('loops are kept apart and reach no further than the end', () => {
    const detail = detailOf(watched([{ watchedMs: 31_000 }]));
    expect(detail[DETAIL.loops]).toBe(3);
    expect(watchingAt(detail).at(-1)).toBe(1);
  });
});

describe('V10: an engaged view', () => {
  test('is a counted view of at least half of the video', () => {
    const detail = detailOf(
      watched([{ watchedMs: 2_000 }, { watchedMs: 4_999 }, { watchedMs: 5_000 }]),
    );
    expect(overSources(detail, 'views')).toBe(3);
    expect(detail[DETAIL.engagedViews]).toBe(1);
  });

  test('is none beyond the cap of a day', () => {
    const detail = detailOf(watched([{ watchedMs: 6_000 }], 12));
    expect(overSources(detail, 'starts')).toBe(12);
    expect(detail[DETAIL.engagedViews]).toBe(10);
  });
});

describe('V11: which views have a place in the details', () => {
  test('unqualified and capped views are starts with their watch time, and no views', () => {
    const detail = detailOf(watched([{ watchedMs: 1_000, source: 'search' }]));
    const search = 3;
    expect(detail[DETAIL.starts + search]).toBe(1);
    expect(detail[DETAIL.watchMs + search]).toBe(1_000);
    expect(overSources(detail, 'views')).toBe(0);
  });

  test('own and held views and repeats have none', () => {
    const state = new PlainState();
    state.apply([personEntry(1, 'anna'), personEntry(2), videoEntry(1, 10_000, 'anna')]);
    const view = { n: 1, kind: 'view', video: VIDEO, watchedMs: 3_000, source: 'feed' } as const;
    const held = { ...view, watchedMs: 40_000 };
    state.apply([
      opsEntry([view], { session: '~own', person: 1 }),
      opsEntry([held], { session: '~held', person: 2 }),
      opsEntry([view], { session: '~good', person: 2 }),
      opsEntry([view], { session: '~good', person: 2 }),
    ]);
    expect(overSources(detailOf(state), 'starts')).toBe(1);
    expect(overSources(detailOf(state), 'watchMs')).toBe(3_000);
  });
});

describe('C27: starts become details', () => {
  const start = (video: number, source: 'feed' | 'direct', watchedMs: number): number[] => [
    video,
    startMark(partReached(watchedMs, 10_000), source, true),
    watchedMs,
    0,
  ];

  test('video by video, however the starts are ordered and cut into runs', () => {
    const starts = [
      start(7, 'feed', 9_000),
      start(2, 'direct', 600),
      start(7, 'direct', 1),
      start(2, 'feed', 10_000),
    ];
    const sums = (runs: readonly Uint32Array[]): unknown =>
      [...detailsOf(runs)].map(([video, detail]) => [video, detail.slice()]);
    const whole = sums([Uint32Array.from(starts.flat())]);
    const cut = sums(starts.toReversed().map((numbers) => Uint32Array.from(numbers)));
    expect(cut).toEqual(whole);
    expect((whole as [number, number[]][]).map(([video]) => video)).toEqual([2, 7]);
  });

  test('a log gives back every start on its day, however many batches there were', () => {
    const log = new StartLog();
    for (let batch = 0; batch < 40; batch += 1) {
      const run = new StartRun();
      for (let at = 0; at < 100; at += 1) run.add(VIDEO, 1, batch * 100 + at, 0);
      log.add(batch < 30 ? 5 : 6, run);
      log.add(5, new StartRun());
    }
    const watchMs = (day: number): number =>
      log
        .runs()
        .filter((run) => run.day === day)
        .flatMap(({ numbers }) => [...detailsOf([numbers])])
        .reduce((sum, [, detail]) => sum + overSources(detail, 'watchMs'), 0);
    expect(log.size).toBe(4_000);
    expect(log.runs().map(({ day }) => day)).toEqual([5, 6]);
    expect(watchMs(5)).toBe((2_999 * 3_000) / 2);
    expect(watchMs(5) + watchMs(6)).toBe((3_999 * 4_000) / 2);
  });
});
