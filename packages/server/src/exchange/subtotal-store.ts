// The last good subtotals on disk: the port, and its SQLite file (rules X20 to X24).
//
// Subtotals name videos by slot, the number of the video in the file, so that rows stay small and
// are written in order. The journal mode is WAL with `synchronous=NORMAL`: a power cut can take
// the last transactions back, never a part of one (docs/spec/exchange.md says why that is enough).
// The file is held exclusively, which needs no shared-memory file and so works on a full disk.

import { DatabaseSync } from 'node:sqlite';
import { transaction } from '@holdfast/engine/sqlite/transaction.ts';
import { isVideoId } from '@holdfast/protocol/ids.ts';
import type { Epoch, Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { KnownWatermark } from './cell-watermark.ts';
import type { SubtotalBook } from './subtotal-book.ts';
import type { Subtotal } from './subtotal-columns.ts';

const APPLICATION_ID = 0x68666531;
const SCHEMA_VERSION = 1;
/** A checkpoint runs within a commit, so few pages at a time keep that commit short (X22). */
const CHECKPOINT_PAGES = 128;
const CACHE_KIB = 8_192;

const SCHEMA = `
  CREATE TABLE videos (slot INTEGER PRIMARY KEY, video TEXT NOT NULL) STRICT;
  CREATE TABLE subtotals (
    cell TEXT NOT NULL,
    slot INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    likes INTEGER NOT NULL,
    views INTEGER NOT NULL,
    PRIMARY KEY (cell, slot)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE positions (
    cell TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** What one transaction stores; `cell` is the number of a cell in the list of jurisdictions. */
export type SaveBatch = Readonly<{
  videos: readonly Readonly<{ slot: number; video: VideoId }>[];
  rows: readonly Readonly<{ cell: number; slot: number; subtotal: Subtotal }>[];
  positions: readonly Readonly<{ cell: number; watermark: KnownWatermark }>[];
}>;

/**
 * Where subtotals outlive the process. One process uses it at a time. What `save` returned from
 * outlives a crash of the process; a power cut may take back the latest saves, last ones first.
 */
export type SubtotalStore = Readonly<{
  /** Fills an empty book. Throws when anything in the store is not as `save` has left it. */
  load: (book: SubtotalBook) => void;
  /** Stores a batch as a whole, or throws and has stored nothing; the same batch may come again. */
  save: (batch: SaveBatch) => void;
  close: () => void;
}>;

/** The file is damaged, or another program's, or of a newer version. Trying again is of no use. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
  readonly code = 'exchange-file-unreadable';
  readonly retryable = false;
}

/** Primary codes of SQLite that speak of the moment or the folder, not of what is in the file. */
const CIRCUMSTANCES: ReadonlySet<number> = new Set([
  3, // PERM
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  13, // FULL
  14, // CANTOPEN
  23, // AUTH
]);

/** What opening or loading threw: an `UnreadableFileError` unless it may pass with the moment. */
export function openErrorOf(cause: unknown): unknown {
  const errcode = cause instanceof Error && 'errcode' in cause ? cause.errcode : undefined;
  if (typeof errcode === 'number' && CIRCUMSTANCES.has(errcode & 0xff)) return cause;
  if (cause instanceof UnreadableFileError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new UnreadableFileError(`the file cannot be read as subtotals: ${detail}`, { cause });
}

/** Opens the file, and makes it at the first save where there is none. Throws on a foreign one. */
export function openSubtotalStore(
  file: string,
  jurisdictions: readonly Jurisdiction[],
): SubtotalStore {
  const db = new DatabaseSync(file);
  try {
    db.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA synchronous = NORMAL;
    `);
    return operations(db, jurisdictions, isEmpty(db));
  } catch (cause) {
    db.close();
    throw cause;
  }
}

/** Looks before anything is written, so that a foreign file is left as it was. */
function isEmpty(db: DatabaseSync): boolean {
  const applicationId = numberOf(db, 'PRAGMA application_id');
  const version = numberOf(db, 'PRAGMA user_version');
  const tables = numberOf(db, 'SELECT count(*) FROM sqlite_schema');
  if (tables === 0 && applicationId === 0) return true;
  if (applicationId === APPLICATION_ID && version === SCHEMA_VERSION) return false;
  throw new UnreadableFileError('the file is not one of this version of the exchange');
}

function operations(
  db: DatabaseSync,
  jurisdictions: readonly Jurisdiction[],
  isNew: boolean,
): SubtotalStore {
  let empty = isNew;
  let save: ((batch: SaveBatch) => void) | undefined;
  return {
    load: (book) => {
      if (!empty) load(db, jurisdictions, book);
    },
    save: (batch) => {
      if (empty) {
        // Only now, so that a gateway starts on a full disk and the file follows when there is room.
        db.exec('PRAGMA journal_mode = WAL');
        transaction(db, () => db.exec(SCHEMA));
        empty = false;
      }
      save ??= saver(db, jurisdictions);
      save(batch);
    },
    close: () => db.close(),
  };
}

function saver(
  db: DatabaseSync,
  jurisdictions: readonly Jurisdiction[],
): (batch: SaveBatch) => void {
  const putVideo = db.prepare('INSERT OR REPLACE INTO videos VALUES (?, ?)');
  const putRow = db.prepare('INSERT OR REPLACE INTO subtotals VALUES (?, ?, ?, ?, ?, ?)');
  const putPosition = db.prepare('INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?)');
  const name = (cell: number): Jurisdiction => {
    const jurisdiction = jurisdictions[cell];
    if (jurisdiction === undefined) throw new Error(`there is no cell number ${cell}`);
    return jurisdiction;
  };
  return ({ videos, rows, positions }) => {
    transaction(db, () => {
      for (const { slot, video } of videos) putVideo.run(slot, video);
      for (const { cell, slot, subtotal } of rows) {
        const { epoch, seq, likes, views } = subtotal;
        putRow.run(name(cell), slot, epoch, seq, likes, views);
      }
      for (const { cell, watermark } of positions) {
        putPosition.run(name(cell), watermark.epoch, watermark.seq, watermark.atMs);
      }
    });
  };
}

function load(db: DatabaseSync, jurisdictions: readonly Jurisdiction[], book: SubtotalBook): void {
  for (const [slot, video] of rowsOf(db, 'SELECT slot, video FROM videos ORDER BY slot')) {
    if (!isVideoId(video)) throw new UnreadableFileError('a video has no valid id');
    const added = book.columns.addVideo(video);
    if (added === undefined) break;
    if (added !== slot) throw new UnreadableFileError(`video number ${String(slot)} is misplaced`);
  }
  for (const [cell, jurisdiction] of jurisdictions.entries()) {
    loadCell(db, jurisdiction, cell, book);
  }
}

function loadCell(
  db: DatabaseSync,
  jurisdiction: Jurisdiction,
  cell: number,
  book: SubtotalBook,
): void {
  const { columns } = book;
  const subtotals =
    'SELECT slot, epoch, seq, likes, views FROM subtotals WHERE cell = ? ORDER BY slot';
  for (const [place, epoch, seq, likes, views] of rowsOf(db, subtotals, jurisdiction)) {
    const slot = count(place);
    if (slot >= columns.size) {
      if (columns.overflowed) break;
      throw new UnreadableFileError(`subtotal number ${slot} is of no video`);
    }
    const subtotal = {
      epoch: count(epoch),
      seq: count(seq),
      likes: count(likes),
      views: count(views),
    };
    columns.merge(cell, slot, subtotal);
    columns.markSaved(cell, slot);
  }
  const position = 'SELECT epoch, seq, at_ms FROM positions WHERE cell = ?';
  for (const [epoch, seq, atMs] of rowsOf(db, position, jurisdiction)) {
    // Written from checked positions, and checked again for their form.
    const at = { epoch: count(epoch) as Epoch, seq: count(seq) as Seq, atMs: count(atMs) };
    book.loadWatermark(cell, { kind: 'loaded', ...at });
  }
}

/** A whole number of 0 or more; anything else was not written here and would be a lie. */
function count(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new UnreadableFileError(`a number in the file is ${String(value)}`);
}

function rowsOf(db: DatabaseSync, sql: string, ...values: string[]): Iterable<readonly unknown[]> {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  // Rows are arrays once `setReturnArrays` is on, which the types do not follow.
  return statement.iterate(...values) as Iterable<unknown> as Iterable<readonly unknown[]>;
}

function numberOf(db: DatabaseSync, sql: string): unknown {
  for (const [value] of rowsOf(db, sql)) return value;
  return undefined;
}
