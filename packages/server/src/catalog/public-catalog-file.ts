// The file of the public catalog. All in it is derived: without it, it is asked for again.
//
// Why a resync loses nothing and keeps nothing too long: every row carries the round in which it was
// last told of. A cell that is asked anew begins a round; when that has got to the end, what was not
// told of in it is removed, and until then readers see what was known.

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { PublicRecord, PublicRecordType } from '../border/public-records.ts';
import type { PublicRow } from '../people/published.ts';
import { openOwnDatabase } from '../sqlite/open-own-database.ts';
import { CatalogError } from './catalog-error.ts';
import type { Known, LostParent, PublicChange, PublicPage, RepliesPage } from './public-catalog.ts';

const APPLICATION_ID = 0x68667031;
const BUSY_TIMEOUT_MS = 100;

const SCHEMA = `
  CREATE TABLE cells (
    jurisdiction TEXT NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL,
    cursor INTEGER NOT NULL,
    round INTEGER NOT NULL,
    -- 1 until everything of the round was told.
    is_open INTEGER NOT NULL,
    -- When a round last got to the end of what the cell had; NULL before the first.
    as_of_ms INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE records (
    jurisdiction TEXT NOT NULL,
    name TEXT NOT NULL,
    round INTEGER NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    -- What lists it: a handle, an account, a video, a comment.
    owner TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX records_by_id ON records (type, id);
  CREATE INDEX records_by_owner ON records (type, owner, at_ms, id);
  -- Replies, by the video that they stand below.
  CREATE INDEX replies_by_video ON records (json_extract(body, '$.video'), owner, at_ms)
    WHERE type = 'comment' AND owner >= 'comment/' AND owner < 'comment0';
`;

/** Where a cell's news go on. */
export type CellCursor = Readonly<{
  epoch: number;
  after: number;
  round: number;
  /** Not everything of this round was told yet. */
  isOpen: boolean;
  asOfMs: number | undefined;
}>;

export type PublicCatalogFile = Readonly<{
  cursor: (jurisdiction: Jurisdiction) => CellCursor | undefined;
  /** Notes where a cell's news go on, with nothing new. */
  begin: (jurisdiction: Jurisdiction, cursor: CellCursor) => void;
  /** What rows are known already, for `apply`. */
  changesBy: (jurisdiction: Jurisdiction, rows: readonly PublicRow[]) => readonly PublicChange[];
  /** Takes rows and the cursor behind them, as one; of a round that is over nothing older stays. */
  apply: (jurisdiction: Jurisdiction, cursor: CellCursor, rows: readonly PublicRow[]) => void;
  /** What the round that is about to end has not told of, and `rows` do not. */
  leftOver: (jurisdiction: Jurisdiction, round: number) => readonly Known<PublicRecord>[];
  byId: (type: PublicRecordType, id: string) => readonly Known<PublicRecord>[];
  byOwner: (
    type: PublicRecordType,
    owner: string,
    page: PublicPage,
  ) => readonly Known<PublicRecord>[];
  /** The same oldest first: those after an edge. */
  byOwnerUp: (
    type: PublicRecordType,
    owner: string,
    page: RepliesPage,
  ) => readonly Known<PublicRecord>[];
  countOf: (type: PublicRecordType, owner: string) => number;
  lostParentsOf: (video: string, itemsMax: number) => readonly LostParent[];
  all: (type: PublicRecordType) => Iterable<Known<PublicRecord>>;
  close: () => void;
}>;

type Place = Readonly<{ id: string; owner: string; atMs: number }>;

/** Under what a record is found and listed. */
function placeOf(record: PublicRecord): Place {
  switch (record.type) {
    case 'profile':
      return { id: record.account, owner: record.handle, atMs: record.sinceMs };
    case 'video': {
      const { video: id, account } = record;
      if (record.state === 'removed') return { id, owner: `removed/${account}`, atMs: 0 };
      // Only what is public is in lists.
      const owner = record.visibility === 'public' ? account : `unlisted/${account}`;
      return { id, owner, atMs: record.publishedAtMs };
    }
    case 'comment': {
      const { comment: id, parent, video, createdAtMs: atMs } = record;
      return { id, owner: parent === null ? `video/${video}` : `${REPLIES_OWNER}${parent}`, atMs };
    }
    case 'tally':
      return { id: record.name, owner: '', atMs: 0 };
    case 'moderation':
      return { id: `${record.target.kind}/${record.target.id}`, owner: '', atMs: record.atMs };
  }
}

/** Opens `public.db`, and makes it where there is none. Throws `CatalogError`. */
export function openPublicCatalogFile(file: string): PublicCatalogFile {
  const db = openOwnDatabase({
    file,
    applicationId: APPLICATION_ID,
    schema: SCHEMA,
    busyTimeoutMs: BUSY_TIMEOUT_MS,
    // What people took back is overwritten.
    isPersonal: true,
    unfit: (why) => new CatalogError(`catalog-${why === 'newer-version' ? 'foreign-file' : why}`),
  });
  return operations(db);
}

function operations(db: DatabaseSync): PublicCatalogFile {
  const sql = statements(db);
  const setCursor = (jurisdiction: Jurisdiction, cursor: CellCursor): void => {
    const { epoch, after, round, isOpen, asOfMs } = cursor;
    sql.setCursor.run(jurisdiction, epoch, after, round, isOpen ? 1 : 0, asOfMs ?? null);
  };
  const put = (jurisdiction: Jurisdiction, round: number, { name, record }: PublicRow): void => {
    if (record === null) {
      sql.remove.run(jurisdiction, name);
      return;
    }
    const { id, owner, atMs } = placeOf(record);
    const body = JSON.stringify(record);
    sql.put.run(jurisdiction, name, round, record.type, id, owner, atMs, body);
  };
  return {
    cursor: (jurisdiction) => {
      const row = sql.cursor.get(jurisdiction);
      if (row === undefined) return undefined;
      const asOfMs = row['as_of_ms'] === null ? undefined : Number(row['as_of_ms']);
      const { epoch, cursor, round } = row;
      const isOpen = row['is_open'] === 1;
      return { epoch: Number(epoch), after: Number(cursor), round: Number(round), isOpen, asOfMs };
    },
    begin: setCursor,
    changesBy: (jurisdiction, rows) =>
      rows.flatMap(({ name, record }) => {
        const was = knownOf(sql.byName.get(jurisdiction, name))?.record;
        // What nobody has heard of is gone for nobody.
        if (record === null && was === undefined) return [];
        return { jurisdiction, record: record ?? undefined, was };
      }),
    apply: (jurisdiction, cursor, rows) =>
      transaction(db, () => {
        for (const row of rows) put(jurisdiction, cursor.round, row);
        if (!cursor.isOpen) sql.sweep.run(jurisdiction, cursor.round);
        setCursor(jurisdiction, cursor);
      }),
    leftOver: (jurisdiction, round) =>
      sql.leftOver.all(jurisdiction, round).flatMap((row) => knownOf(row) ?? []),
    byId: (type, id) => sql.byId.all(type, id).flatMap((row) => knownOf(row) ?? []),
    byOwner: (type, owner, { before, itemsMax }) =>
      sql.byOwner
        .all(type, owner, before?.atMs ?? LAST, before?.id ?? '', itemsMax)
        .flatMap((row) => knownOf(row) ?? []),
    byOwnerUp: (type, owner, { after, itemsMax }) =>
      sql.byOwnerUp
        .all(type, owner, after?.atMs ?? 0, after?.id ?? '', itemsMax)
        .flatMap((row) => knownOf(row) ?? []),
    countOf: (type, owner) => Number(sql.countOf.get(type, owner)?.['n']),
    lostParentsOf: (video, itemsMax) =>
      sql.lostParents.all(video, itemsMax).map(({ owner, at_ms: atMs }) => ({
        comment: String(owner).slice(REPLIES_OWNER.length),
        atMs: Number(atMs),
      })),
    all: function* (type) {
      for (const row of sql.all.iterate(type)) {
        const known = knownOf(row);
        if (known !== undefined) yield known;
      }
    },
    close: () => {
      if (db.isOpen) db.close();
    },
  };
}

/** Before the comment, in what lists its replies. */
const REPLIES_OWNER = 'comment/';
const LAST = Number.MAX_SAFE_INTEGER;

function statements(db: DatabaseSync) {
  const known = 'SELECT jurisdiction, body FROM records';
  return {
    cursor: db.prepare('SELECT * FROM cells WHERE jurisdiction = ?'),
    setCursor: db.prepare('REPLACE INTO cells VALUES (?, ?, ?, ?, ?, ?)'),
    byName: db.prepare(`${known} WHERE jurisdiction = ? AND name = ?`),
    put: db.prepare('REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    remove: db.prepare('DELETE FROM records WHERE jurisdiction = ? AND name = ?'),
    sweep: db.prepare('DELETE FROM records WHERE jurisdiction = ? AND round <> ?'),
    leftOver: db.prepare(`${known} WHERE jurisdiction = ? AND round <> ?`),
    byId: db.prepare(`${known} WHERE type = ? AND id = ?`),
    byOwner: db.prepare(
      `${known} WHERE type = ? AND owner = ? AND (at_ms, id) < (?, ?)
       ORDER BY at_ms DESC, id DESC LIMIT ?`,
    ),
    byOwnerUp: db.prepare(
      `${known} WHERE type = ? AND owner = ? AND (at_ms, id) > (?, ?)
       ORDER BY at_ms, id LIMIT ?`,
    ),
    countOf: db.prepare('SELECT count(*) AS n FROM records WHERE type = ? AND owner = ?'),
    lostParents: db.prepare(
      `SELECT owner, min(at_ms) AS at_ms FROM records AS reply
       WHERE type = 'comment' AND owner >= 'comment/' AND owner < 'comment0'
         AND json_extract(body, '$.video') = ?
       GROUP BY owner
       HAVING NOT EXISTS (SELECT 1 FROM records
         WHERE type = 'comment' AND id = substr(reply.owner, ${REPLIES_OWNER.length + 1}))
       ORDER BY at_ms DESC LIMIT ?`,
    ),
    all: db.prepare(`${known} WHERE type = ?`),
  };
}

function knownOf(row: Record<string, SQLOutputValue> | undefined): Known<PublicRecord> | undefined {
  if (row === undefined) return undefined;
  // Written by `apply` alone, from rows that passed the border.
  const record = JSON.parse(String(row['body'])) as PublicRecord;
  return { jurisdiction: String(row['jurisdiction']) as Jurisdiction, record };
}
