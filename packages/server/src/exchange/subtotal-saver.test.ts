import { beforeEach, expect, test } from 'vitest';
import type { Publication } from '../border/publication.ts';
import type { ExchangeProblem } from './exchange-problem.ts';
import { a, eu, subtotals, us, watermark } from './fake-publications.ts';
import { FakeStore } from './fake-store.ts';
import { FakeTime } from './fake-time.ts';
import { SubtotalBook } from './subtotal-book.ts';
import {
  ROWS_PER_SAVE_MAX,
  SAVE_PAUSE_MS,
  SAVE_RETRY_MS,
  SubtotalSaver,
} from './subtotal-saver.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
/** Videos for several transactions. */
const MANY = ROWS_PER_SAVE_MAX * 4;

let time: FakeTime;
let store: FakeStore;
let book: SubtotalBook;
let saver: SubtotalSaver;
let problems: ExchangeProblem[];

beforeEach(() => {
  time = new FakeTime();
  store = new FakeStore();
  problems = [];
  start();
});

function start(videosMax = MANY): void {
  book = new SubtotalBook([us, eu], videosMax);
  store.port.load(book);
  saver = new SubtotalSaver({
    book,
    store: store.port,
    monotonicMs: time.clock.monotonicMs,
    timers: time.timers,
    onProblem: (problem) => problems.push(problem),
  });
}

function take(...publications: readonly Publication[]): void {
  for (const publication of publications) {
    const cell = book.cellNumber(publication.jurisdiction) ?? -1;
    if (publication.kind === 'watermark') book.mergeWatermark(cell, publication, 0);
    else book.mergeSubtotals(cell, publication, undefined);
  }
}

const many = (seq: number, value: number) =>
  subtotals(
    us,
    1,
    seq,
    Object.fromEntries(Array.from({ length: MANY }, (_, n) => [`v${n}`, [value, value] as const])),
  );

const likesOnDisk = () => [...store.rows.values()].map(({ subtotal }) => subtotal.likes);

test('X20: the first save of a quiet tick holds subtotals and position in one transaction', () => {
  take(subtotals(us, 1, 10, { a: [7, 300] }), watermark(us, 1, 10, NOON));
  time.pass(SAVE_PAUSE_MS);
  expect(store.batchSizes).toHaveLength(1);
  expect(store.rows.get('0/0')?.subtotal).toEqual({ epoch: 1, seq: 10, likes: 7, views: 300 });
  expect(store.positions.get(0)).toMatchObject({ epoch: 1, seq: 10, atMs: NOON });
});

test('X20: no position is stored before all subtotals that came before it', () => {
  take(many(10, 1), watermark(us, 1, 10, NOON));
  time.pass(SAVE_PAUSE_MS);
  const seen: [rows: number, position: number | undefined][] = [];
  while (store.rows.size < MANY) {
    seen.push([store.rows.size, store.positions.get(0)?.seq]);
    time.pass(1);
  }
  expect(seen.length).toBeGreaterThan(3);
  expect(seen.every(([, position]) => position === undefined)).toBe(true);
});

test('X20: a position that moves while a sweep runs waits for the next sweep', () => {
  take(many(10, 1), watermark(us, 1, 10, NOON));
  time.pass(SAVE_PAUSE_MS);
  take(subtotals(us, 1, 11, { v0: [2, 2] }), watermark(us, 1, 11, NOON));
  time.pass(100);
  expect(store.positions.get(0)?.seq).toBe(10);
  time.pass(SAVE_PAUSE_MS);
  expect(store.positions.get(0)?.seq).toBe(11);
});

test('X20: what changes while it waits behind the sweep is saved by the next one', () => {
  take(many(10, 1), watermark(us, 1, 10, NOON));
  time.pass(SAVE_PAUSE_MS + 100);
  take(many(11, 2), watermark(us, 1, 11, NOON));
  time.pass(SAVE_PAUSE_MS);
  take(subtotals(us, 1, 12, { v0: [3, 3] }), watermark(us, 1, 12, NOON));
  time.pass(2 * SAVE_PAUSE_MS);
  expect(likesOnDisk()).toEqual([3, ...Array.from({ length: MANY - 1 }, () => 2)]);
});

test('X22: no transaction has more than its rows', () => {
  take(many(10, 1), watermark(us, 1, 10, NOON));
  time.pass(10 * SAVE_PAUSE_MS);
  expect(store.rows.size).toBe(MANY);
  expect(Math.max(...store.batchSizes)).toBe(ROWS_PER_SAVE_MAX);
});

test('X22: nothing is written when nothing has changed', () => {
  take(subtotals(us, 1, 10, { a: [7, 300] }), watermark(us, 1, 10, NOON));
  time.pass(10 * SAVE_PAUSE_MS);
  expect(store.batchSizes).toHaveLength(1);
});

test('X22: what was loaded is not written again', async () => {
  take(subtotals(us, 1, 10, { a: [7, 300] }), watermark(us, 1, 10, NOON));
  await saver.close();
  start();
  await saver.close();
  expect(store.batchSizes).toHaveLength(1);
});

test('X25: what could not be saved is saved when saving works again, each told once', () => {
  store.failure = new Error('disk full');
  take(subtotals(us, 1, 10, { a: [7, 300] }), watermark(us, 1, 10, NOON));
  time.pass(SAVE_PAUSE_MS + 3 * SAVE_RETRY_MS);
  expect(problems).toMatchObject([{ kind: 'save-failed', cause: store.failure }]);
  store.failure = undefined;
  time.pass(SAVE_RETRY_MS);
  expect(problems.map(({ kind }) => kind)).toEqual(['save-failed', 'save-resumed']);
  expect([likesOnDisk(), store.positions.get(0)?.seq]).toEqual([[7], 10]);
});

test('X25: reads do not notice that saving fails', () => {
  store.failure = new Error('disk full');
  take(subtotals(us, 1, 10, { a: [7, 300] }), watermark(us, 1, 10, NOON));
  time.pass(SAVE_PAUSE_MS);
  expect(book.counts(a, 0).cells['us']).toMatchObject({ likes: 7, state: 'live' });
});

test('X25: a failure in the middle of a sweep stores no position', () => {
  take(many(10, 1), watermark(us, 1, 10, NOON));
  time.pass(SAVE_PAUSE_MS + 4);
  store.failure = new Error('disk full');
  time.pass(1);
  expect(store.rows.size).toBeLessThan(MANY);
  store.failure = undefined;
  take(watermark(us, 1, 11, NOON));
  time.pass(SAVE_RETRY_MS + 100);
  expect([store.rows.size, store.positions.get(0)?.seq]).toEqual([MANY, 11]);
});

test('X26: closing saves the rest, even in the middle of a sweep', async () => {
  take(many(10, 1), watermark(us, 1, 10, NOON));
  time.pass(SAVE_PAUSE_MS + 2);
  take(subtotals(us, 1, 11, { v0: [9, 9] }), watermark(us, 1, 11, NOON));
  await saver.close();
  expect([store.rows.size, store.positions.get(0)?.seq, store.open]).toEqual([MANY, 11, false]);
  expect(likesOnDisk()[0]).toBe(9);
});

test('X26: closing while saving fails is told and closes all the same', async () => {
  store.failure = new Error('disk full');
  take(subtotals(us, 1, 10, { a: [7, 300] }));
  await saver.close();
  expect([problems.map(({ kind }) => kind), store.open]).toEqual([['save-failed'], false]);
});

test('X27: positions stand still once a video found no room, so that a resync brings it', () => {
  start(1);
  take(subtotals(us, 1, 10, { a: [7, 300] }), watermark(us, 1, 10, NOON));
  time.pass(SAVE_PAUSE_MS);
  take(subtotals(us, 1, 11, { a: [8, 300], b: [1, 1] }), watermark(us, 1, 11, NOON));
  time.pass(2 * SAVE_PAUSE_MS);
  expect([likesOnDisk(), store.positions.get(0)?.seq]).toEqual([[8], 10]);
});
