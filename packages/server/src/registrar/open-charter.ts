// Opens a charter that lies in a file: that of the registrar, or a copy that a reader keeps.
//
// Rules: docs/spec/charter.md (R7, R8).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOldEntry, lineOfEntry, parseEntry } from '@holdfast/engine/charter/charter-entry.ts';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { openCharterFile, systemDisk } from './charter-file.ts';
import type { CharterDisk, CharterFile } from './charter-file.ts';
import { emptyCharter } from './charter.ts';
import type { Charter, CharterView } from './charter.ts';
import { isSystemError, RegistrarError } from './registrar-error.ts';

/** Where the registrar's charter lies below its data folder. */
export function charterFile(dataDir: string): string {
  return join(dataDir, 'registrar', 'charter.jsonl');
}

/** What opening had to repair: the end of an append that nobody was told of. */
export type TornTail = Readonly<{ kind: 'cut' | 'kept'; bytes: number }>;

export type OpenedCharter = Readonly<{
  charter: Charter;
  /** Takes an entry in which no fault was found. Durable on return, and before anybody sees it. */
  add: (entry: CharterEntry) => void;
  close: () => void;
}>;

export type OpenCharter = Readonly<{
  /** Path of `charter.jsonl`; it is made, with its folder, where there is none. */
  file: string;
  /** Told when the end of the file was repaired (R7). */
  onTornTail: (tail: TornTail) => void;
  disk?: CharterDisk;
}>;

/** Opens the file and checks every entry of it (R8). Throws `RegistrarError`. */
export function openCharter({ file: path, onTornTail, disk }: OpenCharter): OpenedCharter {
  const file = openCharterFile(path, disk ?? systemDisk);
  try {
    const charter = checkedCharter(path, file.lines);
    repairTail(charter, file, onTornTail);
    return {
      charter,
      add: (entry) => {
        // A crash before this line is done leaves no entry or a torn one, which opening repairs.
        file.add(lineOfEntry(entry));
        charter.follow(entry);
      },
      close: file.close,
    };
  } catch (cause) {
    file.close();
    throw cause;
  }
}

/** Reads a charter without changing a byte; a torn end is passed over. Throws `RegistrarError`. */
export function readCharter(path: string): CharterView {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return emptyCharter().view;
    throw new RegistrarError('charter-io', `The charter ${path} cannot be read.`, cause);
  }
  return checkedCharter(path, text.split('\n').slice(0, -1)).view;
}

function checkedCharter(path: string, lines: readonly string[]): Charter {
  const charter = emptyCharter();
  for (const [index, line] of lines.entries()) {
    const entry = parseEntry(line);
    if (entry === undefined && isOldEntry(line)) throw oldFormat(path);
    const fault = entry === undefined ? 'it is no charter entry' : charter.faultOfNext(entry);
    if (entry === undefined || fault !== undefined) {
      throw new RegistrarError(
        'charter-broken',
        `The charter ${path} is broken at line ${index + 1}: ${fault}. It says who may count for ` +
          'a cell, so Holdfast does not start on it; no count or like was touched. Bring ' +
          'charter.jsonl back from a backup of this data folder.',
      );
    }
    charter.follow(entry);
  }
  return charter;
}

function oldFormat(path: string): RegistrarError {
  return new RegistrarError(
    'charter-old-format',
    `The charter ${path} was written by a version of Holdfast from before the first release, and ` +
      'this one cannot read it. Nothing was changed. Run the version that wrote this folder to ' +
      'export what you need, and start this one on a new data folder.',
  );
}

function repairTail(
  charter: Charter,
  file: CharterFile,
  onTornTail: (tail: TornTail) => void,
): void {
  if (file.tail === undefined) return;
  const bytes = Buffer.byteLength(file.tail);
  const entry = parseEntry(file.tail);
  if (entry !== undefined && charter.faultOfNext(entry) === undefined) {
    file.endTail();
    charter.follow(entry);
    onTornTail({ kind: 'kept', bytes });
  } else {
    file.cutTail();
    onTornTail({ kind: 'cut', bytes });
  }
}
