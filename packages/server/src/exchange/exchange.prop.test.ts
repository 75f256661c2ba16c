// Promise P3 over crashes and restarts: whatever is shown was true of the cell at some moment that
// the shown position allows, and live only while the cell speaks.

import { isDeepStrictEqual } from 'node:util';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import { LIVE_AGE_MS_MAX } from '@holdfast/protocol/limits.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createExchange } from './create-exchange.ts';
import type { Exchange } from './exchange.ts';
import { eu, subtotals, us, watermark } from './fake-publications.ts';
import { FakeStore } from './fake-store.ts';
import { FakeTime } from './fake-time.ts';
import { SubtotalBook } from './subtotal-book.ts';
import { ROWS_PER_SAVE_MAX, SAVE_PAUSE_MS, SubtotalSaver } from './subtotal-saver.ts';

const CELLS = [us, eu];
/** More than fit in one transaction, so that crashes fall between those of one sweep. */
const VIDEOS = Array.from({ length: ROWS_PER_SAVE_MAX * 2 }, (_, n) => `v${n}` as VideoId);
const NOON = Date.UTC(2026, 10, 22, 12);

type Said = Readonly<{ seq: number; likes: number }>;

/** A cell that keeps its whole past, and says what the port promises. */
class ModelCell {
  epoch = 1;
  seq = 0;
  readonly past = VIDEOS.map((): Said[] => []);
  connected = false;
  spokeAtMs = -Infinity;
  readonly #unsent = new Set<number>();
  readonly jurisdiction: typeof us;

  constructor(jurisdiction: typeof us) {
    this.jurisdiction = jurisdiction;
  }

  change(first: number, length: number, likes: number): void {
    this.seq += 1;
    for (let index = first; index < first + length; index += 1) {
      const video = index % VIDEOS.length;
      this.past[video]?.push({ seq: this.seq, likes });
      this.#unsent.add(video);
    }
  }

  /** Publishes what changed; without the watermark when the cell falls silent within the tick. */
  tick(exchange: Exchange, nowMs: number, complete: boolean): void {
    if (!this.connected) return;
    this.#publish(exchange, [...this.#unsent]);
    this.#unsent.clear();
    if (complete) this.#mark(exchange, nowMs);
  }

  connect(exchange: Exchange, nowMs: number): void {
    const from = exchange.positionOf(this.jurisdiction);
    const after = from === undefined ? -1 : from.seq;
    const changed = [...VIDEOS.keys()].filter(
      (video) => (this.past[video]?.at(-1)?.seq ?? -1) > after,
    );
    this.#publish(exchange, changed);
    this.#unsent.clear();
    this.connected = true;
    this.#mark(exchange, nowMs);
  }

  /** What the cell's count of the video was at `seq` or has been since. */
  saidSince(video: number, seq: number): readonly Said[] {
    const past = this.past[video] ?? [];
    const at = past.findLastIndex((said) => said.seq <= seq);
    return past.slice(Math.max(at, 0));
  }

  #publish(exchange: Exchange, videos: readonly number[]): void {
    const numbers = videos.flatMap((video) => {
      const last = this.past[video]?.at(-1);
      return last === undefined ? [] : [[`v${video}`, [last.likes, 2 * last.likes]] as const];
    });
    exchange.accept(
      subtotals(this.jurisdiction, this.epoch, this.seq, Object.fromEntries(numbers)),
    );
  }

  #mark(exchange: Exchange, nowMs: number): void {
    this.spokeAtMs = nowMs;
    exchange.accept(watermark(this.jurisdiction, this.epoch, this.seq, NOON + this.seq));
  }
}

class World {
  readonly cells = CELLS.map((jurisdiction) => new ModelCell(jurisdiction));
  readonly store = new FakeStore();
  time = new FakeTime();
  exchange = this.start();

  /** A new process over the same store; what the last one had in memory is gone. */
  start(): Exchange {
    this.time = new FakeTime();
    const { timers, clock } = this.time;
    const { monotonicMs } = clock;
    const book = new SubtotalBook(CELLS, VIDEOS.length);
    const store = this.store.port;
    store.load(book);
    const onProblem = (): void => undefined;
    const saver = new SubtotalSaver({ book, store, monotonicMs, timers, onProblem });
    for (const cell of this.cells) {
      cell.connected = false;
      cell.spokeAtMs = -Infinity;
    }
    return createExchange({ book, saver, monotonicMs, timers, onProblem });
  }

  nowMs(): number {
    return this.time.clock.monotonicMs();
  }

  cell(number: number): ModelCell {
    const cell = this.cells[number];
    if (cell === undefined) throw new Error('no such cell');
    return cell;
  }

  /** Every lie that is shown, in words. */
  lies(): readonly string[] {
    return [...VIDEOS.entries()].flatMap(([index, video]) => {
      const counts = this.exchange.counts(video);
      const parts = this.cells.map((cell) => ({ cell, part: counts.cells[cell.jurisdiction] }));
      const values = parts.map(({ part }) => part?.likes ?? Number.NaN);
      const sum = values.reduce((total, value) => total + value, 0);
      const sumIsShown = Number.isNaN(sum)
        ? counts.likes.value === null
        : counts.likes.value === sum;
      const lies = parts.flatMap(({ cell, part }) => {
        if (part === undefined || part.state === 'unknown') return [];
        const speaks = this.nowMs() - cell.spokeAtMs < LIVE_AGE_MS_MAX;
        if ((part.state === 'live') !== speaks) return [`${video} is ${part.state}`];
        const true_ = cell.saidSince(index, part.seq).some(({ likes }) => likes === part.likes);
        return true_ ? [] : [`${video} shows ${part.likes} at ${part.seq}`];
      });
      return sumIsShown ? lies : [...lies, `${video} shows a wrong sum`];
    });
  }
}

type Step = Readonly<{ words: string; run: (world: World) => Promise<void> | void }>;

const cellNumber = fc.nat(CELLS.length - 1);
const change = fc
  .record({
    cell: cellNumber,
    first: fc.nat(VIDEOS.length - 1),
    length: fc.constantFrom(1, 10, VIDEOS.length),
    likes: fc.nat(50),
  })
  .map(({ cell, first, length, likes }) => ({
    words: `change ${cell}: ${length} from ${first} to ${likes}`,
    run: (world: World) => world.cell(cell).change(first, length, likes),
  }));
const tick = fc.tuple(cellNumber, fc.boolean()).map(([cell, complete]) => ({
  words: `tick ${cell}${complete ? '' : ', cut short'}`,
  run: (world: World) => world.cell(cell).tick(world.exchange, world.nowMs(), complete),
}));
const changeAndTick = fc
  .record({ change, cell: cellNumber })
  .map(({ change: { words, run }, cell }) => ({
    words: `${words}, and tick ${cell}`,
    run: (world: World) => {
      run(world);
      world.cell(cell).tick(world.exchange, world.nowMs(), true);
    },
  }));
const connect = cellNumber.map((cell) => ({
  words: `connect ${cell}`,
  run: (world: World) => world.cell(cell).connect(world.exchange, world.nowMs()),
}));
/** Up to a sweep, some transactions on within it, or long enough to fall silent. */
const pass = fc.constantFrom(1_000, 1, 2, 3, 4, 6, 2_000).map((ms) => ({
  words: `pass ${ms}`,
  run: (world: World) => world.time.pass(ms),
}));
const newOwner = cellNumber.map((cell) => ({
  words: `new owner of ${cell}`,
  run: (world: World) => {
    world.cell(cell).epoch += 1;
  },
}));
const crash = fc.record({ lost: fc.nat(2), back: fc.boolean() }).map(({ lost, back }) => ({
  words: `crash, ${lost} batches lost, cells ${back ? 'back' : 'away'}`,
  run: (world: World) => {
    world.store.loseLast(lost);
    world.exchange = world.start();
    if (!back) return;
    for (const cell of world.cells) cell.connect(world.exchange, world.nowMs());
  },
}));
/** The moment that order on disk is about: something changes in the middle of a sweep. */
const changeWithinSweep = fc.record({ changeAndTick, inMs: fc.nat(8) }).map((within) => ({
  words: `${within.changeAndTick.words} ${within.inMs} ms into a sweep`,
  run: (world: World) => {
    for (const cell of world.cells) {
      cell.change(0, VIDEOS.length, 1);
      cell.connect(world.exchange, world.nowMs());
    }
    world.time.pass(SAVE_PAUSE_MS + within.inMs);
    within.changeAndTick.run(world);
    world.time.pass(20);
  },
}));
const restart = fc.constant({
  words: 'restart',
  run: async (world: World) => {
    const before = VIDEOS.map((video) => world.exchange.counts(video).likes.value);
    await world.exchange.close();
    world.exchange = world.start();
    const after = VIDEOS.map((video) => world.exchange.counts(video).likes.value);
    if (!isDeepStrictEqual(after, before)) throw new Error('a restart has changed counts');
  },
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: change },
  { weight: 2, arbitrary: tick },
  { weight: 4, arbitrary: changeAndTick },
  { weight: 2, arbitrary: connect },
  { weight: 6, arbitrary: pass },
  { weight: 2, arbitrary: changeWithinSweep },
  { weight: 1, arbitrary: newOwner },
  { weight: 2, arbitrary: crash },
  { weight: 1, arbitrary: restart },
);

const steps = fc.array(step, { minLength: 10, maxLength: 50 });

test('X5 and X21: no crash, restart or silence makes a count a lie', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (run) => {
      const world = new World();
      for (const next of run) {
        await next.run(world);
        expect([next.words, world.lies()]).toEqual([next.words, []]);
      }
    }),
    { numRuns: 300 },
  );
});

test('X21: after any past a resync of all cells shows what they hold now', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (run) => {
      const world = new World();
      for (const next of run) await next.run(world);
      for (const cell of world.cells) cell.connect(world.exchange, world.nowMs());
      for (const cell of world.cells) {
        const shown = VIDEOS.map((video) => world.exchange.counts(video).cells[cell.jurisdiction]);
        const held = cell.past.map((said) => said.at(-1)?.likes ?? null);
        expect(shown.map((part) => part?.likes)).toEqual(held);
      }
    }),
    { numRuns: 300 },
  );
});
