// Opens the exchange of a gateway over its file, so that counts are there before any cell is.

import { existsSync, renameSync } from 'node:fs';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import { createExchange } from './create-exchange.ts';
import type { Exchange } from './exchange.ts';
import type { ExchangeProblem } from './exchange-problem.ts';
import { SubtotalBook } from './subtotal-book.ts';
import { SubtotalSaver } from './subtotal-saver.ts';
import { openErrorOf, openSubtotalStore, UnreadableFileError } from './subtotal-store.ts';
import type { SubtotalStore } from './subtotal-store.ts';
import type { Timers } from './timers.ts';
import { systemTimers } from './timers.ts';

/** Videos that are held; at some 250 bytes each the limit is 2.5 GB. */
export const VIDEOS_MAX = 10_000_000;

export type OpenExchange = Readonly<{
  /** Path of `exchange.db`; its folder must exist. */
  file: string;
  /** The cells that counts are made of, in the order in which they are shown. */
  cells: readonly Jurisdiction[];
  clock: Readonly<{
    nowMs: () => number;
    /** Never jumps; decides what is live. */
    monotonicMs: () => number;
  }>;
  /** Told what an operator should hear; reads go on whatever it is. */
  onProblem: (problem: ExchangeProblem) => void;
  timers?: Timers;
  videosMax?: number;
}>;

type Opened = Readonly<{ book: SubtotalBook; store: SubtotalStore | undefined }>;

/**
 * Opens the exchange with the last good subtotals of `file`. Never fails for the sake of the file:
 * a damaged or foreign one is moved aside (X23), one that cannot be opened is left alone (X24).
 * Afterwards, for each cell, subscribe `accept` and then ask for a resync from `positionOf`.
 */
export function openExchange(options: OpenExchange): Exchange {
  const { clock, onProblem } = options;
  const { monotonicMs } = clock;
  const timers = options.timers ?? systemTimers;
  const { book, store } = openBook(options);
  const saver =
    store === undefined
      ? undefined
      : new SubtotalSaver({ book, store, monotonicMs, timers, onProblem });
  return createExchange({ book, saver, monotonicMs, timers, onProblem });
}

function openBook(options: OpenExchange): Opened {
  const { file, clock, onProblem } = options;
  const emptyBook = (): SubtotalBook =>
    new SubtotalBook(options.cells, options.videosMax ?? VIDEOS_MAX);
  const book = emptyBook();
  try {
    return load(options, book);
  } catch (cause) {
    if (!(cause instanceof UnreadableFileError)) {
      onProblem(fileUnavailable(file, cause));
      return { book: emptyBook(), store: undefined };
    }
    try {
      onProblem(fileSetAside(setAside(file, clock.nowMs()), cause));
      return load(options, emptyBook());
    } catch (again) {
      onProblem(fileUnavailable(file, again));
      return { book: emptyBook(), store: undefined };
    }
  }
}

function load({ file, cells }: OpenExchange, book: SubtotalBook): Opened {
  let store: SubtotalStore | undefined;
  try {
    store = openSubtotalStore(file, cells);
    store.load(book);
    return { book, store };
  } catch (cause) {
    store?.close();
    throw openErrorOf(cause);
  }
}

/** Its log goes along: a log left behind would be taken for that of the new file. */
function setAside(file: string, nowMs: number): string {
  const asideFile = `${file}.unreadable-${new Date(nowMs).toISOString().replaceAll(':', '-')}`;
  for (const suffix of ['-wal', '-shm', '-journal', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, asideFile + suffix);
  }
  return asideFile;
}

function fileSetAside(asideFile: string, cause: unknown): ExchangeProblem {
  return {
    kind: 'file-set-aside',
    message:
      'The file of last good counts could not be read: it is damaged, or of another program or ' +
      `version. It was moved to ${asideFile}. No count is lost, the cells hold them; until each ` +
      'cell has sent its counts again they are shown as unknown.',
    cause,
  };
}

function fileUnavailable(file: string, cause: unknown): ExchangeProblem {
  return {
    kind: 'file-unavailable',
    message:
      `${file} could not be opened, so the last good counts are not at hand and none are saved. ` +
      'Counts are unknown until the cells have sent them. The file was left as it is. Check its ' +
      'rights and that no other gateway uses it, then restart this one.',
    cause,
  };
}
