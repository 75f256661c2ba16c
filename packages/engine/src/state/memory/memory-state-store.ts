// The state in memory, for tests and models: the plainest code that keeps the port's promises.

import { addDetail, detailsOf, emptyDetail } from '../../counting/day-detail.ts';
import type { DayDetail } from '../../counting/day-detail.ts';
import { dayVideoKey, personOf, videoDayKey } from '../../counting/numbers.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from '../../counting/numbers.ts';
import { GONE, isForgotten } from '../../counting/rows.ts';
import type { CorrectionRow, MetaRow, PersonRow } from '../../counting/rows.ts';
import type { SessionRow, VideoRow } from '../../counting/rows.ts';
import { hashHex } from '../../counting/set-hash.ts';
import type { Uniques } from '../../counting/uniques.ts';
import { addMinutes } from '../minutes.ts';
import { coarsenRollups, sessionIsForgotten } from '../retention.ts';
import type { DetailRow, RollupRow, StateChanges, StateStore } from '../state-store.ts';

type Tables = {
  meta: MetaRow | undefined;
  sessions: Map<string, SessionRow>;
  persons: Map<PersonNo, PersonRow>;
  videos: Map<VideoNo, VideoRow>;
  likes: Map<LikeKey, number>;
  uniques: Map<VideoDayKey, Uniques>;
  rollups: Map<VideoNo, RollupRow[]>;
  details: Map<number, DayDetail>;
  corrections: CorrectionRow[];
};

export function openMemoryStateStore(): StateStore {
  const tables: Tables = {
    meta: undefined,
    sessions: new Map(),
    persons: new Map(),
    videos: new Map(),
    likes: new Map(),
    uniques: new Map(),
    rollups: new Map(),
    details: new Map(),
    corrections: [],
  };
  return {
    ...pointReads(tables),
    ...scans(tables),
    store: async (changes) => storeAll(tables, storedCopy(changes)),
    maintain: async (nowMs) => {
      for (const [video, rows] of tables.rollups) {
        tables.rollups.set(video, coarsenRollups(rows, nowMs));
      }
      for (const [key, row] of tables.sessions) {
        if (sessionIsForgotten(key, row.startedAtMs, nowMs)) tables.sessions.delete(key);
      }
    },
    close: async () => undefined,
  };
}

type PointReads = Pick<StateStore, 'meta' | 'load' | 'findVideos' | 'findPersons' | 'erasedSince'>;

function pointReads(tables: Tables): PointReads {
  return {
    meta: async () => structuredClone(tables.meta),
    load: async (keys) => ({
      sessions: pick(tables.sessions, keys.sessions),
      persons: pick(tables.persons, keys.persons),
      videos: pick(tables.videos, keys.videos),
      likes: pick(tables.likes, keys.likes),
      uniques: pick(tables.uniques, keys.uniques),
    }),
    findVideos: async (ids) =>
      new Map(
        [...tables.videos.values()]
          .filter((row) => ids.includes(row.video))
          .map((row) => [row.video, row.no]),
      ),
    findPersons: async (pseudonyms) => {
      const wanted = new Set(pseudonyms.map(hashHex));
      const known = [...tables.persons.values()].filter((row) => !isForgotten(row));
      const found = known.filter((row) => wanted.has(hashHex(row.pseudonym)));
      return new Map(found.map((row) => [hashHex(row.pseudonym), row.person]));
    },
    erasedSince: async (sinceMs) =>
      new Map(
        [...tables.persons.values()]
          .filter((row) => row.erasedAtMs > Math.max(0, sinceMs))
          .map((row) => [row.person, row.erasedAtMs]),
      ),
  };
}

type Scans = Pick<
  StateStore,
  'likesOf' | 'videosAfter' | 'rollups' | 'uniquesOf' | 'detailsOf' | 'correctionsOf'
>;

function scans(tables: Tables): Scans {
  return {
    likesOf: async (person, after, rowsMax) =>
      [...tables.likes]
        .filter(([key]) => personOf(key) === person && key > after)
        .sort(([left], [right]) => left - right)
        .slice(0, rowsMax)
        .map(([key, atMs]) => ({ key, atMs })),
    videosAfter: async (after, rowsMax) =>
      [...tables.videos.values()]
        .filter((row) => row.no > after)
        .sort((left, right) => left.no - right.no)
        .slice(0, rowsMax),
    rollups: async (video, fromMinute, toMinute) =>
      (tables.rollups.get(video) ?? []).filter(
        ({ minute }) => minute >= fromMinute && minute < toMinute,
      ),
    uniquesOf: async (video, fromDay, toDay) => {
      const found = new Map<number, Uniques>();
      for (let day = fromDay; day < toDay; day += 1) {
        const uniques = tables.uniques.get(videoDayKey(video, day));
        if (uniques !== undefined) found.set(day, uniques);
      }
      return found;
    },
    detailsOf: async (videos, fromDay, toDay) => {
      const found: DetailRow[] = [];
      for (let day = fromDay; day < toDay; day += 1) {
        for (const video of videos) {
          const detail = tables.details.get(dayVideoKey(day, video));
          if (detail !== undefined) found.push({ video, day, detail: detail.slice() });
        }
      }
      return found;
    },
    correctionsOf: async (video, rowsMax) =>
      tables.corrections
        .filter((row) => row.video === video)
        .reverse()
        .slice(0, rowsMax),
  };
}

function pick<Key, Row>(table: ReadonlyMap<Key, Row>, keys: Iterable<Key>): Map<Key, Row> {
  const found = new Map<Key, Row>();
  for (const key of keys) {
    const row = table.get(key);
    if (row !== undefined) found.set(key, structuredClone(row));
  }
  return found;
}

/** Changes as lists, which nothing outside can change any more. */
export type StoredChanges = Omit<StateChanges, Listed> &
  Readonly<{ [Table in Listed]: readonly EntryOf<StateChanges[Table]>[] }>;

type Listed = 'sessions' | 'persons' | 'videos' | 'likes' | 'uniques';
type EntryOf<Rows> = Rows extends Iterable<infer Entry> ? Entry : never;

/** A copy of changes, apart from the rows that they were taken from. */
export function storedCopy(changes: StateChanges): StoredChanges {
  const { meta, sessions, persons, videos, likes, uniques, minutes, starts, corrections } = changes;
  return structuredClone({
    meta,
    sessions: [...sessions],
    persons: [...persons],
    videos: [...videos],
    likes: [...likes],
    uniques: [...uniques],
    minutes: new Map([...minutes].map(([minute, rows]) => [minute, new Map(rows)])),
    starts: starts.map(({ day, numbers }) => ({ day, numbers: numbers.slice() })),
    corrections,
  });
}

function storeAll(tables: Tables, changes: StateChanges): void {
  for (const [key, row] of changes.sessions) tables.sessions.set(key, row);
  for (const [key, row] of changes.persons) tables.persons.set(key, row);
  for (const [key, row] of changes.videos) tables.videos.set(key, row);
  for (const [key, row] of changes.uniques) tables.uniques.set(key, row);
  for (const [key, atMs] of changes.likes) {
    if (atMs === GONE) tables.likes.delete(key);
    else tables.likes.set(key, atMs);
  }
  for (const [minute, rows] of changes.minutes) {
    for (const [video, row] of rows) {
      const held = tables.rollups.get(video) ?? [];
      const same = held.findIndex((bucket) => bucket.minute === minute && bucket.width === 1);
      const before = held[same];
      if (before === undefined) held.push({ ...row, minute, width: 1 });
      else held[same] = { ...addMinutes(before, row), minute, width: 1 };
      tables.rollups.set(video, held);
    }
  }
  for (const { day, numbers } of changes.starts) {
    for (const [video, detail] of detailsOf([numbers])) {
      const key = dayVideoKey(day, video);
      const held = tables.details.get(key) ?? emptyDetail();
      addDetail(held, detail);
      tables.details.set(key, held);
    }
  }
  tables.corrections.push(...changes.corrections);
  tables.meta = changes.meta;
}
