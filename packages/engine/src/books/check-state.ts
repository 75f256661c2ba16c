// The recount: every number that a stored state shows, made again from the rows it came from.
//
// Sessions and sketches, which no other rows add up to, are looked at in check-rows.ts.
//
// Nothing here uses the code that keeps the numbers up to date, beyond the hash of a row. It reads
// one snapshot of `state.db`, so it may run beside a server.

import type { DatabaseSync } from 'node:sqlite';
import { personOf, videoOf } from '../counting/numbers.ts';
import type { LikeKey, PersonNo, VideoNo } from '../counting/numbers.ts';
import type { MetaRow } from '../counting/rows.ts';
import { COMMITTED } from '../counting/lines.ts';
import { emptyHash, hashHex, moveCount, moveLike, moveName } from '../counting/set-hash.ts';
import { textHash } from '../counting/set-hash.ts';
import { addTally, emptyTally, TALLY_SLOT, tallyTotal, unpackTally } from '../counting/tallies.ts';
import { lanesOfBytes } from '../journal/batch-codec.ts';
import { numbersFromBytes } from '../state/sqlite/row-bytes.ts';
import { readMeta } from '../state/sqlite/state-reads.ts';
import { checkDetails } from './check-details.ts';
import { checkSessions, checkSketches } from './check-rows.ts';
import { Differences, progressOf } from './differences.ts';
import type { CheckOptions, Difference } from './differences.ts';

type CheckedRows = 'likes' | 'videos' | 'rollups' | 'persons' | 'sessions' | 'sketches' | 'details';

export type StateCheck = Readonly<{
  meta: MetaRow | undefined;
  differences: readonly Difference[];
  checked: Readonly<Record<CheckedRows, number>>;
}>;

/** What the rows add up to for each video, by its number. */
type Sums = Readonly<{
  likeRows: Float64Array;
  corrected: Readonly<{ likes: Float64Array; views: Float64Array }>;
  rolled: Readonly<Record<RolledField, Float64Array>>;
}>;

const ROLLED = ['likes', 'views', 'starts', 'loops', 'watch_ms'] as const;
type RolledField = (typeof ROLLED)[number];

/** Recounts a state. `db` reads one snapshot: the caller has begun a transaction. */
export function checkState(db: DatabaseSync, options: CheckOptions): StateCheck {
  const differences = new Differences();
  const integrity = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
  differences.expect('pages of state.db', 'ok', String(integrity));
  const meta = readMeta(db);
  const none = {
    likes: 0,
    videos: 0,
    rollups: 0,
    persons: 0,
    sessions: 0,
    sketches: 0,
    details: 0,
  };
  if (meta === undefined) return { meta, differences: differences.found, checked: none };
  const sums = emptySums(meta);
  const persons = checkPersons(db, meta, differences);
  checkIds(db, differences);
  const likes = recountLikes(db, meta, sums, differences, options);
  const rollups = sumRollups(db, sums, differences, options);
  sumCorrections(db, sums);
  const videos = checkVideos(db, meta, sums, differences, options);
  differences.expect('books: ops by class', meta.opsAccepted, tallyTotal(meta.books));
  const sessions = checkSessions(db, differences, progressOf('checking sessions', 0, options));
  const step = progressOf('checking unique viewers', 0, options);
  const sketches = checkSketches(db, sums.rolled.views, differences, step);
  const details = checkDetails(db, meta, differences, progressOf('checking days', 0, options));
  const checked = { likes, videos, rollups, persons, sessions, sketches, details };
  return { meta, differences: differences.found, checked };
}

function emptySums(meta: MetaRow): Sums {
  const column = (): Float64Array => new Float64Array(meta.videosNumbered + 1);
  const rolled = Object.fromEntries(ROLLED.map((field) => [field, column()]));
  return {
    likeRows: column(),
    corrected: { likes: column(), views: column() },
    rolled: rolled as Sums['rolled'],
  };
}

function countBy(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0]);
}

function checkPersons(db: DatabaseSync, meta: MetaRow, differences: Differences): number {
  const persons = countBy(db, 'SELECT count(*) FROM persons');
  differences.expect('persons numbered', meta.personsNumbered, persons);
  const lost = countBy(
    db,
    `SELECT count(*) FROM persons p LEFT JOIN subjects s ON s.pseudonym = p.pseudonym
     WHERE p.erased_at = 0 AND s.person IS NOT p.person`,
  );
  differences.expect('persons whose name leads elsewhere', 0, lost);
  const left = countBy(
    db,
    `SELECT count(*) FROM subjects s LEFT JOIN persons p USING (person)
     WHERE p.pseudonym IS NOT s.pseudonym`,
  );
  differences.expect('names that lead to nobody', 0, left);
  return persons;
}

/** The ids by which ops find their video; one that is lost would turn ops away as unknown. */
function checkIds(db: DatabaseSync, differences: Differences): void {
  const lost = countBy(
    db,
    'SELECT count(*) FROM counts c LEFT JOIN videos v USING (id) WHERE v.no IS NOT c.no',
  );
  differences.expect('videos whose id leads elsewhere', 0, lost);
  const left = countBy(
    db,
    'SELECT count(*) FROM videos v LEFT JOIN counts c USING (no) WHERE c.no IS NULL',
  );
  differences.expect('ids that lead to no video', 0, left);
}

/** C7 and C23 from the like rows alone; rows come ordered by person, so each is read once. */
function recountLikes(
  db: DatabaseSync,
  meta: MetaRow,
  sums: Sums,
  differences: Differences,
  options: CheckOptions,
): number {
  const hash = emptyHash();
  for (const row of db.prepare('SELECT person, pseudonym FROM persons').iterate()) {
    const name = lanesOfBytes(row['pseudonym'] as Uint8Array);
    const isForgotten = name.every((lane) => lane === 0);
    if (!isForgotten) moveName(hash, row['person'] as number, name, 1);
  }
  const nameOf = db.prepare('SELECT pseudonym FROM persons WHERE person = ?');
  const statement = db.prepare('SELECT key FROM likes ORDER BY key');
  statement.setReturnArrays(true);
  const step = progressOf('recounting likes', meta.likeRows, options);
  let person = 0 as PersonNo;
  let likes = 0;
  for (const row of statement.iterate()) {
    const key = ((row as unknown as number[])[0] ?? 0) as LikeKey;
    const video = videoOf(key);
    if (personOf(key) !== person) {
      person = personOf(key);
      const isKnown = nameOf.get(person) !== undefined;
      if (!isKnown) differences.expect('like row of a known person', 1, 0);
    }
    moveLike(hash, person, video, 1);
    if (sums.likeRows[video] === undefined) differences.expect('like row of a known video', 1, 0);
    sums.likeRows[video] = (sums.likeRows[video] ?? 0) + 1;
    likes += 1;
    step();
  }
  differences.expect('like rows', meta.likeRows, likes);
  differences.expect('hash of the like rows', hashHex(meta.likesHash), hashHex(hash));
  return likes;
}

function sumRollups(
  db: DatabaseSync,
  sums: Sums,
  differences: Differences,
  options: CheckOptions,
): number {
  const statement = db.prepare('SELECT video, likes, views, starts, loops, watch_ms FROM rollups');
  const step = progressOf('adding up buckets', 0, options);
  let rollups = 0;
  for (const row of statement.iterate()) {
    const video = row['video'] as number;
    for (const field of ROLLED) {
      const column = sums.rolled[field];
      column[video] = (column[video] ?? 0) + (row[field] as number);
    }
    if (sums.likeRows[video] === undefined) differences.expect('bucket of a known video', 1, 0);
    rollups += 1;
    step();
  }
  return rollups;
}

function sumCorrections(db: DatabaseSync, sums: Sums): void {
  const rows = db.prepare('SELECT video, metric, delta FROM corrections WHERE from_rows = 0');
  for (const row of rows.iterate()) {
    const column = sums.corrected[row['metric'] as 'likes' | 'views'];
    const video = row['video'] as number;
    column[video] = (column[video] ?? 0) + (row['delta'] as number);
  }
}

const COLUMN: Readonly<Record<(typeof COMMITTED)[number], string>> = {
  likes: 'likes',
  likesCorrected: 'likes_corrected',
  views: 'views',
  viewsCorrected: 'views_corrected',
  starts: 'starts',
  loops: 'loops',
  watchMs: 'watch_ms',
};

/** Every number of every video against the sums; the tallies against the books (C10). */
function checkVideos(
  db: DatabaseSync,
  meta: MetaRow,
  sums: Sums,
  differences: Differences,
  options: CheckOptions,
): number {
  const hash = emptyHash();
  const books = emptyTally();
  const step = progressOf('checking videos', meta.videosNumbered, options);
  let videos = 0;
  for (const row of db.prepare('SELECT * FROM counts ORDER BY no').iterate()) {
    const no = row['no'] as VideoNo;
    moveName(hash, no, textHash(row['id'] as string), 1);
    const name = `of ${String(row['id'])}`;
    const tally = unpackTally(numbersFromBytes(row['tally'] as Uint8Array));
    differences.expect(`likes ${name}`, sums.likeRows[no] ?? 0, row['likes'] as number);
    for (const field of ROLLED) {
      differences.expect(
        `buckets: ${field} ${name}`,
        row[field] as number,
        sums.rolled[field][no] ?? 0,
      );
    }
    const counted = tally[TALLY_SLOT.view.counted] ?? 0;
    differences.expect(`views ${name}`, counted, row['views'] as number);
    checkCorrections(row, name, no, sums, differences);
    COMMITTED.forEach((field, slot) => {
      moveCount(hash, no, slot, row[COLUMN[field]] as number);
    });
    addTally(books, tally);
    videos += 1;
    step();
  }
  addTally(books, meta.elsewhere);
  differences.expect('videos numbered', meta.videosNumbered, videos);
  differences.expect('hash of the counts', hashHex(meta.countsHash), hashHex(hash));
  meta.books.forEach((count, slot) => {
    differences.expect(`books: class ${slot} by video`, count, books[slot] ?? 0);
  });
  return videos;
}

function checkCorrections(
  row: Record<string, unknown>,
  name: string,
  no: number,
  sums: Sums,
  differences: Differences,
): void {
  const views = sums.corrected.views[no] ?? 0;
  differences.expect(`corrections of views ${name}`, views, row['views_corrected'] as number);
  const likes = sums.corrected.likes[no] ?? 0;
  differences.expect(`corrections of likes ${name}`, likes, row['likes_corrected'] as number);
}
