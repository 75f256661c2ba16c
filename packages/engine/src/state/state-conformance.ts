// What every state store must do; run on each of them by `state.test.ts`.

import { describe, expect, test } from 'vitest';
import type { Epoch, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { DETAIL, overSources, startMark, watchingAt } from '../counting/day-detail.ts';
import type { DayRun } from '../counting/day-detail.ts';
import { likeKey } from '../counting/numbers.ts';
import type { LikeKey, PersonNo, VideoNo } from '../counting/numbers.ts';
import { emptyMeta, GONE, newVideoRow } from '../counting/rows.ts';
import type { CorrectionRow, MinuteRow, PersonRow, SessionRow } from '../counting/rows.ts';
import { emptyHash, hashHex, textHash } from '../counting/set-hash.ts';
import { START_MS } from '../testing/batches.ts';
import { seededRandom } from '../testing/random.ts';
import { ChangesMaker, everythingIn } from '../testing/state-changes.ts';
import type { StateChanges, StateStore } from './state-store.ts';

/** A store that is empty, and how to open it again; absent where nothing outlives it. */
export type OpenedStore = Readonly<{
  store: StateStore;
  reopen: (() => Promise<StateStore>) | undefined;
}>;
type Open = () => Promise<OpenedStore>;

const MINUTE = Math.floor(START_MS / 60_000);
const DAY_MINUTES = 1_440;
const DAY_MS = 86_400_000;
const VIDEO = 1 as VideoNo;

function changesOf(seq: number, changes: Partial<StateChanges> = {}): StateChanges {
  const persons = [...(changes.persons ?? [])];
  const videos = [...(changes.videos ?? [])];
  return {
    sessions: [],
    likes: [],
    uniques: [],
    minutes: new Map(),
    starts: [],
    corrections: [],
    ...changes,
    persons,
    videos,
    meta: {
      ...emptyMeta(1 as Epoch),
      seq: seq as Seq,
      personsNumbered: persons.length,
      videosNumbered: videos.length,
      ...changes.meta,
    },
  };
}

function person(no: number, row: Partial<PersonRow> = {}): [PersonNo, PersonRow] {
  const key = no as PersonNo;
  const pseudonym = textHash(`person ${no}`);
  return [
    key,
    { person: key, pseudonym, creatorKey: 'c', erasedAtMs: 0, capsDay: 0, caps: [], ...row },
  ];
}

const bySecond = (left: readonly [unknown, number], right: readonly [unknown, number]): number =>
  left[1] - right[1];

function session(startedAtMs: number): SessionRow {
  return { startedAtMs, highest: 1, seenLow: 1, seenHigh: 0, claimedMs: 0, capsDay: 0, caps: [] };
}

function bucket(value: number): MinuteRow {
  return { likes: -value, views: value, starts: value, loops: value, watchMs: value };
}

function minutesOf(...buckets: [minute: number, value: number][]): StateChanges['minutes'] {
  return new Map(buckets.map(([minute, value]) => [minute, new Map([[VIDEO, bucket(value)]])]));
}

export function stateConformance(name: string, open: Open): void {
  const opened = async (): Promise<StateStore> => (await open()).store;
  describe(`${name}: rows`, () => {
    rows(opened);
  });
  describe(`${name}: likes and corrections`, () => {
    likes(opened);
  });
  describe(`${name}: names`, () => {
    names(opened);
    manyVideos(opened);
  });
  describe(`${name}: rollups`, () => {
    rollups(opened);
    rollupsWithHousekeeping(opened);
  });
  describe(`${name}: details`, () => {
    details(opened);
  });
  describe(`${name}: housekeeping`, () => {
    housekeeping(opened);
  });
  describe(`${name}: closing`, () => {
    closing(open);
  });
}

function rows(opened: () => Promise<StateStore>): void {
  test('a new store has nothing', async () => {
    const store = await opened();
    expect(await store.meta()).toBeUndefined();
    expect(await store.videosAfter(0 as VideoNo, 10)).toEqual([]);
    expect(await store.rollups(VIDEO, 0, 2 ** 40)).toEqual([]);
    await store.close();
  });

  test('C24: the cell’s own row is that of the last store', async () => {
    const store = await opened();
    const meta = { ...emptyMeta(3 as Epoch), seq: 9 as Seq, likesHash: textHash('x') };
    await store.store(changesOf(1));
    await store.store(changesOf(9, { meta }));
    expect(await store.meta()).toEqual(meta);
    await store.close();
  });

  test('counts beyond 2^32 come back as they were', async () => {
    const store = await opened();
    const row = {
      ...newVideoRow(VIDEO, 'v1' as VideoId, 86_400_000, 'c', 1 as Seq),
      likes: 2 ** 45,
      likesCorrected: -(2 ** 44),
      watchMs: 2 ** 52,
      tally: [2 ** 44 * 32 + 5],
    };
    await store.store(changesOf(1, { videos: [[VIDEO, row]] }));
    expect(await store.videosAfter(0 as VideoNo, 10)).toEqual([row]);
    await store.close();
  });
}

function likes(opened: () => Promise<StateStore>): void {
  test('C6: a like that is gone has no row, one that came again has one', async () => {
    const store = await opened();
    const keys = [1, 2, 3].map((video) => likeKey(5 as PersonNo, video as VideoNo));
    const [first, second, third] = keys as [LikeKey, LikeKey, LikeKey];
    const stored = async (): Promise<number[]> =>
      (await store.likesOf(5 as PersonNo, 0 as LikeKey, 10)).map(({ key }) => key);
    await store.store(
      changesOf(1, {
        likes: [
          [third, 30],
          [first, 10],
          [second, 20],
        ],
      }),
    );
    expect(await stored()).toEqual([first, second, third]);
    await store.store(
      changesOf(2, {
        likes: [
          [second, GONE],
          [first, GONE],
        ],
      }),
    );
    expect(await stored()).toEqual([third]);
    await store.store(changesOf(3, { likes: [[second, 99]] }));
    expect(await store.likesOf(5 as PersonNo, 0 as LikeKey, 10)).toEqual([
      { key: second, atMs: 99 },
      { key: third, atMs: 30 },
    ]);
    await store.close();
  });

  test('likes of one person are theirs alone, page by page', async () => {
    const store = await opened();
    const all = [1, 2, 3].flatMap((owner) =>
      [1, 2, 3, 4].map((video): [LikeKey, number] => [
        likeKey(owner as PersonNo, video as VideoNo),
        7,
      ]),
    );
    await store.store(changesOf(1, { likes: all }));
    const own = all.slice(4, 8).map(([key]) => key);
    const page = async (after: number, rowsMax: number): Promise<number[]> =>
      (await store.likesOf(2 as PersonNo, after as LikeKey, rowsMax)).map(({ key }) => key);
    expect(await page(0, 3)).toEqual(own.slice(0, 3));
    expect(await page(own[2] ?? 0, 3)).toEqual(own.slice(3));
    expect(await page(own[3] ?? 0, 3)).toEqual([]);
    await store.close();
  });

  test('C14: corrections are kept newest first, video by video', async () => {
    const store = await opened();
    const one = (seq: number, video: number, delta: number): CorrectionRow => {
      const what = { metric: 'likes', reason: 'fraud', note: 'n', fromRows: false } as const;
      return { seq: seq as Seq, video: video as VideoNo, delta, atMs: seq, ...what };
    };
    await store.store(changesOf(3, { corrections: [one(2, 1, 5), one(3, 2, 6), one(3, 1, -1)] }));
    await store.store(changesOf(5, { corrections: [one(4, 1, 8)] }));
    expect(await store.correctionsOf(VIDEO, 10)).toEqual([
      one(4, 1, 8),
      one(3, 1, -1),
      one(2, 1, 5),
    ]);
    expect(await store.correctionsOf(VIDEO, 1)).toEqual([one(4, 1, 8)]);
    await store.close();
  });
}

function names(opened: () => Promise<StateStore>): void {
  test('people are found by name until their erasure is complete', async () => {
    const store = await opened();
    const [name, other] = [textHash('person 1'), textHash('person 2')];
    const found = async (): Promise<unknown> =>
      [...(await store.findPersons([name, other]))].sort(bySecond);
    await store.store(changesOf(1, { persons: [person(1), person(2)] }));
    const both = [
      [hashHex(name), 1],
      [hashHex(other), 2],
    ];
    expect(await found()).toEqual(both);
    await store.store(changesOf(2, { persons: [person(1, { erasedAtMs: 5 })] }));
    expect(await found()).toEqual(both);
    const gone = person(1, { erasedAtMs: 5, pseudonym: emptyHash() });
    await store.store(changesOf(3, { persons: [gone] }));
    expect(await found()).toEqual([[hashHex(other), 2]]);
    await store.close();
  });

  test('C18: whoever comes back after an erasure is a new person, also within one store', async () => {
    const store = await opened();
    const again = person(2, { pseudonym: textHash('person 1') });
    const gone = person(1, { erasedAtMs: 5, pseudonym: emptyHash() });
    const meta = { ...emptyMeta(1 as Epoch), seq: 1 as Seq, personsNumbered: 1 };
    await store.store(changesOf(1, { persons: [person(1)], meta }));
    await store.store(
      changesOf(2, {
        persons: [again, gone],
        meta: { ...meta, seq: 2 as Seq, personsNumbered: 2 },
      }),
    );
    expect([...(await store.findPersons([textHash('person 1')])).values()]).toEqual([2]);
    await store.close();
  });

  test('C18: erasures are found by when they began', async () => {
    const store = await opened();
    const persons = [person(1), person(2, { erasedAtMs: 100 }), person(3, { erasedAtMs: 200 })];
    await store.store(changesOf(1, { persons }));
    expect([...(await store.erasedSince(100))]).toEqual([[3, 200]]);
    const both = [
      [2, 100],
      [3, 200],
    ];
    expect([...(await store.erasedSince(99))].sort(bySecond)).toEqual(both);
    // The living are not among them, however far back one asks.
    expect([...(await store.erasedSince(-1))].sort(bySecond)).toEqual(both);
    await store.close();
  });
}

function manyVideos(opened: () => Promise<StateStore>): void {
  test('videos are found by id, many at a time', async () => {
    const store = await opened();
    const videos = Array.from({ length: 700 }, (_, index) => index + 1).map((no) => {
      const row = newVideoRow(no as VideoNo, `v${no}` as VideoId, 1_000, 'c', 1 as Seq);
      return [row.no, row] as const;
    });
    await store.store(changesOf(1, { videos }));
    const ids = [...videos.map(([, row]) => row.video), 'unknown' as VideoId];
    const found = await store.findVideos(ids);
    expect(found.size).toBe(700);
    expect(videos.every(([no, row]) => found.get(row.video) === no)).toBe(true);
    const loaded = await store.load({
      sessions: new Set(),
      persons: new Set(),
      videos: new Set(videos.map(([no]) => no)),
      likes: new Set(),
      uniques: new Set(),
    });
    expect([...loaded.videos.values()].sort((left, right) => left.no - right.no)).toEqual(
      videos.map(([, row]) => row),
    );
    await store.close();
  });
}

function rollups(opened: () => Promise<StateStore>): void {
  test('C20: what minutes gain is added to what is stored', async () => {
    const store = await opened();
    await store.store(changesOf(1, { minutes: minutesOf([MINUTE, 5], [MINUTE + 1, 1]) }));
    await store.store(changesOf(2, { minutes: minutesOf([MINUTE, 2 ** 40]) }));
    const found = await store.rollups(VIDEO, MINUTE, MINUTE + 1);
    expect(found).toEqual([{ minute: MINUTE, width: 1, ...bucket(2 ** 40 + 5) }]);
    expect(await store.rollups(2 as VideoNo, MINUTE, MINUTE + 1)).toEqual([]);
    await store.close();
  });

  test('C21: minutes become quarter-hours, those days, and what is asked for has every width', async () => {
    const store = await opened();
    const today = MINUTE - (MINUTE % DAY_MINUTES);
    const old = today - 100 * DAY_MINUTES;
    const recent = today - 10 * DAY_MINUTES;
    const minutes = minutesOf(
      [old + 3, 1],
      [old + 700, 2],
      [recent + 14, 4],
      [recent + 13, 8],
      [recent + 15, 16],
      [today, 32],
    );
    await store.store(changesOf(1, { minutes }));
    const wanted = [
      { minute: old, width: 1_440, ...bucket(3) },
      { minute: recent, width: 15, ...bucket(12) },
      { minute: recent + 15, width: 15, ...bucket(16) },
      { minute: today, width: 1, ...bucket(32) },
    ];
    // The second time there is nothing more to do.
    for (const _ of ['once', 'twice']) {
      await store.maintain(START_MS);
      const found = [...(await store.rollups(VIDEO, 0, MINUTE + 1))];
      expect(found.sort((left, right) => left.minute - right.minute)).toEqual(wanted);
    }
    expect(await store.rollups(VIDEO, recent + 1, today)).toEqual([wanted[2]]);
    await store.close();
  });

  test('C21: minutes stay minutes for 48 hours, quarter-hours stay for 90 days', async () => {
    const store = await opened();
    const kept = [MINUTE - 2 * DAY_MINUTES, MINUTE - 90 * DAY_MINUTES];
    await store.store(
      changesOf(1, { minutes: minutesOf(...kept.map((at): [number, number] => [at, 1])) }),
    );
    await store.maintain(START_MS);
    const widths = (await store.rollups(VIDEO, 0, MINUTE)).map(({ width }) => width);
    expect(new Set(widths)).toEqual(new Set([1, 15]));
    await store.close();
  });
}

function details(opened: () => Promise<StateStore>): void {
  const runs = (day: number, ...starts: number[][]): DayRun[] => [
    { day, numbers: Uint32Array.from(starts.flat()) },
  ];
  const start = (video: number, watchedMs: number): number[] => [
    video,
    startMark(5, 'feed', true),
    watchedMs,
    2,
  ];

  test('C27: what days gain is added to what is stored, video by video', async () => {
    const store = await opened();
    await store.store(
      changesOf(1, { starts: runs(20_000, start(1, 5), start(2, 7), start(1, 6)) }),
    );
    await store.store(
      changesOf(2, {
        starts: [...runs(20_000, start(1, 86_400_000)), ...runs(20_001, start(1, 1))],
      }),
    );
    const stored = await store.detailsOf([VIDEO], 20_000, 20_002);
    const found = stored.map(({ day, video, detail }) => [
      day,
      video,
      overSources(detail, 'watchMs'),
      watchingAt(detail)[5],
      detail[DETAIL.loops],
    ]);
    expect(found.sort(([left = 0], [right = 0]) => left - right)).toEqual([
      [20_000, VIDEO, 86_400_011, 3, 6],
      [20_001, VIDEO, 1, 1, 2],
    ]);
    await store.close();
  });

  test('C27: days and videos without a start have no detail', async () => {
    const store = await opened();
    await store.store(changesOf(1, { starts: runs(20_000, start(1, 5)) }));
    expect(await store.detailsOf([2 as VideoNo], 20_000, 20_001)).toEqual([]);
    expect(await store.detailsOf([VIDEO], 20_001, 20_400)).toEqual([]);
    expect(await store.detailsOf([], 20_000, 20_001)).toEqual([]);
    await store.close();
  });
}

function rollupsWithHousekeeping(opened: () => Promise<StateStore>): void {
  test('C20: buckets read beside housekeeping add up to what they did before', async () => {
    const store = await opened();
    const from = MINUTE - 20 * DAY_MINUTES;
    const spread = Array.from({ length: 4_000 }, (_, place): [number, number] => [
      from + place * 5,
      1,
    ]);
    await store.store(changesOf(1, { minutes: minutesOf(...spread) }));
    const sumNow = async (): Promise<number> =>
      (await store.rollups(VIDEO, from, MINUTE)).reduce((sum, { views }) => sum + views, 0);
    const whole = await sumNow();
    const before = sumNow();
    const kept = store.maintain(START_MS);
    const during = Promise.all([sumNow(), sumNow()]);
    expect(await Promise.all([before, during, kept])).toEqual([whole, [whole, whole], undefined]);
    await store.close();
  });

  test('C20, C21: a bucket that comes late joins the coarser one, and no sum changes', async () => {
    const store = await opened();
    const at = MINUTE - (MINUTE % DAY_MINUTES) - 100 * DAY_MINUTES;
    await store.store(changesOf(1, { minutes: minutesOf([at, 1]) }));
    await store.maintain(START_MS);
    await store.store(changesOf(2, { minutes: minutesOf([at + 1, 2]) }));
    await store.maintain(START_MS);
    const found = await store.rollups(VIDEO, 0, MINUTE);
    expect(found).toEqual([{ minute: at, width: 1_440, ...bucket(3) }]);
    await store.close();
  });
}

function housekeeping(opened: () => Promise<StateStore>): void {
  test('C12, C13: sessions are let go of only when no op of theirs can count', async () => {
    const store = await opened();
    const started = (days: number): SessionRow => session(START_MS - days * DAY_MS);
    const sessions: [string, SessionRow][] = [
      ['~young', started(7)],
      ['~grace', started(8)],
      ['~old', { ...started(8), startedAtMs: START_MS - 8 * DAY_MS - 1 }],
      ['web-young', started(400)],
      ['web-old', started(402)],
      ['', started(402)],
      ['}old', started(402)],
    ];
    await store.store(changesOf(1, { sessions }));
    await store.maintain(START_MS);
    const { sessions: left } = await store.load({
      sessions: new Set(sessions.map(([key]) => key)),
      persons: new Set(),
      videos: new Set(),
      likes: new Set(),
      uniques: new Set(),
    });
    expect([...left.keys()].sort()).toEqual(['web-young', '~grace', '~young']);
    await store.close();
  });

  test('housekeeping changes nothing else', async () => {
    const store = await opened();
    const maker = new ChangesMaker(seededRandom(7));
    for (let flush = 0; flush < 4; flush += 1) await store.store(maker.next());
    const all = async (): Promise<unknown> =>
      withoutHousekeeping(await everythingIn(store, maker.personNos, maker.videoNos));
    const before = await all();
    await store.maintain(START_MS);
    expect(await all()).toEqual(before);
    await store.close();
  });
}

type Everything = { sessions: unknown; perVideo: { rollups: MinuteRow[][] }[] };

/** All but sessions; of the rollups what they add up to. */
function withoutHousekeeping(everything: unknown): unknown {
  const { sessions: _, perVideo, ...rest } = everything as Everything;
  const sums = perVideo.map(({ rollups: [all = []], ...others }) => ({
    ...others,
    likes: all.reduce((sum, row) => sum + row.likes, 0),
    watchMs: all.reduce((sum, row) => sum + row.watchMs, 0),
  }));
  return { ...rest, sums };
}

function closing(open: Open): void {
  test('what was stored is there after opening again, where there is something to open', async () => {
    const { store, reopen } = await open();
    const maker = new ChangesMaker(seededRandom(11));
    for (let flush = 0; flush < 5; flush += 1) await store.store(maker.next());
    const { personNos, videoNos } = maker;
    const before = await everythingIn(store, personNos, videoNos);
    await store.close();
    const again = reopen === undefined ? undefined : await reopen();
    const after = again === undefined ? before : await everythingIn(again, personNos, videoNos);
    expect(after).toEqual(before);
    await again?.close();
  });
}
