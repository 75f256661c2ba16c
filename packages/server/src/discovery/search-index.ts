// What search looks through: the public videos, people and tags that this gateway knows.
//
// Rules: docs/spec/discovery.md (DI20 to DI29).
//
// The file is derived and made anew with every start, so a crash costs nothing and nothing in it is
// synced. Who asks checks what is found against the public catalog before it is shown; what is in
// here only decides what can be found.

import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import { folded, matchOf, wordsIn } from './fold.ts';

/** Of what matches, the newest so many are looked at, and the best of these can be paged through. */
export const SEARCH_LOOKED_AT_MAX = 5_000;
export const SEARCH_FOUND_MAX = 500;
/** A result that is so old counts a quarter less than a new one, and at most half. */
const FRESH_HALF_LIFE_MS = 90 * 86_400_000;

export type FoundTag = Readonly<{ tag: string; videos: number }>;

export type SearchVideo = Readonly<{
  id: string;
  title: string;
  caption: string;
  tags: readonly string[];
  /** The handle and the name of who made it. */
  names: readonly string[];
  atMs: number;
}>;
export type SearchPerson = Readonly<{ id: string; names: readonly string[]; bio: string }>;

export type SearchIndex = Readonly<{
  putVideo: (video: SearchVideo) => void;
  removeVideo: (id: string) => void;
  putPerson: (person: SearchPerson) => void;
  removePerson: (id: string) => void;
  hasVideo: (id: string) => boolean;
  /** Many changes as one. */
  together: (change: () => void) => void;
  /** Ids, the best first. */
  videos: (typed: string, nowMs: number) => readonly string[];
  people: (typed: string) => readonly string[];
  /** Tags that begin so, those of most videos first. */
  tags: (typed: string) => readonly FoundTag[];
  close: () => void;
}>;

// `n` grows with every put, so that the newest can be looked at first. The words are without content:
// what a video says is read from the catalog.
const SCHEMA = `
  CREATE TABLE videos (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL) STRICT;
  CREATE VIRTUAL TABLE video_words USING fts5(title, tags, names, caption,
    content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0', prefix='1 2 3');
  CREATE TABLE people (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
  CREATE VIRTUAL TABLE people_words USING fts5(names, bio,
    content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0', prefix='1 2 3');
  CREATE TABLE tags (folded TEXT NOT NULL, n INTEGER NOT NULL, tag TEXT NOT NULL,
    PRIMARY KEY (folded, n)) STRICT, WITHOUT ROWID;
  CREATE INDEX tags_of ON tags (n);
`;

/** Makes the index anew, in place of what was in the file. */
export function openSearchIndex(file: string): SearchIndex {
  rmSync(file, { force: true });
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY');
  db.exec(SCHEMA);
  const sql = statements(db);
  const wordsOf = (...texts: readonly string[]): string => texts.flatMap(wordsIn).join(' ');

  const removeVideo = (id: string): void => {
    const n = numberIn(sql.videoNo.get(id));
    if (n === undefined) return;
    sql.removeVideo.run(n);
    sql.removeVideoWords.run(n);
    sql.removeTags.run(n);
  };
  const removePerson = (id: string): void => {
    const n = numberIn(sql.personNo.get(id));
    if (n === undefined) return;
    sql.removePerson.run(n);
    sql.removePersonWords.run(n);
  };

  return {
    putVideo: ({ id, title, caption, tags, names, atMs }) => {
      removeVideo(id);
      const n = Number(sql.putVideo.run(id, atMs).lastInsertRowid);
      const words = [wordsOf(title), wordsOf(...tags), wordsOf(...names), wordsOf(caption)];
      sql.putVideoWords.run(n, ...words);
      for (const tag of tags) sql.putTag.run(folded(tag), n, tag);
    },
    removeVideo,
    putPerson: ({ id, names, bio }) => {
      removePerson(id);
      const n = Number(sql.putPerson.run(id).lastInsertRowid);
      sql.putPersonWords.run(n, wordsOf(...names), wordsOf(bio));
    },
    removePerson,
    hasVideo: (id) => sql.videoNo.get(id) !== undefined,
    together: (change) => transaction(db, change),
    videos: (typed, nowMs) => {
      const match = matchOf(typed);
      const rows = match === undefined ? [] : sql.videos.all(match, SEARCH_LOOKED_AT_MAX);
      return rows
        .map((row) => ({ id: String(row['id']), score: scoreOf(row, nowMs) }))
        .toSorted((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1))
        .slice(0, SEARCH_FOUND_MAX)
        .map(({ id }) => id);
    },
    people: (typed) => {
      const match = matchOf(typed);
      const rows = match === undefined ? [] : sql.people.all(match, SEARCH_FOUND_MAX);
      return rows.map((row) => String(row['id']));
    },
    tags: (typed) => {
      const begin = folded(typed).replace(/[^\p{L}\p{N}]/gu, '');
      if (begin === '') return [];
      const rows = sql.tags.all(begin, `${begin}\u{10ffff}`, SEARCH_FOUND_MAX);
      return rows.map((row) => ({ tag: String(row['tag']), videos: Number(row['videos']) }));
    },
    close: () => {
      if (db.isOpen) db.close();
    },
  };
}

type Row = Readonly<Record<string, unknown>>;

/** How well it matches, less where it is old. The words of FTS5 count the better match as the less. */
function scoreOf(row: Row, nowMs: number): number {
  const ageMs = Math.max(0, nowMs - Number(row['at_ms']));
  return -Number(row['worse']) * (0.5 + 0.5 * 2 ** (-ageMs / FRESH_HALF_LIFE_MS));
}

function numberIn(row: Row | undefined): number | undefined {
  return row === undefined ? undefined : Number(row['n']);
}

function statements(db: DatabaseSync) {
  // A word in the title says more than one in the caption.
  const worse = 'bm25(video_words, 10.0, 6.0, 4.0, 1.0) AS worse';
  return {
    videoNo: db.prepare('SELECT n FROM videos WHERE id = ?'),
    putVideo: db.prepare('INSERT INTO videos (id, at_ms) VALUES (?, ?)'),
    putVideoWords: db.prepare(
      'INSERT INTO video_words (rowid, title, tags, names, caption) VALUES (?, ?, ?, ?, ?)',
    ),
    removeVideo: db.prepare('DELETE FROM videos WHERE n = ?'),
    removeVideoWords: db.prepare('DELETE FROM video_words WHERE rowid = ?'),
    putTag: db.prepare('INSERT OR IGNORE INTO tags (folded, n, tag) VALUES (?, ?, ?)'),
    removeTags: db.prepare('DELETE FROM tags WHERE n = ?'),
    personNo: db.prepare('SELECT n FROM people WHERE id = ?'),
    putPerson: db.prepare('INSERT INTO people (id) VALUES (?)'),
    putPersonWords: db.prepare('INSERT INTO people_words (rowid, names, bio) VALUES (?, ?, ?)'),
    removePerson: db.prepare('DELETE FROM people WHERE n = ?'),
    removePersonWords: db.prepare('DELETE FROM people_words WHERE rowid = ?'),
    videos: db.prepare(
      `SELECT id, at_ms, worse FROM (SELECT rowid AS n, ${worse} FROM video_words
         WHERE video_words MATCH ? ORDER BY rowid DESC LIMIT ?) JOIN videos USING (n)`,
    ),
    people: db.prepare(
      `SELECT id FROM people_words JOIN people ON n = people_words.rowid
         WHERE people_words MATCH ? ORDER BY bm25(people_words, 10.0, 1.0), id LIMIT ?`,
    ),
    tags: db.prepare(
      `SELECT min(tag) AS tag, count(*) AS videos FROM tags WHERE folded >= ? AND folded < ?
         GROUP BY folded ORDER BY videos DESC, folded LIMIT ?`,
    ),
  };
}
