// The registrar: keeps the charter, which says who owns each cell, from which epoch and since when.
//
// Rules: docs/spec/charter.md (R1 to R9).
//
// Why it is safe: an entry is accepted only when it follows the newest of its cell (R5), checking
// and writing happen in one synchronous call, and the answer comes after the entry is on disk (R6).
// So of two operators that both want epoch e+1 exactly one gets it, and a crash cannot undo it.

import type { Epoch, Jurisdiction } from '@holdfast/protocol/ids.ts';
import type { CellDescription, CellKey } from '../cell/cell-client.ts';
import {
  faultOfEntry,
  lineOfEntry,
  NO_HASH,
  parseEntry,
  publicKeyPem,
  signEntry,
} from './charter-entry.ts';
import type { CharterEntry, OperatorKey } from './charter-entry.ts';
import { openCharterFile, systemDisk } from './charter-file.ts';
import type { CharterDisk, CharterFile } from './charter-file.ts';
import { RegistrarError } from './registrar-error.ts';

export type AppendRequest = Readonly<{
  cell: Jurisdiction;
  /** One above the newest of the cell, or 1 for a cell that has none. */
  epoch: Epoch;
  /** Who owns the cell from then on; signs the entry. */
  owner: OperatorKey;
}>;

export type AppendResult = Readonly<
  | { kind: 'appended'; entry: CharterEntry }
  /** Somebody else's entry came first, or the epoch skips one; nothing was recorded. */
  | { kind: 'not-next'; newestEpoch: Epoch | undefined }
>;

/** What opening had to repair: the end of an append that nobody was told of. */
export type TornTail = Readonly<{ kind: 'cut' | 'kept'; bytes: number }>;

/** Synchronous; one process at a time. Failures of the disk throw `RegistrarError`. */
export type Registrar = Readonly<{
  /** The newest entry of every cell, in the order in which the cells were founded. */
  describe: () => readonly CellDescription[];
  newest: (cell: Jurisdiction) => CharterEntry | undefined;
  /** Whose signatures are good for a cell in an epoch, past epochs included. */
  keyOf: (cell: Jurisdiction, epoch: Epoch) => CellKey | undefined;
  /** Records an ownership, if it is the next one of the cell. Durable on return. */
  append: (request: AppendRequest) => AppendResult;
  close: () => void;
}>;

export type OpenRegistrar = Readonly<{
  /** Path of `charter.jsonl`; it is made, with its folder, where there is none. */
  file: string;
  /** Milliseconds since 1970, for `sinceMs`. */
  nowMs: () => number;
  /** Told when the end of the file was repaired (R7). */
  onTornTail: (tail: TornTail) => void;
  disk?: CharterDisk;
}>;

/** Opens the charter and checks every entry of it (R8). Throws `RegistrarError`. */
export function openRegistrar(options: OpenRegistrar): Registrar {
  const file = openCharterFile(options.file, options.disk ?? systemDisk);
  try {
    const charter = checkedCharter(options.file, file.lines);
    repairTail(charter, file, options);
    return registrarOf(charter, file, options.nowMs);
  } catch (cause) {
    file.close();
    throw cause;
  }
}

type Charter = {
  newestHash: string;
  entries: number;
  /** The entries of each cell; that of epoch e stands at e - 1. */
  readonly byCell: Map<Jurisdiction, CharterEntry[]>;
};

function registrarOf(charter: Charter, file: CharterFile, nowMs: () => number): Registrar {
  const newest = (cell: Jurisdiction): CharterEntry | undefined => charter.byCell.get(cell)?.at(-1);
  return {
    describe: () =>
      [...charter.byCell.values()].flatMap((entries) => entries.slice(-1)).map(descriptionOf),
    newest,
    keyOf: (cell, epoch) => {
      const entry = charter.byCell.get(cell)?.[epoch - 1];
      if (entry === undefined) return undefined;
      return { epoch, operator: entry.operator, publicKeyPem: publicKeyPem(entry) };
    },
    append: ({ cell, epoch, owner }) => {
      const newestEpoch = newest(cell)?.epoch;
      if (epoch !== (newestEpoch ?? 0) + 1) return { kind: 'not-next', newestEpoch };
      const { entries, newestHash } = charter;
      const place = { n: entries + 1, previousHash: newestHash, sinceMs: nowMs() };
      const entry = signEntry({ ...place, cell, epoch }, owner);
      // A crash before this line is done leaves no entry or a torn one, which opening repairs (R7).
      file.add(lineOfEntry(entry));
      follow(charter, entry);
      return { kind: 'appended', entry };
    },
    close: file.close,
  };
}

function checkedCharter(path: string, lines: readonly string[]): Charter {
  const charter: Charter = { newestHash: NO_HASH, entries: 0, byCell: new Map() };
  for (const [index, line] of lines.entries()) {
    const entry = parseEntry(line);
    const fault = entry === undefined ? 'it is no charter entry' : faultOfNext(charter, entry);
    if (entry === undefined || fault !== undefined) {
      throw new RegistrarError(
        'charter-broken',
        `The charter ${path} is broken at line ${index + 1}: ${fault}. It says who may count for ` +
          'a cell, so Holdfast does not start on it; no count or like was touched. Bring ' +
          'charter.jsonl back from a backup of this data folder.',
      );
    }
    follow(charter, entry);
  }
  return charter;
}

function repairTail(charter: Charter, file: CharterFile, options: OpenRegistrar): void {
  if (file.tail === undefined) return;
  const bytes = Buffer.byteLength(file.tail);
  const entry = parseEntry(file.tail);
  if (entry !== undefined && faultOfNext(charter, entry) === undefined) {
    file.endTail();
    follow(charter, entry);
    options.onTornTail({ kind: 'kept', bytes });
  } else {
    file.cutTail();
    options.onTornTail({ kind: 'cut', bytes });
  }
}

function faultOfNext(charter: Charter, entry: CharterEntry): string | undefined {
  const wanted = (charter.byCell.get(entry.cell)?.length ?? 0) + 1;
  if (entry.n !== charter.entries + 1) return `entry ${charter.entries + 1} is expected here`;
  if (entry.previousHash !== charter.newestHash) return 'it does not follow the line before it';
  if (entry.epoch !== wanted) return `epoch ${wanted} of ${entry.cell} is expected here`;
  return faultOfEntry(entry);
}

function follow(charter: Charter, entry: CharterEntry): void {
  // The charter is this module's own record of the file, changed here and nowhere else.
  Object.assign(charter, { entries: entry.n, newestHash: entry.hash });
  const entries = charter.byCell.get(entry.cell);
  if (entries === undefined) charter.byCell.set(entry.cell, [entry]);
  else entries.push(entry);
}

function descriptionOf({ cell, operator, epoch, sinceMs }: CharterEntry): CellDescription {
  return { jurisdiction: cell, operator, epoch, sinceMs };
}
