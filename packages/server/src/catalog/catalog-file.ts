// The catalog's SQLite file: videos, and the deliveries that cells have yet to take.
//
// A video and its deliveries are written in one transaction with fsync, so a crash leaves either
// nothing or a video that every cell will be told of. Deliveries that were taken are removed in
// batches later: a crash before that tells the cell again, and cells take repetition.

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import { openOwnDatabase } from '../sqlite/open-own-database.ts';
import type { Video } from './catalog.ts';
import { CatalogError, catalogErrorOf } from './catalog-error.ts';
import type { Realm } from './creator-key.ts';

const APPLICATION_ID = 0x68666331;
/** Only a reader such as a backup can cause a wait. */
const BUSY_TIMEOUT_MS = 100;

// `n` grows with every new video, so it orders the feed even within a millisecond.
const SCHEMA = `
  CREATE TABLE videos (
    n INTEGER PRIMARY KEY,
    video TEXT NOT NULL UNIQUE,
    realm TEXT NOT NULL,
    creator TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    title TEXT NOT NULL,
    caption TEXT NOT NULL,
    tags TEXT NOT NULL,
    media_url TEXT,
    poster_url TEXT,
    created_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX playable ON videos (n) WHERE media_url IS NOT NULL;
  CREATE TABLE cells (jurisdiction TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE undelivered (
    jurisdiction TEXT NOT NULL,
    video TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, video)
  ) STRICT, WITHOUT ROWID;
`;

const INDEXES = `
  CREATE INDEX IF NOT EXISTS of_realm ON videos (realm);
  CREATE INDEX IF NOT EXISTS of_creator ON videos (realm, creator);
`;

type Row = Record<string, SQLOutputValue>;

/** A video in a list, with the number to go on from. */
export type NumberedVideo = Readonly<{ n: number; entry: Video }>;

export type CatalogFile = Readonly<{
  /** Runs a change as one transaction; durable on return. Throws `CatalogError`, nothing changed. */
  transaction: <Result>(change: () => Result) => Result;
  find: (video: VideoId) => Video | undefined;
  insert: (entry: Video) => void;
  update: (entry: Video) => void;
  ids: () => Iterable<VideoId>;
  /** Notes a cell; one that is new has every known video to take. */
  addCell: (jurisdiction: Jurisdiction) => void;
  addUndelivered: (jurisdiction: Jurisdiction, video: VideoId) => void;
  removeUndelivered: (jurisdiction: Jurisdiction, video: VideoId) => void;
  undelivered: (jurisdiction: Jurisdiction) => Iterable<VideoId>;
  /** Newest first. */
  playable: (belowN: number, itemsMax: number) => readonly NumberedVideo[];
  /** Oldest first. */
  ofRealm: (realm: Realm, aboveN: number, itemsMax: number) => readonly NumberedVideo[];
  /** Newest first. */
  newestOf: (realm: Realm, itemsMax: number) => readonly Video[];
  ofCreator: (
    realm: Realm,
    creator: string,
    belowN: number,
    itemsMax: number,
  ) => readonly NumberedVideo[];
  close: () => void;
}>;

/** Opens `catalog.db`, and makes it where there is none. Throws `CatalogError`. */
export function openCatalogFile(file: string): CatalogFile {
  let db: DatabaseSync | undefined;
  try {
    db = openOwnDatabase({
      file,
      applicationId: APPLICATION_ID,
      schema: SCHEMA,
      additions: INDEXES,
      busyTimeoutMs: BUSY_TIMEOUT_MS,
      unfit: (why) => new CatalogError(`catalog-${why === 'newer-version' ? 'foreign-file' : why}`),
    });
    return operations(db);
  } catch (cause) {
    db?.close();
    throw catalogErrorOf(cause);
  }
}

function operations(db: DatabaseSync): CatalogFile {
  const sql = statements(db);
  return {
    transaction: (change) => {
      try {
        return transaction(db, change);
      } catch (cause) {
        throw catalogErrorOf(cause);
      }
    },
    find: (video) => {
      const row = sql.find.get(video);
      return row === undefined ? undefined : videoOf(row);
    },
    insert: (entry) => {
      const { video, realm, creator, durationMs, title, caption, tags } = entry;
      const urls = [entry.mediaUrl ?? null, entry.posterUrl ?? null] as const;
      const tagsJson = JSON.stringify(tags);
      const rest = [durationMs, title, caption, tagsJson, ...urls, entry.createdAtMs] as const;
      sql.insert.run(video, realm, creator, ...rest);
    },
    update: ({ video, title, caption, tags, mediaUrl, posterUrl }) => {
      const tagsJson = JSON.stringify(tags);
      sql.update.run(title, caption, tagsJson, mediaUrl ?? null, posterUrl ?? null, video);
    },
    ids: () => videosOf(sql.ids.iterate()),
    addCell: (jurisdiction) => {
      if (sql.addCell.run(jurisdiction).changes === 0) return;
      sql.addEvery.run(jurisdiction);
    },
    addUndelivered: (jurisdiction, video) => {
      sql.addUndelivered.run(jurisdiction, video);
    },
    removeUndelivered: (jurisdiction, video) => {
      sql.removeUndelivered.run(jurisdiction, video);
    },
    undelivered: (jurisdiction) => videosOf(sql.undelivered.iterate(jurisdiction)),
    playable: (belowN, itemsMax) => sql.playable.all(belowN, itemsMax).map(numbered),
    ofRealm: (realm, aboveN, itemsMax) => sql.ofRealm.all(realm, aboveN, itemsMax).map(numbered),
    newestOf: (realm, itemsMax) => sql.newest.all(realm, itemsMax).map(videoOf),
    ofCreator: (realm, creator, belowN, itemsMax) =>
      sql.ofCreator.all(realm, creator, belowN, itemsMax).map(numbered),
    close: () => {
      if (db.isOpen) db.close();
    },
  };
}

function statements(db: DatabaseSync) {
  return {
    find: db.prepare('SELECT * FROM videos WHERE video = ?'),
    insert: db.prepare(
      `INSERT INTO videos (video, realm, creator, duration_ms, title, caption, tags, media_url,
         poster_url, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    update: db.prepare(
      `UPDATE videos SET title = ?, caption = ?, tags = ?, media_url = ?, poster_url = ?
       WHERE video = ?`,
    ),
    ids: db.prepare('SELECT video FROM videos'),
    addCell: db.prepare('INSERT OR IGNORE INTO cells VALUES (?)'),
    addEvery: db.prepare('INSERT OR IGNORE INTO undelivered SELECT ?, video FROM videos'),
    addUndelivered: db.prepare('INSERT OR IGNORE INTO undelivered VALUES (?, ?)'),
    removeUndelivered: db.prepare('DELETE FROM undelivered WHERE jurisdiction = ? AND video = ?'),
    undelivered: db.prepare('SELECT video FROM undelivered WHERE jurisdiction = ?'),
    playable: db.prepare(
      'SELECT * FROM videos WHERE media_url IS NOT NULL AND n < ? ORDER BY n DESC LIMIT ?',
    ),
    newest: db.prepare('SELECT * FROM videos WHERE realm = ? ORDER BY n DESC LIMIT ?'),
    ofCreator: db.prepare(
      `SELECT * FROM videos WHERE realm = ? AND creator = ? AND n < ? ORDER BY n DESC LIMIT ?`,
    ),
    ofRealm: db.prepare('SELECT * FROM videos WHERE realm = ? AND n > ? ORDER BY n LIMIT ?'),
  };
}

function* videosOf(rows: Iterable<Row>): Iterable<VideoId> {
  // The file holds only ids that were checked when they came in.
  for (const row of rows) yield row['video'] as VideoId;
}

function numbered(row: Row): NumberedVideo {
  return { n: Number(row['n']), entry: videoOf(row) };
}

function videoOf(row: Row): Video {
  // Written by `insert` and `update` alone, in a STRICT table, so the columns have these types.
  const column = row as {
    video: VideoId;
    realm: Realm;
    creator: string;
    duration_ms: number;
    title: string;
    caption: string;
    tags: string;
    media_url: string | null;
    poster_url: string | null;
    created_at_ms: number;
  };
  return {
    video: column.video,
    realm: column.realm,
    creator: column.creator,
    durationMs: column.duration_ms,
    title: column.title,
    caption: column.caption,
    tags: JSON.parse(column.tags) as readonly string[],
    mediaUrl: column.media_url ?? undefined,
    posterUrl: column.poster_url ?? undefined,
    createdAtMs: column.created_at_ms,
  };
}
