// Brings the public rows of one cell into the public catalog, for as long as it takes.
//
// Rules: docs/spec/people.md (PE30 to PE34).
//
// Why nothing is missed: the cursor is written with the rows before it, in one transaction, and a
// page is asked for again until it is. A cell that another party runs now, or that began anew, is
// asked for everything, because its numbers may mean something else.

import type { Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellClient } from '../cell/cell-client.ts';
import type { PublicRow } from '../people/published.ts';
import type { CellCursor, PublicCatalogFile } from './public-catalog-file.ts';
import type { PublicChange } from './public-catalog.ts';

export type PullerOptions = Readonly<{
  cell: CellClient;
  file: PublicCatalogFile;
  nowMs: () => number;
  /** Between two looks when nobody wakes it. */
  everyMs: number;
  /** What has to be done before a change can be read; rejects to be asked again. */
  beforehand: (changes: readonly PublicChange[]) => Promise<void>;
  onChanges: (changes: readonly PublicChange[]) => void;
  onFailed: (cause: unknown) => void;
}>;

export type Puller = Readonly<{
  /** Resolves when a look that began after this call has got to the end, or failed. */
  wake: () => Promise<boolean>;
  /** When a look last got to the end, by this clock and by the cell's. */
  heard: () => Readonly<{ atMs: number | undefined; asOfMs: number | undefined }>;
  close: () => Promise<void>;
}>;

const NO_CURSOR: CellCursor = { epoch: 0, after: 0, round: 0, isOpen: true, asOfMs: undefined };

export function openPuller(options: PullerOptions): Puller {
  const { cell, file, nowMs, everyMs, onFailed } = options;
  const { jurisdiction } = cell;
  let heardAtMs: number | undefined;
  let asOfMs = file.cursor(jurisdiction)?.asOfMs;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<boolean> | undefined;
  let next: Promise<boolean> | undefined;

  const look = async (): Promise<boolean> => {
    try {
      for (;;) {
        if (isClosed) return false;
        const page = await pullPage(options);
        if (page === 'away') return false;
        if (page === 'more') continue;
        asOfMs = page.asOfMs;
        heardAtMs = nowMs();
        return true;
      }
    } catch (cause) {
      onFailed(cause);
      return false;
    }
  };

  const schedule = (): void => {
    if (isClosed) return;
    clearTimeout(timer);
    timer = setTimeout(() => void wake(), everyMs);
    timer.unref();
  };

  const begin = (): Promise<boolean> => {
    running = look().finally(() => {
      running = undefined;
      schedule();
    });
    return running;
  };

  const wake = (): Promise<boolean> => {
    if (isClosed) return Promise.resolve(false);
    if (running === undefined) return begin();
    // The one under way may have read before; all who ask meanwhile share the one after it.
    next ??= running.then(() => {
      next = undefined;
      return running ?? begin();
    });
    return next;
  };

  void wake();
  return {
    wake,
    heard: () => ({ atMs: heardAtMs, asOfMs }),
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}

type Pulled = 'away' | 'more' | Readonly<{ asOfMs: number }>;

async function pullPage(options: PullerOptions): Promise<Pulled> {
  const { cell, file, onChanges } = options;
  const { jurisdiction } = cell;
  const cursor = file.cursor(jurisdiction) ?? NO_CURSOR;
  const page = await cell.call('published', { after: cursor.after });
  if (page.kind === 'unavailable') return 'away';
  if (page.kind === 'anew' || page.epoch !== cursor.epoch) {
    const round = cursor.round + 1;
    const { epoch } = page;
    file.begin(jurisdiction, { ...cursor, epoch, after: 0, round, isOpen: true });
    return 'more';
  }
  const { through, head, atMs, rows } = page;
  const isEnd = through >= head;
  if (rows.length > 0 || through !== cursor.after || cursor.isOpen) {
    const isOpen = cursor.isOpen && !isEnd;
    const changes = changesOf(file, jurisdiction, cursor, rows, isOpen);
    await options.beforehand(changes);
    const asOfMs = isEnd ? atMs : cursor.asOfMs;
    file.apply(jurisdiction, { ...cursor, after: through, isOpen, asOfMs }, rows);
    if (changes.length > 0) onChanges(changes);
  }
  return isEnd ? { asOfMs: atMs } : 'more';
}

/** With those that are gone because a round has not told of them. */
function changesOf(
  file: PublicCatalogFile,
  jurisdiction: Jurisdiction,
  cursor: CellCursor,
  rows: readonly PublicRow[],
  isOpen: boolean,
): readonly PublicChange[] {
  const changes = file.changesBy(jurisdiction, rows);
  if (!cursor.isOpen || isOpen) return changes;
  const told = new Set(
    changes.flatMap(({ was }) => (was === undefined ? [] : JSON.stringify(was))),
  );
  const gone = file
    .leftOver(jurisdiction, cursor.round)
    .filter(({ record }) => !told.has(JSON.stringify(record)))
    .map(({ record }) => ({ jurisdiction, record: undefined, was: record }));
  return [...changes, ...gone];
}
