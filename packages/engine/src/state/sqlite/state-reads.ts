// Reading `state.db`: point reads for many keys at a time, and the scans that readers ask for.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CorrectionReason, Metric } from '@holdfast/protocol/counts.ts';
import type { Epoch, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { dayVideoKey, likeKey, videoDayKey, VIDEOS_MAX } from '../../counting/numbers.ts';
import type { LikeKey, PersonNo, VideoDayKey, VideoNo } from '../../counting/numbers.ts';
import type { CorrectionRow, MetaRow, PersonRow } from '../../counting/rows.ts';
import type { SessionRow, VideoRow } from '../../counting/rows.ts';
import { hashHex } from '../../counting/set-hash.ts';
import type { Uniques } from '../../counting/uniques.ts';
import { laneBytes, lanesOfBytes } from '../../journal/batch-codec.ts';
import { StateError } from '../state-store.ts';
import type { DetailRow, LikeItem, RollupRow, RollupWidth, StateStore } from '../state-store.ts';
import { detailFromBytes, numbersFromBytes, uniquesFromBytes } from './row-bytes.ts';
import { knowsFormat, openStateReader, STATE_FORMAT } from './schema.ts';
import { sessionBytes, sessionName } from './state-names.ts';
import type { StateNames } from './state-names.ts';

/** Keys that one statement takes; a list that is shorter repeats its last key. */
const KEYS_PER_STATEMENT = [1, 4, 16, 64, 256] as const;
const KEYS_MAX = 256;
/** Buckets that one statement seeks, so that a reader never holds the thread for long. */
const BUCKETS_PER_STATEMENT = 512;

type Cells = readonly (number | string | Uint8Array)[];
type Key = number | string | Uint8Array;

/** `columns` of the rows of `table` for any number of keys; a key named twice gives its row twice. */
class KeyedRead {
  readonly #db: DatabaseSync;
  readonly #sql: string;
  readonly #statements = new Map<number, StatementSync>();

  constructor(db: DatabaseSync, table: string, key: string, columns: string) {
    this.#db = db;
    // A join seeks each key as it comes; `IN` would first put all of them into an index of its own.
    this.#sql = `SELECT ${columns} FROM keys CROSS JOIN ${table} AS found ON found.${key} = wanted`;
  }

  #statementFor(keys: number): StatementSync {
    const held = this.#statements.get(keys);
    if (held !== undefined) return held;
    const list = new Array<string>(keys).fill('(?)').join(', ');
    const statement = this.#db.prepare(`WITH keys(wanted) AS (VALUES ${list}) ${this.#sql}`);
    statement.setReturnArrays(true);
    this.#statements.set(keys, statement);
    return statement;
  }

  rows(keys: readonly Key[], take: (row: Cells) => void): void {
    let start = 0;
    while (start < keys.length) {
      const left = keys.length - start;
      const size = KEYS_PER_STATEMENT.find((keysMax) => keysMax >= left) ?? KEYS_MAX;
      const part = keys.slice(start, start + size);
      const last = part.at(-1) ?? 0;
      while (part.length < size) part.push(last);
      const rows = this.#statementFor(size).all(...part) as unknown as Cells[];
      for (const row of rows) take(row);
      start += size;
    }
  }
}

type ReadPort = Omit<StateStore, 'store' | 'maintain' | 'close'>;
export type StateReads = Readonly<{ port: ReadPort; close: () => void }>;

/** Opens a reading connection; `readMeta` and the others see the newest `store`. */
export function openStateReads(file: string, names: StateNames): StateReads {
  const db = openStateReader(file);
  const read = {
    sessions: new KeyedRead(db, 'sessions', 'key', 'found.*'),
    persons: new KeyedRead(db, 'persons', 'person', 'found.*'),
    counts: new KeyedRead(db, 'counts', 'no', 'found.*'),
    likes: new KeyedRead(db, 'likes', 'key', 'key, at'),
    uniques: new KeyedRead(db, 'uniques', 'key', 'found.*'),
    videos: new KeyedRead(db, 'videos', 'id', 'id, no'),
    subjects: new KeyedRead(db, 'subjects', 'pseudonym', 'pseudonym, person'),
  };
  const port: ReadPort = {
    meta: async () => readMeta(db),
    load: async (keys) => {
      const sessions = new Map<string, SessionRow>();
      const persons = new Map<PersonNo, PersonRow>();
      const videos = new Map<VideoNo, VideoRow>();
      const likes = new Map<LikeKey, number>();
      const uniques = new Map<VideoDayKey, Uniques>();
      const keyOf = new Map<string, string>();
      for (const key of keys.sessions) keyOf.set(names.session(key), key);
      read.sessions.rows([...keyOf.keys()].sort().map(sessionBytes), (row) => {
        const key = keyOf.get(sessionName(row[0] as Uint8Array));
        if (key !== undefined) sessions.set(key, sessionOfCells(row));
      });
      read.persons.rows(sorted(keys.persons), (row) => {
        persons.set(row[0] as PersonNo, personOfCells(row, names));
      });
      read.counts.rows(sorted(keys.videos), (row) => {
        videos.set(row[0] as VideoNo, videoOfCells(row));
      });
      read.likes.rows(sorted(keys.likes), (row) => likes.set(row[0] as LikeKey, row[1] as number));
      read.uniques.rows(sorted(keys.uniques), (row) => {
        const sketch = uniquesFromBytes(row[1] as number, row[2] as Uint8Array);
        uniques.set(row[0] as VideoDayKey, sketch);
      });
      return { sessions, persons, videos, likes, uniques };
    },
    findVideos: async (ids) => {
      const found = new Map<VideoId, VideoNo>();
      read.videos.rows(ids, (row) => found.set(row[0] as VideoId, row[1] as VideoNo));
      return found;
    },
    findPersons: async (pseudonyms) => {
      const found = new Map<string, PersonNo>();
      read.subjects.rows(pseudonyms.map(laneBytes), (row) => {
        found.set(hashHex(lanesOfBytes(row[0] as Uint8Array)), row[1] as PersonNo);
      });
      return found;
    },
    ...scans(db),
  };
  return { port, close: () => db.close() };
}

function sorted<No extends number>(keys: Iterable<No>): number[] {
  return Array.from(Float64Array.from(keys).sort());
}

function sessionOfCells(row: Cells): SessionRow {
  return {
    startedAtMs: row[1] as number,
    highest: row[2] as number,
    seenLow: row[3] as number,
    seenHigh: row[4] as number,
    claimedMs: row[5] as number,
    capsDay: row[6] as number,
    caps: numbersFromBytes(row[7] as Uint8Array),
  };
}

function personOfCells(row: Cells, names: StateNames): PersonRow {
  return {
    person: row[0] as PersonNo,
    pseudonym: lanesOfBytes(row[1] as Uint8Array),
    creatorKey: names.open(row[2] as Uint8Array),
    erasedAtMs: row[3] as number,
    capsDay: row[4] as number,
    caps: numbersFromBytes(row[5] as Uint8Array),
  };
}

function videoOfCells(row: Cells): VideoRow {
  return {
    no: row[0] as VideoNo,
    video: row[1] as VideoId,
    durationMs: row[2] as number,
    creatorKey: row[3] as string,
    likes: row[4] as number,
    likesCorrected: row[5] as number,
    views: row[6] as number,
    viewsCorrected: row[7] as number,
    starts: row[8] as number,
    loops: row[9] as number,
    watchMs: row[10] as number,
    seq: row[11] as Seq,
    tally: numbersFromBytes(row[12] as Uint8Array),
  };
}

/** The cell's own row, or `undefined` before the first store. */
export function readMeta(db: DatabaseSync): MetaRow | undefined {
  const row = db.prepare('SELECT * FROM meta').get() as Record<string, unknown> | undefined;
  if (row === undefined) return undefined;
  if (!knowsFormat(row['format'])) {
    throw new StateError(
      'damaged',
      `state.db has format ${String(row['format'])}, this version of Holdfast knows ${STATE_FORMAT}`,
    );
  }
  return {
    epoch: row['epoch'] as Epoch,
    seq: row['seq'] as Seq,
    chain: row['chain'] as Uint8Array,
    personsNumbered: row['persons'] as number,
    videosNumbered: row['videos'] as number,
    opsAccepted: row['ops'] as number,
    likeRows: row['like_rows'] as number,
    books: JSON.parse(row['books'] as string) as number[],
    elsewhere: JSON.parse(row['elsewhere'] as string) as number[],
    likesHash: lanesOfBytes(row['likes_hash'] as Uint8Array),
    countsHash: lanesOfBytes(row['counts_hash'] as Uint8Array),
  };
}

type Scans = Pick<
  StateStore,
  | 'likesOf'
  | 'erasedSince'
  | 'videosAfter'
  | 'rollups'
  | 'uniquesOf'
  | 'detailsOf'
  | 'correctionsOf'
>;

function scans(db: DatabaseSync): Scans {
  const likes = db.prepare('SELECT key, at FROM likes WHERE key > ? AND key < ? LIMIT ?');
  const videos = db.prepare('SELECT * FROM counts WHERE no > ? ORDER BY no LIMIT ?');
  videos.setReturnArrays(true);
  const buckets = db.prepare(
    `WITH RECURSIVE wanted(minute) AS
       (SELECT ?2 UNION ALL SELECT minute + ?1 FROM wanted WHERE minute + ?1 < ?3)
     SELECT r.minute, r.likes, r.views, r.starts, r.loops, r.watch_ms
     FROM wanted CROSS JOIN rollups r ON r.width = ?1 AND r.minute = wanted.minute AND r.video = ?4`,
  );
  buckets.setReturnArrays(true);
  const range = db.prepare(
    'SELECT min(minute) AS low, max(minute) AS high FROM rollups WHERE width = ?',
  );
  const erased = db.prepare('SELECT person, erased_at FROM persons WHERE erased_at > ?');
  const sketches = db.prepare('SELECT key, kind, data FROM uniques WHERE key >= ? AND key < ?');
  const corrections = db.prepare(
    'SELECT * FROM corrections WHERE video = ? ORDER BY seq DESC, part DESC LIMIT ?',
  );
  return {
    likesOf: async (person, after, rowsMax) => {
      const from = Math.max(after, likeKey(person, 0 as VideoNo));
      const to = likeKey((person + 1) as PersonNo, 0 as VideoNo);
      const rows = likes.all(from, to, rowsMax) as { key: number; at: number }[];
      return rows.map(({ key, at }): LikeItem => ({ key: key as LikeKey, atMs: at }));
    },
    erasedSince: async (sinceMs) => {
      const rows = erased.all(Math.max(0, sinceMs)) as { person: number; erased_at: number }[];
      return new Map(rows.map((row) => [row.person as PersonNo, row.erased_at]));
    },
    videosAfter: async (after, rowsMax) =>
      (videos.all(after, rowsMax) as unknown as Cells[]).map(videoOfCells),
    rollups: async (video, fromMinute, toMinute) => {
      const found: RollupRow[] = [];
      for (const width of [1, 15, 1_440] as const) {
        const held = range.get(width) as { low: number | null; high: number | null };
        if (held.low === null || held.high === null) continue;
        const to = Math.min(toMinute, held.high + 1);
        const start = Math.max(fromMinute, held.low);
        const step = BUCKETS_PER_STATEMENT * width;
        for (let from = Math.ceil(start / width) * width; from < to; from += step) {
          const rows = buckets.all(width, from, Math.min(from + step, to), video);
          for (const row of rows as unknown as number[][]) found.push(rollupOfCells(row, width));
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      return found;
    },
    uniquesOf: async (video, fromDay, toDay) => {
      const found = new Map<number, Uniques>();
      const rows = sketches.all(videoDayKey(video, fromDay), videoDayKey(video, toDay));
      for (const { key, kind, data } of rows as { key: number; kind: number; data: Uint8Array }[]) {
        found.set(fromDay + key - videoDayKey(video, fromDay), uniquesFromBytes(kind, data));
      }
      return found;
    },
    detailsOf: detailReads(db),
    correctionsOf: async (video, rowsMax) =>
      (corrections.all(video, rowsMax) as Record<string, unknown>[]).map(correctionOfRow),
  };
}

function detailReads(db: DatabaseSync): StateStore['detailsOf'] {
  const details = new KeyedRead(db, 'details', 'key', 'found.*');
  return async (videos, fromDay, toDay) => {
    const found = new Map<number, DetailRow>();
    const wanted = sorted(videos);
    let seeks = 0;
    for (let day = fromDay; day < toDay; day += 1) {
      const keys = wanted.map((video) => dayVideoKey(day, video as VideoNo));
      details.rows(keys, (row) => found.set(row[0] as number, detailOfCells(row)));
      seeks += keys.length;
      if (seeks < BUCKETS_PER_STATEMENT) continue;
      seeks = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return [...found.values()];
  };
}

function detailOfCells(row: Cells): DetailRow {
  const key = row[0] as number;
  const detail = detailFromBytes(row[1] as Uint8Array);
  return { video: (key % VIDEOS_MAX) as VideoNo, day: Math.floor(key / VIDEOS_MAX), detail };
}

function rollupOfCells(row: readonly number[], width: RollupWidth): RollupRow {
  const [minute = 0, likes = 0, views = 0, starts = 0, loops = 0, watchMs = 0] = row;
  return { minute, width, likes, views, starts, loops, watchMs };
}

function correctionOfRow(row: Record<string, unknown>): CorrectionRow {
  return {
    seq: row['seq'] as Seq,
    video: row['video'] as VideoNo,
    metric: row['metric'] as Metric,
    delta: row['delta'] as number,
    reason: row['reason'] as CorrectionReason,
    note: row['note'] as string,
    atMs: row['at'] as number,
    fromRows: row['from_rows'] === 1,
  };
}
