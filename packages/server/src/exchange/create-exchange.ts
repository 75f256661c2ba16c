// The exchange over a book that may have been loaded: what arrives goes into the book, and readers
// who wait or watch are told. See docs/spec/exchange.md for the rules.

import type { Jurisdiction, VideoId } from '@holdfast/protocol/ids.ts';
import type {
  Publication,
  SubtotalsPublication,
  WatermarkPublication,
} from '../border/publication.ts';
import type { After, Exchange } from './exchange.ts';
import type { ExchangeProblem } from './exchange-problem.ts';
import { PositionWaits } from './position-waits.ts';
import type { Reached } from './position-waits.ts';
import type { SubtotalBook } from './subtotal-book.ts';
import type { Timers } from './timers.ts';
import { Watchers } from './watchers.ts';

/** How often states follow the time without anybody reading, for those who watch. */
const FLIP_CHECK_MS = 250;

export type ExchangeParts = Readonly<{
  book: SubtotalBook;
  /** Brings the book to disk; `undefined` when there is no disk to use. */
  saver: Readonly<{ close: () => Promise<void> }> | undefined;
  monotonicMs: () => number;
  timers: Timers;
  onProblem: (problem: ExchangeProblem) => void;
}>;

/** Wires the parts together; the timers run until `close`. */
export function createExchange(parts: ExchangeParts): Exchange {
  const { book, saver, monotonicMs, timers } = parts;
  const waits = new PositionWaits(timers, (position) => reached(book, position));
  const watchers = new Watchers(timers, (cause) => parts.onProblem(watcherFailed(cause)));
  const take = taker(parts, waits, watchers);
  let flipsTold = book.flips;
  let closed = false;

  const tellFlips = (): void => {
    book.refresh(monotonicMs());
    if (book.flips !== flipsTold) watchers.markAll();
    flipsTold = book.flips;
  };
  const stopChecking = timers.every(FLIP_CHECK_MS, tellFlips);

  return {
    accept: (publication) => {
      if (closed) return;
      take(publication);
      tellFlips();
    },
    positionOf: (jurisdiction) => {
      const watermark = watermarkOf(book, jurisdiction);
      if (watermark.kind === 'none') return undefined;
      return { epoch: watermark.epoch, seq: watermark.seq };
    },
    counts: (video) => book.counts(video, monotonicMs()),
    countsJson: (video) => book.countsJson(video, monotonicMs()),
    settled: (positions, waitMs) => waits.settled(positions, waitMs),
    watch: (videos, onChange) => watchers.add(videos, onChange),
    watermark: (jurisdiction) => {
      const cell = book.cellNumber(jurisdiction);
      const watermark = watermarkOf(book, jurisdiction);
      if (cell === undefined || watermark.kind === 'none') {
        return { state: 'unknown', position: undefined, atMs: undefined };
      }
      const { epoch, seq, atMs } = watermark;
      return { state: book.state(cell, monotonicMs()), position: { epoch, seq }, atMs };
    },
    close: async () => {
      if (closed) return;
      closed = true;
      stopChecking();
      waits.close();
      watchers.close();
      await saver?.close();
    },
  };
}

function taker(
  { book, monotonicMs, onProblem }: ExchangeParts,
  waits: PositionWaits,
  watchers: Watchers,
): (publication: Publication) => void {
  const behindTold = new Set<Jurisdiction>();
  let fullTold = false;
  const onChanged = (video: VideoId): void => watchers.markChanged(video);

  const takeSubtotals = (cell: number, publication: SubtotalsPublication): void => {
    const refused = book.mergeSubtotals(cell, publication, watchers.any ? onChanged : undefined);
    if (refused === 0 || fullTold) return;
    fullTold = true;
    onProblem(videosFull(book.columns.size));
  };

  const takeWatermark = (cell: number, publication: WatermarkPublication): void => {
    const nowMs = monotonicMs();
    const { jurisdiction } = publication;
    if (book.mergeWatermark(cell, publication, nowMs)) {
      behindTold.delete(jurisdiction);
      waits.moved();
    } else if (book.state(cell, nowMs) !== 'live' && !behindTold.has(jurisdiction)) {
      behindTold.add(jurisdiction);
      onProblem(cellBehind(jurisdiction));
    }
  };

  return (publication) => {
    const cell = book.cellNumber(publication.jurisdiction);
    if (cell === undefined) {
      throw new Error(`the exchange was not made for the cell ${publication.jurisdiction}`);
    }
    if (publication.kind === 'subtotals') takeSubtotals(cell, publication);
    else takeWatermark(cell, publication);
  };
}

function watermarkOf(book: SubtotalBook, jurisdiction: Jurisdiction) {
  const cell = book.cellNumber(jurisdiction);
  return cell === undefined ? ({ kind: 'none' } as const) : book.watermark(cell);
}

/** Seqs go on growing from epoch to epoch, so the seq alone says what is included. */
function reached(book: SubtotalBook, { jurisdiction, seq }: After): Reached {
  if (book.cellNumber(jurisdiction) === undefined) return 'never';
  const watermark = watermarkOf(book, jurisdiction);
  return watermark.kind !== 'none' && watermark.seq >= seq ? 'yes' : 'not-yet';
}

function videosFull(videosMax: number): ExchangeProblem {
  return {
    kind: 'videos-full',
    message:
      `All ${videosMax} places for videos are taken. Further videos are counted by their cells but ` +
      'shown as unknown here. Give this gateway a higher limit of videos and restart it: they are ' +
      'then sent again.',
    cause: undefined,
  };
}

function cellBehind(jurisdiction: Jurisdiction): ExchangeProblem {
  return {
    kind: 'cell-behind',
    message:
      `The cell ${jurisdiction} stands behind the counts that were already shown of it. They stay, ` +
      'marked stale. Either the cell lost data or it is not the one that was here before: check ' +
      'which data folder it runs on. If it is meant to start over, remove exchange.db while the ' +
      'gateway is stopped.',
    cause: undefined,
  };
}

function watcherFailed(cause: unknown): ExchangeProblem {
  return {
    kind: 'watcher-failed',
    message: 'A watcher of counts threw when it was told of a change. Counts and others are fine.',
    cause,
  };
}
