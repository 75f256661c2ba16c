import type { Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { createExchange } from './create-exchange.ts';
import type { After, Exchange } from './exchange.ts';
import type { ExchangeProblem } from './exchange-problem.ts';
import { ExchangeFullError } from './exchange-problem.ts';
import { a, b, eu, subtotals, us, watermark } from './fake-publications.ts';
import { FakeTime } from './fake-time.ts';
import { WAITS_MAX } from './position-waits.ts';
import { SubtotalBook } from './subtotal-book.ts';
import { WATCH_TICK_MS, WATCHED_VIDEOS_MAX, WATCHERS_MAX } from './watchers.ts';

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 22, 12);

let time: FakeTime;
let problems: ExchangeProblem[];
let exchange: Exchange;

function create(videosMax = 100): Exchange {
  return createExchange({
    book: new SubtotalBook([us, eu], videosMax),
    saver: undefined,
    monotonicMs: time.clock.monotonicMs,
    timers: time.timers,
    onProblem: (problem) => problems.push(problem),
  });
}

function bothSpeak(seq = 10, atMs = NOON): void {
  exchange.accept(watermark(us, 1, seq, atMs));
  exchange.accept(watermark(eu, 1, seq, atMs));
}

const at = (jurisdiction: string, seq: number): After => ({
  jurisdiction: jurisdiction as Jurisdiction,
  seq: seq as Seq,
});

beforeEach(() => {
  time = new FakeTime();
  problems = [];
  exchange = create();
  exchange.accept(subtotals(us, 1, 10, { a: [7, 300], b: [1, 1] }));
  exchange.accept(subtotals(eu, 1, 10, { a: [5, 45], b: [1, 1] }));
  bothSpeak();
});

describe('state', () => {
  test("X6: a cell's clock that jumps a day ahead keeps no count live", () => {
    bothSpeak(11, NOON + DAY_MS);
    time.pass(2_000);
    expect(exchange.counts(a).likes.state).toBe('stale');
  });

  test("X6: a cell's clock that jumps a day back makes no count stale", () => {
    bothSpeak(11, NOON - DAY_MS);
    expect(exchange.counts(a).likes).toMatchObject({
      state: 'live',
      asOf: '2026-11-21T12:00:00.000Z',
    });
  });

  test("X6: the gateway's wall clock decides nothing", () => {
    time.jumpWall(DAY_MS);
    expect(exchange.counts(a).likes.state).toBe('live');
    time.jumpWall(-2 * DAY_MS);
    time.pass(2_000);
    expect(exchange.counts(a).likes.state).toBe('stale');
  });

  test('X11: no count looks live while a busy event loop keeps timers waiting', () => {
    time.block(2_000);
    expect(exchange.counts(a).likes.state).toBe('stale');
  });

  test('X11: nor does its JSON text', () => {
    time.block(2_000);
    expect(exchange.countsJson(a)).toContain('"likes":{"value":12,"state":"stale"');
  });

  test('X11: nor does the watermark of a cell', () => {
    time.block(2_000);
    expect(exchange.watermark(us).state).toBe('stale');
  });

  test('X4: the watermark of a cell has its position and its own time', () => {
    expect(exchange.watermark(us)).toEqual({
      state: 'live',
      position: { epoch: 1, seq: 10 },
      atMs: NOON,
    });
    expect(exchange.positionOf(us)).toEqual({ epoch: 1, seq: 10 });
  });

  test('X8: a jurisdiction without a cell has an unknown watermark and no position', () => {
    const nowhere = 'xx' as Jurisdiction;
    expect(exchange.watermark(nowhere)).toEqual({
      state: 'unknown',
      position: undefined,
      atMs: undefined,
    });
    expect(exchange.positionOf(nowhere)).toBeUndefined();
  });

  test('X28: a cell behind what is held stays stale, and that is told once', () => {
    time.pass(2_000);
    exchange.accept(watermark(us, 1, 3, NOON + 2_000));
    exchange.accept(watermark(us, 1, 4, NOON + 2_050));
    expect(exchange.watermark(us).state).toBe('stale');
    expect(problems.map(({ kind }) => kind)).toEqual(['cell-behind']);
  });

  test('X28: a straggler from an owner before is no problem while the cell is live', () => {
    exchange.accept(watermark(us, 2, 11, NOON));
    exchange.accept(watermark(us, 1, 10, NOON));
    expect(problems).toEqual([]);
  });

  test('X27: that videos find no room is told once', () => {
    exchange = create(1);
    exchange.accept(subtotals(us, 1, 10, { a: [1, 1], b: [1, 1], c: [1, 1] }));
    exchange.accept(subtotals(us, 1, 11, { d: [1, 1] }));
    expect(problems.map(({ kind }) => kind)).toEqual(['videos-full']);
    expect(problems[0]?.message).toContain('All 1 places');
  });
});

describe('waiting for a position', () => {
  test('X14: a position that is included already is settled at once', async () => {
    await expect(exchange.settled([at('us', 10), at('eu', 9)], 1_000)).resolves.toBe(true);
  });

  test('X14: a wait ends when the last of its positions is included', async () => {
    const settled = exchange.settled([at('us', 11), at('eu', 12)], 1_000);
    exchange.accept(watermark(us, 1, 11, NOON));
    exchange.accept(watermark(eu, 1, 11, NOON));
    const early = await Promise.race([settled, Promise.resolve('waiting')]);
    exchange.accept(watermark(eu, 2, 12, NOON));
    expect([early, await settled]).toEqual(['waiting', true]);
  });

  test('X14: subtotals alone settle nothing, since their tick is not complete', async () => {
    const settled = exchange.settled([at('us', 11)], 100);
    exchange.accept(subtotals(us, 1, 11, { a: [8, 300] }));
    time.pass(100);
    await expect(settled).resolves.toBe(false);
  });

  test('X14: a wait ends with false when its time is over', async () => {
    const settled = exchange.settled([at('us', 11)], 1_000);
    time.pass(1_000);
    await expect(settled).resolves.toBe(false);
  });

  test('X14: a wait that ended leaves no timer behind', async () => {
    const timers = time.pending;
    const settled = exchange.settled([at('us', 11)], 1_000);
    exchange.accept(watermark(us, 1, 11, NOON));
    await settled;
    expect(time.pending).toBe(timers);
  });

  test('X15: a jurisdiction without a cell is never reached', async () => {
    await expect(exchange.settled([at('us', 1), at('xx', 1)], 1_000)).resolves.toBe(false);
  });

  test('X15: beyond the limit of waits one is false at once', async () => {
    const waits = Array.from({ length: WAITS_MAX }, () => exchange.settled([at('us', 11)], 1_000));
    await expect(exchange.settled([at('us', 11)], 1_000)).resolves.toBe(false);
    exchange.accept(watermark(us, 1, 11, NOON));
    expect((await Promise.all(waits)).every(Boolean)).toBe(true);
  });

  test('X26: closing ends all waits with false', async () => {
    const settled = exchange.settled([at('us', 11)], 1_000);
    await exchange.close();
    await expect(settled).resolves.toBe(false);
  });
});

describe('watching', () => {
  let told: (readonly VideoId[])[];
  const watch = (...videos: VideoId[]) =>
    exchange.watch(videos, (changed) => told.push(changed.toSorted()));

  beforeEach(() => {
    told = [];
    time.pass(WATCH_TICK_MS);
  });

  test('X16: changes within a tick are told together, each video once', () => {
    watch(a, b);
    exchange.accept(subtotals(us, 1, 11, { a: [8, 300] }));
    exchange.accept(subtotals(eu, 1, 11, { a: [6, 45], b: [2, 1] }));
    time.pass(WATCH_TICK_MS - 1);
    expect(told).toEqual([]);
    time.pass(1);
    expect(told).toEqual([[a, b]]);
  });

  test('X16: the next tick tells only what has changed since', () => {
    watch(a, b);
    exchange.accept(subtotals(us, 1, 11, { a: [8, 300] }));
    time.pass(WATCH_TICK_MS);
    exchange.accept(subtotals(us, 1, 12, { b: [8, 300] }));
    time.pass(WATCH_TICK_MS);
    expect(told).toEqual([[a], [b]]);
  });

  test('X16: a watcher hears nothing of the videos of others', () => {
    watch(b);
    exchange.accept(subtotals(us, 1, 11, { a: [8, 300] }));
    time.pass(WATCH_TICK_MS);
    expect(told).toEqual([]);
  });

  test('X16: a watcher that left is not told', () => {
    const leave = watch(a);
    exchange.accept(subtotals(us, 1, 11, { a: [8, 300] }));
    leave();
    time.pass(WATCH_TICK_MS);
    expect(told).toEqual([]);
  });

  test('X17: a watermark that moves on alone changes nothing', () => {
    watch(a);
    bothSpeak(11, NOON + 50);
    time.pass(WATCH_TICK_MS);
    expect(told).toEqual([]);
  });

  test('X17: a subtotal that repeats the values under a newer position changes nothing', () => {
    watch(a);
    exchange.accept(subtotals(us, 1, 11, { a: [7, 300] }));
    time.pass(WATCH_TICK_MS);
    expect(told).toEqual([]);
  });

  test('X17: a video that becomes known has changed, even to 0', () => {
    watch('new' as VideoId);
    exchange.accept(subtotals(us, 1, 11, { new: [0, 0] }));
    time.pass(WATCH_TICK_MS);
    expect(told).toEqual([['new']]);
  });

  test('X17: all watched videos change when a cell falls silent and when it speaks again', () => {
    watch(a, b);
    time.pass(2_500);
    expect(told).toEqual([[a, b]]);
    bothSpeak();
    time.pass(WATCH_TICK_MS);
    expect(told).toEqual([
      [a, b],
      [a, b],
    ]);
  });

  test('X17: a flip that a read has seen first is told as well', () => {
    watch(a);
    time.block(2_000);
    exchange.counts(a);
    time.pass(500);
    expect(told).toEqual([[a]]);
  });

  test('X18: a watcher that throws keeps no other from being told', () => {
    exchange.watch([a], () => {
      throw new Error('socket gone');
    });
    watch(a);
    exchange.accept(subtotals(us, 1, 11, { a: [8, 300] }));
    time.pass(WATCH_TICK_MS);
    expect(told).toEqual([[a]]);
    expect(problems.map(({ kind }) => kind)).toEqual(['watcher-failed']);
  });

  test('X19: a watcher beyond the limit is refused until another leaves', () => {
    const leave = watch(a);
    for (let others = 1; others < WATCHERS_MAX; others += 1) watch(a);
    expect(() => watch(a)).toThrow(ExchangeFullError);
    leave();
    expect(() => watch(a)).not.toThrow();
  });

  test('X19: more videos than one watcher may have are refused', () => {
    const videos = Array.from({ length: WATCHED_VIDEOS_MAX + 1 }, (_, n) => `v${n}` as VideoId);
    expect(() => watch(...videos)).toThrow(ExchangeFullError);
  });

  test('X26: after closing no watcher is told and no timer runs', async () => {
    watch(a);
    exchange.accept(subtotals(us, 1, 11, { a: [8, 300] }));
    await exchange.close();
    time.pass(5_000);
    expect([told, time.pending]).toEqual([[], 0]);
  });
});

test('X1: a publication of a cell that is not configured is a mistake of the wiring', () => {
  expect(() => exchange.accept(watermark('xx' as Jurisdiction, 1, 1, NOON))).toThrow('the cell xx');
});

test('X26: what arrives after closing changes nothing', async () => {
  await exchange.close();
  exchange.accept(subtotals(us, 1, 11, { a: [8, 300] }));
  expect(exchange.counts(a).likes.value).toBe(12);
});
