// The thread that stores changes, so that acknowledging ops never waits for the state's disk.
//
// It gathers the rows of one flush, sorts them by key (a B-tree takes sorted rows several times
// faster) and stores them in one transaction together with the cell's own row.

import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { detailsOf } from '../../counting/day-detail.ts';
import { LikeMap } from '../../counting/like-map.ts';
import { dayVideoKey } from '../../counting/numbers.ts';
import type { LikeKey } from '../../counting/numbers.ts';
import { GONE } from '../../counting/rows.ts';
import type { CorrectionRow, MetaRow } from '../../counting/rows.ts';
import { laneBytes } from '../../journal/batch-codec.ts';
import { isFullError, openSqlite } from '../../sqlite/open-sqlite.ts';
import { transaction } from '../../sqlite/transaction.ts';
import { maintainState } from './maintain.ts';
import type { FlushReply, FlushRequest, FlushThreadData } from './flush-messages.ts';
import { BUCKET_NUMBERS } from './flush-rows.ts';
import type { FlushTable, SqlRow, SqlValue } from './flush-rows.ts';
import { recountLikes } from './recount-likes.ts';
import { DetailAdder, detailToBytes } from './row-bytes.ts';
import { orderOf, RowRuns } from './row-runs.ts';
import { openStateWriter, STATE_FORMAT } from './schema.ts';
import { StateNames } from './state-names.ts';

/** Rows that go to SQLite with one statement; calls cost more than rows. */
const ROWS_PER_STATEMENT = 32;
/** The WAL is copied back into the database file when it is larger than this. */
const WAL_PAGES_MAX = 16_384;

type Gathered = {
  tables: Record<FlushTable, RowRuns>;
  /** Pairs of key and time. */
  likes: Float64Array;
  buckets: { minute: number; numbers: Float64Array }[];
  uniques: { key: number; kind: number; data: Uint8Array }[];
  /** By UTC day. */
  starts: Map<number, Uint32Array[]>;
};

const TABLES: readonly FlushTable[] = ['sessions', 'persons', 'counts'];

const UPSERT: Readonly<Record<FlushTable, { head: string; columns: number; tail: string }>> = {
  sessions: { head: 'INSERT OR REPLACE INTO sessions VALUES ', columns: 8, tail: '' },
  persons: { head: 'INSERT OR REPLACE INTO persons VALUES ', columns: 6, tail: '' },
  counts: { head: 'INSERT OR REPLACE INTO counts VALUES ', columns: 13, tail: '' },
};

const ADD_TO_BUCKET = ` ON CONFLICT DO UPDATE SET likes = likes + excluded.likes,
  views = views + excluded.views, starts = starts + excluded.starts,
  loops = loops + excluded.loops, watch_ms = watch_ms + excluded.watch_ms`;

const ADD_TO_DETAIL = ' ON CONFLICT DO UPDATE SET data = add_detail(data, excluded.data)';

function nothingGathered(names: StateNames): Gathered {
  return {
    tables: {
      sessions: new RowRuns('sessions', names),
      persons: new RowRuns('persons', names),
      counts: new RowRuns('counts', names),
    },
    likes: new Float64Array(0),
    buckets: [],
    uniques: [],
    starts: new Map(),
  };
}

/** Stores rows many at a time; `statementFor` gives the statement for a number of rows. */
class ManyRows {
  readonly #db: DatabaseSync;
  readonly #head: string;
  readonly #columns: number;
  readonly #one: string;
  readonly #tail: string;
  readonly #statements = new Map<number, StatementSync>();

  constructor(db: DatabaseSync, head: string, columns: number, tail: string) {
    this.#db = db;
    this.#head = head;
    this.#columns = columns;
    this.#one = `(${new Array<string>(columns).fill('?').join(', ')})`;
    this.#tail = tail;
  }

  #statementFor(rows: number): StatementSync {
    const held = this.#statements.get(rows);
    if (held !== undefined) return held;
    const values = new Array<string>(rows).fill(this.#one).join(', ');
    const statement = this.#db.prepare(`${this.#head}${values}${this.#tail}`);
    this.#statements.set(rows, statement);
    return statement;
  }

  run(rows: Iterable<SqlRow>): void {
    const whole = this.#statementFor(ROWS_PER_STATEMENT);
    const values: SqlValue[] = [];
    for (const row of rows) {
      // Counted loops: an iterator for each row would cost as much as the row.
      for (let column = 0; column < row.length; column += 1) values.push(row[column] ?? 0);
      if (values.length < ROWS_PER_STATEMENT * this.#columns) continue;
      whole.run(...values);
      values.length = 0;
    }
    if (values.length > 0) this.#statementFor(values.length / this.#columns).run(...values);
  }
}

type Store = Readonly<{
  db: DatabaseSync;
  names: StateNames;
  upsert: Record<FlushTable, ManyRows>;
  likes: ManyRows;
  buckets: ManyRows;
  uniques: ManyRows;
  details: ManyRows;
  newVideos: ManyRows;
  newSubjects: ManyRows;
  corrections: ManyRows;
  unlike: StatementSync;
  forget: StatementSync;
  meta: StatementSync;
  numbered: StatementSync;
}>;

function openStore(file: string, names: StateNames): Store {
  const db = openStateWriter(file);
  // One seek finds the row and changes it; read first and written then, it would be two.
  const details = new DetailAdder();
  db.function('add_detail', { deterministic: true }, (held, added) =>
    details.add(held as Uint8Array, added as Uint8Array),
  );
  const upsert = Object.fromEntries(
    TABLES.map((table) => {
      const { head, columns, tail } = UPSERT[table];
      return [table, new ManyRows(db, head, columns, tail)];
    }),
  ) as Record<FlushTable, ManyRows>;
  return {
    db,
    names,
    upsert,
    likes: new ManyRows(db, 'INSERT OR REPLACE INTO likes VALUES ', 2, ''),
    buckets: new ManyRows(db, 'INSERT INTO rollups VALUES ', 8, ADD_TO_BUCKET),
    uniques: new ManyRows(db, 'INSERT OR REPLACE INTO uniques VALUES ', 3, ''),
    details: new ManyRows(db, 'INSERT INTO details VALUES ', 2, ADD_TO_DETAIL),
    newVideos: new ManyRows(db, 'INSERT INTO videos VALUES ', 2, ''),
    newSubjects: new ManyRows(db, 'INSERT INTO subjects VALUES ', 2, ''),
    corrections: new ManyRows(db, 'INSERT INTO corrections VALUES ', 9, ''),
    unlike: db.prepare('DELETE FROM likes WHERE key = ?'),
    forget: db.prepare(
      'DELETE FROM subjects WHERE pseudonym = (SELECT pseudonym FROM persons WHERE person = ?)',
    ),
    meta: db.prepare('INSERT OR REPLACE INTO meta VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    numbered: db.prepare('SELECT persons, videos FROM meta'),
  };
}

function storeLikes(store: Store, gathered: Gathered): void {
  const { likes } = gathered;
  const atMsOf = new LikeMap(likes.length / 2);
  const keys = new Float64Array(likes.length / 2);
  for (let place = 0; place < keys.length; place += 1) {
    const key = (likes[place * 2] ?? 0) as LikeKey;
    keys[place] = key;
    atMsOf.set(key, likes[place * 2 + 1] ?? GONE);
  }
  keys.sort();
  store.likes.run(liveLikes(store, keys, atMsOf));
}

/** The likes that are there; those that are gone are removed on the way. */
function* liveLikes(store: Store, keys: Float64Array, atMsOf: LikeMap): Iterable<SqlRow> {
  for (const key of keys) {
    const atMs = atMsOf.get(key as LikeKey) ?? GONE;
    if (atMs === GONE) store.unlike.run(key);
    else yield [key, atMs];
  }
}

function storeBuckets(store: Store, gathered: Gathered): void {
  const inTime = gathered.buckets.sort((left, right) => left.minute - right.minute);
  for (const { minute, numbers } of inTime) store.buckets.run(bucketRows(minute, numbers));
}

/** Columns of `rollups` by video; what comes from batches is always one minute wide. */
function* bucketRows(minute: number, numbers: Float64Array): Iterable<SqlRow> {
  const videos: number[] = [];
  for (let at = 0; at < numbers.length; at += BUCKET_NUMBERS) videos.push(numbers[at] ?? 0);
  for (const place of orderOf(videos)) {
    const row = [1, minute];
    const from = place * BUCKET_NUMBERS;
    for (let at = from; at < from + BUCKET_NUMBERS; at += 1) row.push(numbers[at] ?? 0);
    yield row;
  }
}

/** Rows of `details`; the day comes first in their key, so those of today lie close together. */
function* detailRows(gathered: Gathered): Iterable<SqlRow> {
  const inTime = [...gathered.starts].sort(([left], [right]) => left - right);
  for (const [day, runs] of inTime) {
    for (const [video, detail] of detailsOf(runs)) {
      yield [dayVideoKey(day, video), detailToBytes(detail)];
    }
  }
}

function storeNames(store: Store, gathered: Gathered): void {
  const numbered = store.numbered.get() as { persons: number; videos: number } | undefined;
  const isForgotten = (row: SqlRow): boolean => (row[1] as Uint8Array).every((byte) => byte === 0);
  const subjects: [pseudonym: Uint8Array, person: SqlValue][] = [];
  for (const row of gathered.tables.persons.inOrder()) {
    const [person = 0, pseudonym] = row;
    if (isForgotten(row)) store.forget.run(person);
    else if (Number(person) > (numbered?.persons ?? 0)) {
      subjects.push([pseudonym as Uint8Array, person]);
    }
  }
  store.newSubjects.run(subjects.sort(([left], [right]) => Buffer.compare(left, right)));
  const videos: SqlRow[] = [];
  for (const [no = 0, id = ''] of gathered.tables.counts.after(numbered?.videos ?? 0)) {
    videos.push([id, no]);
  }
  store.newVideos.run(videos.sort(([left = ''], [right = '']) => (left < right ? -1 : 1)));
}

/** Persons as they are stored: the key of the creator that each may be is sealed. */
function* sealedPersons({ names }: Store, gathered: Gathered): Iterable<SqlRow> {
  for (const [
    person = 0,
    pseudonym = '',
    creatorKey,
    ...others
  ] of gathered.tables.persons.inOrder()) {
    yield [person, pseudonym, names.seal(String(creatorKey)), ...others];
  }
}

function correctionValues(rows: readonly CorrectionRow[]): SqlRow[] {
  return rows.map(({ video, seq, metric, delta, reason, note, atMs, fromRows }, part) => [
    video,
    seq,
    part,
    metric,
    delta,
    reason,
    note,
    atMs,
    fromRows ? 1 : 0,
  ]);
}

function commit(
  store: Store,
  gathered: Gathered,
  meta: MetaRow,
  corrections: readonly CorrectionRow[],
): void {
  const { db } = store;
  // A crash before this ends leaves the state at the batch it was at; after it, at the new one.
  transaction(db, () => {
    storeNames(store, gathered);
    store.upsert.sessions.run(gathered.tables.sessions.inOrder());
    store.upsert.persons.run(sealedPersons(store, gathered));
    store.upsert.counts.run(gathered.tables.counts.inOrder());
    storeBuckets(store, gathered);
    storeLikes(store, gathered);
    const sketches = gathered.uniques.sort((left, right) => left.key - right.key);
    store.uniques.run(sketches.map(({ key, kind, data }) => [key, kind, data]));
    store.details.run(detailRows(gathered));
    store.corrections.run(correctionValues(corrections));
    store.meta.run(
      STATE_FORMAT,
      meta.epoch,
      meta.seq,
      meta.chain,
      meta.personsNumbered,
      meta.videosNumbered,
      meta.opsAccepted,
      meta.likeRows,
      JSON.stringify(meta.books),
      JSON.stringify(meta.elsewhere),
      laneBytes(meta.likesHash),
      laneBytes(meta.countsHash),
    );
  });
  checkpointIfLarge(db);
}

function checkpointIfLarge(db: DatabaseSync): void {
  const state = db.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number } | undefined;
  if (state !== undefined && state.log > WAL_PAGES_MAX) db.exec('PRAGMA wal_checkpoint(PASSIVE)');
}

function reply(message: FlushReply): void {
  parentPort?.postMessage(message);
}

const GATHERED: ReadonlySet<FlushRequest['kind']> = new Set([
  'rows',
  'likes',
  'buckets',
  'uniques',
  'starts',
]);

/** Whether a request only brings rows for the next commit. */
function isGathered({ kind }: FlushRequest): boolean {
  return GATHERED.has(kind);
}

type Recounting = ReturnType<typeof recountLikes>;

/** Recounts slice by slice; what arrives meanwhile is done between two of them. */
async function recount(slices: Recounting): Promise<void> {
  try {
    let step = slices.next();
    while (step.done !== true) {
      await new Promise((resolve) => setImmediate(resolve));
      step = slices.next();
    }
    reply({ kind: 'recounted', recount: step.value });
  } catch (error) {
    reply({ kind: 'recount-failed', message: messageOf(error) });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function main({ file, key }: FlushThreadData): void {
  const names = new StateNames(key);
  const store = openStore(file, names);
  let journal: DatabaseSync | undefined;
  let recounting: Recounting | undefined;
  let gathered = nothingGathered(names);
  const gather = (request: FlushRequest): void => {
    if (request.kind === 'rows') gathered.tables[request.table].add(request.bytes, request.starts);
    else if (request.kind === 'likes') gathered.likes = request.pairs;
    else if (request.kind === 'buckets') gathered.buckets.push(request);
    else if (request.kind === 'uniques') gathered.uniques.push(...request.rows);
    else if (request.kind === 'starts') {
      const runs = gathered.starts.get(request.day) ?? [];
      gathered.starts.set(request.day, runs);
      runs.push(request.numbers);
    }
  };
  const work = (request: FlushRequest): void => {
    if (request.kind === 'commit') {
      const flush = gathered;
      gathered = nothingGathered(names);
      commit(store, flush, request.meta, request.corrections);
    } else if (request.kind === 'maintain') maintainState(store.db, request.nowMs);
    else if (request.kind === 'checkpoint-journal') {
      journal ??= openSqlite({ file: request.file, synchronous: 'FULL', cacheKiB: 1_024 });
      journal.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } else if (request.kind === 'close') {
      // Its snapshot would keep the WAL from being copied back.
      recounting?.return(undefined);
      journal?.close();
      store.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      store.db.close();
    }
  };
  parentPort?.on('message', (request: FlushRequest) => {
    if (isGathered(request)) {
      gather(request);
      return;
    }
    if (request.kind === 'recount-likes') {
      recounting = recountLikes(file);
      void recount(recounting);
      return;
    }
    try {
      work(request);
      reply({ kind: 'done' });
    } catch (error) {
      reply({ kind: 'failed', isFull: isFullError(error), message: messageOf(error) });
    }
    if (request.kind === 'close') parentPort?.close();
  });
  reply({ kind: 'ready' });
}

main(workerData as FlushThreadData);
