import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStateReader } from '../state/sqlite/schema.ts';
import { openSqliteStateStore } from '../state/sqlite/sqlite-state-store.ts';
import { DETAIL } from '../counting/day-detail.ts';
import type { DayDetail } from '../counting/day-detail.ts';
import { detailFromBytes, detailToBytes, numbersToBytes } from '../state/sqlite/row-bytes.ts';
import { START_MS } from '../testing/batches.ts';
import { EngineRun } from '../testing/engine-run.ts';
import type { Step } from '../testing/model-run.ts';
import { seededRandom } from '../testing/random.ts';
import { checkState } from './check-state.ts';
import type { Difference } from './differences.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-books-'));
const sound = join(folder, 'sound.db');
afterAll(() => rmSync(folder, { recursive: true }));

/** A life with everything in it: likes, views, refusals, corrections, an erasure. */
function steps(): Step[] {
  const random = seededRandom(2);
  const all: Step[] = [];
  for (let index = 0; index < 250; index += 1) {
    const session = random.below(10);
    const kind = random.pick(['like', 'like', 'unlike', 'view'] as const);
    const op = { kind, video: random.below(5), watchedMs: 2_500 };
    all.push({ kind: 'send', session, op, skip: 0 });
    if (index % 9 === 0) all.push({ kind: 'resend', session, back: 1 });
    if (index % 20 === 0) all.push({ kind: 'tick', ms: 45_000 });
    if (index % 40 === 0)
      all.push({ kind: 'correct', name: undefined, video: index, metric: 'views', delta: 3 });
    if (index % 60 === 0)
      all.push({ kind: 'correct', name: undefined, video: index, metric: 'likes', delta: 2 });
  }
  all.splice(120, 0, { kind: 'erase', person: 2 });
  return all;
}

beforeAll(async () => {
  const run = await EngineRun.open();
  for (const step of steps()) await run.step(step);
  await run.check();
  if (run.engine.meta.likeRows < 3) throw new Error('too few likes to break any');
  const store = await openSqliteStateStore(sound);
  for (const changes of run.store.flushes) await store.store(changes);
  await store.close();
});

let copies = 0;
/** What the check says after a change was made by hand. */
function differencesAfter(change: (db: DatabaseSync) => void): readonly Difference[] {
  copies += 1;
  const file = join(folder, `${copies}.db`);
  copyFileSync(sound, file);
  const writer = new DatabaseSync(file);
  change(writer);
  writer.close();
  const reader = openStateReader(file);
  const { differences } = checkState(reader, {
    onProgress: () => undefined,
    monotonicMs: () => 0,
  });
  reader.close();
  return differences;
}

test('a state that was left alone has no differences, and every row was looked at', () => {
  const reader = openStateReader(sound);
  const { differences, checked, meta } = checkState(reader, {
    onProgress: () => undefined,
    monotonicMs: () => 0,
  });
  reader.close();
  expect(differences).toEqual([]);
  expect(checked.likes).toBe(meta?.likeRows);
  expect(checked).toMatchObject({ videos: 4, persons: meta?.personsNumbered });
  expect(checked.rollups).toBeGreaterThan(4);
  expect(checked.details).toBe(4);
});

test('C21: nor after its rollups were made coarser', async () => {
  const file = join(folder, 'coarse', 'state.db');
  const store = await openSqliteStateStore(file);
  const run = await EngineRun.open();
  for (const step of steps()) await run.step(step);
  await run.check();
  for (const changes of run.store.flushes) await store.store(changes);
  await store.maintain(START_MS + 200 * 86_400_000);
  await store.close();
  const reader = openStateReader(file);
  const { differences, checked } = checkState(reader, {
    onProgress: () => undefined,
    monotonicMs: () => 0,
  });
  reader.close();
  expect(differences).toEqual([]);
  expect(checked.rollups).toBeLessThanOrEqual(4);
});

test('a state in which nothing was ever stored has nothing to differ', () => {
  const differences = differencesAfter((db) => db.exec('DELETE FROM meta'));
  expect(differences).toEqual([]);
});

const sql =
  (...statements: string[]) =>
  (db: DatabaseSync): void => {
    for (const statement of statements) {
      const { changes } = db.prepare(statement).run();
      if (changes === 0) throw new Error(`nothing changed: ${statement}`);
    }
  };
const firstLike = '(SELECT min(key) FROM likes)';
/** A like of somebody known for something known that was not there. */
const newLike = `INSERT INTO likes SELECT person * 67108864 + no, 1 FROM persons, counts
  WHERE person * 67108864 + no NOT IN (SELECT key FROM likes) LIMIT 1`;
const living = '(SELECT min(person) FROM subjects)';
const erased = '(SELECT min(person) FROM persons WHERE erased_at > 0)';
const firstDetail = '(SELECT min(key) FROM details)';
const firstBucket = '(SELECT min(minute) FROM rollups)';

function withDetail(change: (detail: DayDetail) => void): (db: DatabaseSync) => void {
  return (db) => {
    const row = db.prepare('SELECT key, data FROM details ORDER BY key LIMIT 1').get();
    const detail = detailFromBytes(row?.['data'] as Uint8Array);
    change(detail);
    const data = detailToBytes(detail);
    db.prepare('UPDATE details SET data = ? WHERE key = ?').run(data, row?.['key'] as number);
  };
}

/** Adds one to the first number of the first tally that is not empty. */
function wrongTally(db: DatabaseSync): void {
  const row = db.prepare('SELECT no, tally FROM counts WHERE length(tally) > 0 LIMIT 1').get();
  const tally = Uint8Array.from((row?.['tally'] ?? []) as Uint8Array);
  const padded = Uint8Array.of(...tally, ...numbersToBytes([32 + 6]));
  db.prepare('UPDATE counts SET tally = ? WHERE no = ?').run(padded, row?.['no'] as number);
}

function addToBooks(column: 'books' | 'elsewhere'): (db: DatabaseSync) => void {
  return (db) => {
    const { [column]: text } = db.prepare(`SELECT ${column} FROM meta`).get() ?? {};
    const books = JSON.parse(String(text)) as number[];
    books[3] = (books[3] ?? 0) + 1;
    db.prepare(`UPDATE meta SET ${column} = ?`).run(JSON.stringify(books));
  };
}

function flip(table: string, column: string): (db: DatabaseSync) => void {
  return (db) => {
    const { value } = db.prepare(`SELECT ${column} AS value FROM ${table} LIMIT 1`).get() ?? {};
    const bytes = Uint8Array.from(value as Uint8Array);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    const where = `rowid = (SELECT rowid FROM ${table} LIMIT 1)`;
    db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(bytes);
  };
}

/** A video's first day gets viewers beyond all views that it has. */
function tooManyViewers(db: DatabaseSync): void {
  const hashes = Float64Array.from({ length: 1_000 }, (_, index) => index);
  const { key } = db.prepare('SELECT min(key) AS key FROM uniques').get() ?? {};
  const update = db.prepare('UPDATE uniques SET data = ? WHERE key = ?');
  update.run(new Uint8Array(hashes.buffer), key as number);
}

describe('one change is found:', () => {
  test.each<[string, (db: DatabaseSync) => void, RegExp]>([
    [
      'C6: a like row is gone',
      sql(`DELETE FROM likes WHERE key = ${firstLike}`),
      /likes of|like rows/,
    ],
    ['C6: a like row too many', sql(newLike), /like rows/],
    [
      'C23: a like row became another',
      sql(`UPDATE likes SET key = key + 67108864 * 2 WHERE key = ${firstLike}`),
      /hash of the like rows/,
    ],
    ['C7: a like count', sql('UPDATE counts SET likes = likes + 1 WHERE no = 2'), /^likes of v2/m],
    [
      'C2: a session that did not see its highest number',
      sql('UPDATE sessions SET seen_low = 2 WHERE key = (SELECT min(key) FROM sessions)'),
      /session 1/,
    ],
    [
      'C2: a session that saw a number below 1',
      sql("UPDATE sessions SET seen_high = 1 << 31, highest = 5 WHERE key LIKE '~%'"),
      /session \d/,
    ],
    [
      'C22: a sketch that cannot be one',
      sql("UPDATE uniques SET data = x'0102' WHERE key = (SELECT min(key) FROM uniques)"),
      /unique viewers of video 1/,
    ],
    ['C22: a sketch of another kind', sql('UPDATE uniques SET kind = 7'), /unique viewers of/],
    ['C22: viewers who never viewed', tooManyViewers, /viewers of video 1, at most/],
    [
      'C22: a sketch of no video',
      sql('UPDATE uniques SET key = key + 32768 * 4096 WHERE key = (SELECT max(key) FROM uniques)'),
      /a known video/,
    ],
    ['a view count', sql('UPDATE counts SET views = views + 1 WHERE no = 2'), /^views of v2/m],
    [
      'V2: a number of starts',
      sql('UPDATE counts SET starts = starts + 1 WHERE no = 2'),
      /starts of v2/,
    ],
    [
      'V2: a number of loops',
      sql('UPDATE counts SET loops = loops + 1 WHERE no = 2'),
      /loops of v2/,
    ],
    [
      'V2: a watch time',
      sql('UPDATE counts SET watch_ms = watch_ms + 1 WHERE no = 2'),
      /watch_ms of v2/,
    ],
    [
      'C14: a corrected number of likes',
      sql('UPDATE counts SET likes_corrected = likes_corrected + 1 WHERE no = 2'),
      /corrections of likes of v2/,
    ],
    [
      'C14: a corrected number of views',
      sql('UPDATE counts SET views_corrected = views_corrected + 1 WHERE no = 2'),
      /corrections of views of v2/,
    ],
    [
      'C14: a correction is gone',
      sql("DELETE FROM corrections WHERE metric = 'views' AND video = 1"),
      /corrections of views of v1/,
    ],
    [
      'C20: a bucket',
      sql(`UPDATE rollups SET views = views + 1 WHERE minute = ${firstBucket}`),
      /buckets: views/,
    ],
    [
      'C20: a bucket is gone',
      sql(`DELETE FROM rollups WHERE minute = ${firstBucket}`),
      /buckets: /,
    ],
    [
      'C20: a bucket of no video',
      sql(`INSERT INTO rollups VALUES (1, ${firstBucket}, 99, 0, 1, 0, 0, 0)`),
      /bucket of a known video/,
    ],
    ['C10: a tally', wrongTally, /books: class 6 by video/],
    ['C10: the books', addToBooks('books'), /books: ops by class/],
    ['C10: the books elsewhere', addToBooks('elsewhere'), /books: class 3 by video/],
    ['C10: the ops accepted', sql('UPDATE meta SET ops = ops + 1'), /books: ops by class/],
    ['C23: the likes hash', flip('meta', 'likes_hash'), /hash of the like rows/],
    ['C23: the counts hash', flip('meta', 'counts_hash'), /hash of the counts/],
    ['the number of like rows', sql('UPDATE meta SET like_rows = like_rows + 1'), /like rows/],
    ['the number of persons', sql('UPDATE meta SET persons = persons + 1'), /persons numbered/],
    ['the number of videos', sql('UPDATE meta SET videos = videos + 1'), /videos numbered/],
    ['a person is gone', sql('DELETE FROM persons WHERE person = 1'), /persons numbered/],
    ['a person’s hash', flip('persons', 'pseudonym'), /hash of the like rows|name leads elsewhere/],
    [
      'a name that leads to another person',
      sql(`UPDATE subjects SET person = ${erased} WHERE person = ${living}`),
      /name leads elsewhere/,
    ],
    [
      'a name is gone',
      sql(`DELETE FROM subjects WHERE person = ${living}`),
      /name leads elsewhere/,
    ],
    ['a name of nobody', sql(`INSERT INTO subjects VALUES (x'07', 999)`), /lead to nobody/],
    [
      'C17: a name of somebody erased',
      sql(`INSERT INTO subjects VALUES (x'07', ${erased})`),
      /lead to nobody/,
    ],
    ['a video is gone', sql('DELETE FROM counts WHERE no = 3'), /videos numbered/],
    ['C23: a video’s id', sql("UPDATE counts SET id = 'other' WHERE no = 3"), /hash of the counts/],
    [
      'an id that leads to another video',
      sql("UPDATE videos SET no = 2 WHERE id = 'v3'"),
      /videos whose id leads elsewhere/,
    ],
    ['an id is gone', sql("DELETE FROM videos WHERE id = 'v3'"), /videos whose id leads elsewhere/],
    [
      'C28: a day lost a start',
      withDetail((detail) => (detail[DETAIL.starts + 1] = (detail[DETAIL.starts + 1] ?? 0) + 1)),
      /day \d+ of video [\s\S]*days: starts of/,
    ],
    [
      'C28: a view came from elsewhere',
      withDetail((detail) => {
        const place = detail.findIndex((value, slot) => slot >= DETAIL.views && value > 0);
        detail[place] = (detail[place] ?? 0) - 1;
      }),
      /days: views of/,
    ],
    [
      'C28: watch time of a day',
      withDetail((detail) => (detail[DETAIL.watchMs] = (detail[DETAIL.watchMs] ?? 0) + 1)),
      /days: watch_ms of/,
    ],
    [
      'C28: loops of a day',
      withDetail((detail) => (detail[DETAIL.loops] = (detail[DETAIL.loops] ?? 0) + 1)),
      /days: loops of/,
    ],
    [
      'C28: more engaged views than views',
      withDetail((detail) => (detail[DETAIL.engagedViews] = 10_000)),
      /day \d+ of video/,
    ],
    [
      'C28: a day is gone',
      sql(`DELETE FROM details WHERE key = ${firstDetail}`),
      /days: starts of/,
    ],
    [
      'C28: a day of no video',
      sql(`UPDATE details SET key = key + 50 WHERE key = ${firstDetail}`),
      /a known video/,
    ],
    ['C28: bytes of a day', sql("UPDATE details SET data = x'0505'"), /day \d+ of video/],
    ['an id of no video', sql("INSERT INTO videos VALUES ('v9', 9)"), /ids that lead to no video/],
  ])('%s', (_, change, words) => {
    const differences = differencesAfter(change);
    expect(differences.map(({ what }) => what).join('\n')).toMatch(words);
    for (const { expected, found } of differences) expect(expected).not.toBe(found);
  });
});
