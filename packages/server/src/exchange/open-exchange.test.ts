import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Exchange } from './exchange.ts';
import type { ExchangeProblem } from './exchange-problem.ts';
import { a, b, eu, subtotals, us, watermark } from './fake-publications.ts';
import { FakeTime } from './fake-time.ts';
import { openExchange } from './open-exchange.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const NOON_TEXT = '2026-11-22T12:00:00.000Z';

let folder: string;
let file: string;
let time: FakeTime;
let problems: ExchangeProblem[];
const opened: Exchange[] = [];

function open(cells = [us, eu], videosMax = 100): Exchange {
  time = new FakeTime();
  const exchange = openExchange({
    file,
    cells,
    clock: time.clock,
    timers: time.timers,
    onProblem: (problem) => problems.push(problem),
    videosMax,
  });
  opened.push(exchange);
  return exchange;
}

/** An exchange that has heard of `a` from both cells, and of `b` from one, and saved it. */
async function saveSome(): Promise<void> {
  const exchange = open();
  exchange.accept(subtotals(us, 2, 123, { a: [7, 300], b: [3, 4] }));
  exchange.accept(watermark(us, 2, 123, NOON));
  exchange.accept(subtotals(eu, 1, 88, { a: [5, 45] }));
  exchange.accept(watermark(eu, 1, 88, NOON + 20));
  await exchange.close();
}

/** The kinds of what was told, after a start that must end with nothing known. */
function startsEmpty(): readonly string[] {
  const exchange = open();
  expect(exchange.counts(a).likes).toEqual({ value: null, state: 'unknown', asOf: null });
  expect(exchange.positionOf(us)).toBeUndefined();
  return problems.map(({ kind }) => kind);
}

const unreadable = () => readdirSync(folder).filter((name) => name.includes('.unreadable-'));

function sql(text: string): void {
  const db = new DatabaseSync(file);
  db.exec(text);
  db.close();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast exchange '));
  file = join(folder, 'exchange.db');
  problems = [];
});

afterEach(async () => {
  for (const exchange of opened.splice(0)) await exchange.close();
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

describe('a restart', () => {
  test('X10: shows the last good counts as stale while the cells are away', async () => {
    await saveSome();
    const exchange = open();
    const counts = {
      likes: { value: 12, state: 'stale', asOf: NOON_TEXT },
      views: { value: 345, state: 'stale', asOf: NOON_TEXT },
      cells: {
        us: { likes: 7, views: 300, state: 'stale', asOf: NOON_TEXT, epoch: 2, seq: 123 },
        eu: { likes: 5, state: 'stale', asOf: '2026-11-22T12:00:00.020Z', epoch: 1, seq: 88 },
      },
    };
    expect(exchange.counts(a)).toMatchObject(counts);
    time.pass(86_400_000);
    expect(exchange.counts(a)).toMatchObject(counts);
    expect(JSON.parse(exchange.countsJson(a))).toEqual(exchange.counts(a));
  });

  test('X10: shows what the resync brings as stale until its watermark has come', async () => {
    await saveSome();
    const exchange = open();
    exchange.accept(subtotals(us, 2, 130, { a: [9, 310] }));
    expect(exchange.counts(a).cells['us']).toMatchObject({ likes: 9, state: 'stale', seq: 123 });
    exchange.accept(watermark(us, 2, 131, NOON + 60_000));
    expect(exchange.counts(a).cells['us']).toMatchObject({ likes: 9, state: 'live', seq: 131 });
    expect(exchange.counts(a).likes).toMatchObject({ value: 14, state: 'stale' });
  });

  test('X10: asks each cell for what changed after the stored position', async () => {
    await saveSome();
    const exchange = open();
    expect([exchange.positionOf(us), exchange.positionOf(eu)]).toEqual([
      { epoch: 2, seq: 123 },
      { epoch: 1, seq: 88 },
    ]);
  });

  test('X8: leaves unknown what a cell had not said before, never 0', async () => {
    await saveSome();
    const { likes, cells } = open().counts(b);
    expect(likes).toEqual({ value: null, state: 'unknown', asOf: null });
    expect([cells['us']?.likes, cells['eu']?.likes]).toEqual([3, null]);
  });

  test('X8: with a cell more than before knows nothing of that cell', async () => {
    await saveSome();
    const row = 'row' as typeof us;
    const exchange = open([us, eu, row]);
    expect(exchange.counts(a).likes.state).toBe('unknown');
    expect(exchange.counts(a).cells['us']).toMatchObject({ likes: 7, state: 'stale' });
    expect(exchange.positionOf(row)).toBeUndefined();
  });

  test('X1: with cells in another order gives each its own numbers', async () => {
    await saveSome();
    const { cells } = open([eu, us]).counts(a);
    expect([cells['us']?.likes, cells['eu']?.likes]).toEqual([7, 5]);
  });

  test('X2: keeps what is newer when older publications come again', async () => {
    await saveSome();
    const exchange = open();
    exchange.accept(subtotals(us, 2, 100, { a: [1, 1] }));
    expect(exchange.counts(a).cells['us']?.likes).toBe(7);
  });

  test('X21: without closing shows what was saved last', async () => {
    const before = open();
    before.accept(subtotals(us, 2, 123, { a: [7, 300] }));
    before.accept(watermark(us, 2, 123, NOON));
    time.pass(1_000);
    before.accept(subtotals(us, 2, 124, { a: [8, 300] }));
    const crashed = mkdtempSync(join(tmpdir(), 'holdfast crashed '));
    for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(crashed, name));
    await before.close();
    file = join(crashed, 'exchange.db');
    expect(open([us]).counts(a).likes).toEqual({ value: 7, state: 'stale', asOf: NOON_TEXT });
    rmSync(crashed, { recursive: true });
  });

  test('X21: goes on saving where the run before has ended', async () => {
    await saveSome();
    const second = open();
    second.accept(subtotals(eu, 1, 89, { b: [1, 2], c: [0, 0] }));
    second.accept(watermark(eu, 1, 89, NOON));
    await second.close();
    const third = open();
    expect(third.counts(b).likes).toMatchObject({ value: 4, state: 'stale' });
    expect(third.counts(a).likes).toMatchObject({ value: 12, state: 'stale' });
  });

  test('X22: writes no subtotal that is on disk already', async () => {
    await saveSome();
    sql("CREATE TRIGGER none BEFORE INSERT ON subtotals BEGIN SELECT RAISE(ABORT, 'none'); END");
    const exchange = open();
    exchange.accept(watermark(us, 2, 124, NOON));
    await exchange.close();
    expect(problems).toEqual([]);
  });

  test('X27: with a lower limit of videos moves no position on', async () => {
    await saveSome();
    const small = open([us, eu], 1);
    small.accept(subtotals(us, 2, 124, { a: [8, 300], b: [9, 9] }));
    small.accept(watermark(us, 2, 124, NOON));
    await small.close();
    const exchange = open();
    expect(exchange.positionOf(us)).toEqual({ epoch: 2, seq: 123 });
    expect([exchange.counts(a).likes.value, exchange.counts(b).cells['us']?.likes]).toEqual([
      13, 3,
    ]);
  });
});

describe('a file that cannot be used', () => {
  test.each<[string, () => void]>([
    ['is no database', () => writeFileSync(file, 'likes: 7')],
    ['is cut off', () => truncateSync(file, 5_000)],
    ['has a damaged page', () => damage(8_192)],
    ['has lost its head', () => damage(0)],
    ['is of another program', () => sql('PRAGMA application_id = 7')],
    ['is of a newer version', () => sql('PRAGMA user_version = 99')],
    ['misses a table', () => sql('DROP TABLE positions')],
    ['has a count below 0', () => sql('UPDATE subtotals SET likes = -1')],
    ['has a number too large', () => sql('UPDATE subtotals SET views = 9223372036854775807')],
    ['has a subtotal of no video', () => sql('DELETE FROM videos WHERE slot = 1')],
    ['has one video twice', () => sql("UPDATE videos SET video = 'a'")],
    ['has a video id of another form', () => sql("UPDATE videos SET video = 'a b' WHERE slot = 1")],
  ])('X23: one that %s is moved aside and the exchange starts empty', async (_, harm) => {
    await saveSome();
    harm();
    const harmed = readFileSync(file);
    expect(startsEmpty()).toEqual(['file-set-aside']);
    expect(unreadable()).toEqual(['exchange.db.unreadable-2026-11-22T14-00-00.000Z']);
    expect(problems[0]?.message).toContain(unreadable()[0]);
    expect(readFileSync(join(folder, unreadable()[0] ?? '')).equals(harmed)).toBe(true);
  });

  test('X23: what stood only in the log of one moved aside is still there', () => {
    const origin = join(folder, 'origin.db');
    const db = new DatabaseSync(origin);
    db.exec("PRAGMA journal_mode = WAL; CREATE TABLE notes (note); INSERT INTO notes VALUES ('x')");
    for (const suffix of ['', '-wal']) copyFileSync(origin + suffix, file + suffix);
    db.close();
    expect(startsEmpty()).toEqual(['file-set-aside']);
    const aside = new DatabaseSync(join(folder, unreadable()[0] ?? ''));
    expect(aside.prepare('SELECT note FROM notes').get()).toEqual({ note: 'x' });
    aside.close();
  });

  test('X23: after one was moved aside the next start finds what was saved since', async () => {
    writeFileSync(file, 'likes: 7');
    await saveSome();
    expect(open().counts(a).likes).toMatchObject({ value: 12, state: 'stale' });
    expect(problems.map(({ kind }) => kind)).toEqual(['file-set-aside']);
  });

  test('X24: one that cannot be opened is left, and reads go on from memory', async () => {
    mkdirSync(file);
    const exchange = open([us]);
    exchange.accept(subtotals(us, 1, 1, { a: [7, 300] }));
    exchange.accept(watermark(us, 1, 1, NOON));
    time.pass(1_000);
    expect(exchange.counts(a).likes).toMatchObject({ value: 7, state: 'live' });
    expect(problems.map(({ kind }) => kind)).toEqual(['file-unavailable']);
    await exchange.close();
    expect(readdirSync(folder)).toEqual(['exchange.db']);
  });

  test('X24: one that another gateway uses is left to it', async () => {
    const first = open([us]);
    first.accept(subtotals(us, 1, 1, { a: [7, 300] }));
    first.accept(watermark(us, 1, 1, NOON));
    time.pass(1_000);
    const second = open([us]);
    expect(second.counts(a).likes.state).toBe('unknown');
    expect(problems.map(({ kind }) => kind)).toEqual(['file-unavailable']);
    expect(unreadable()).toEqual([]);
  });
});

test('X25: a save that the disk refuses half-way stores nothing of its batch', async () => {
  await saveSome();
  sql("CREATE TRIGGER full BEFORE INSERT ON positions BEGIN SELECT RAISE(ABORT, 'full'); END");
  const exchange = open();
  exchange.accept(subtotals(us, 2, 124, { a: [8, 300], c: [1, 1] }));
  exchange.accept(watermark(us, 2, 124, NOON));
  time.pass(1_000);
  expect(exchange.counts(a).likes.value).toBe(13);
  await exchange.close();
  expect(problems.map(({ kind }) => kind)).toEqual(['save-failed']);
  const after = open();
  expect([after.positionOf(us)?.seq, after.counts(a).likes.value]).toEqual([123, 12]);
});

/** Overwrites a piece of the file. */
function damage(atByte: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, atByte, atByte + 4_096);
  writeFileSync(file, bytes);
}
