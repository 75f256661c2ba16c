// The file of the charter: whole lines only, each on disk before anybody hears of it.
//
// Rules: docs/spec/charter.md (R6 to R9).
//
// Why it is safe: one process holds the data folder (cli/instance-lock.ts), a line is written and
// synced before `add` returns, and a write that failed is taken back or ends the file's use, so
// that no later line can follow bytes of unknown content.

import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { isSystemError, RegistrarError } from './registrar-error.ts';
import { syncFolder } from './sync-folder.ts';

/** Far more than any charter holds; a larger file is not one of ours. */
export const CHARTER_BYTES_MAX: number = 16 * 1024 * 1024;

/** The calls that tests make fail; otherwise those of `node:fs`. */
export type CharterDisk = Readonly<{
  write: (file: number, bytes: Uint8Array, at: number) => number;
  sync: (file: number) => void;
  truncate: (file: number, bytes: number) => void;
}>;

export const systemDisk: CharterDisk = {
  write: (file, bytes, at) => writeSync(file, bytes, 0, bytes.length, at),
  sync: fsyncSync,
  truncate: ftruncateSync,
};

export type CharterFile = Readonly<{
  /** The whole lines found at opening, without their ends. */
  lines: readonly string[];
  /** What stood behind the last line end: what a crash left of an append nobody heard of. */
  tail: string | undefined;
  /** Removes the tail. Durable on return. */
  cutTail: () => void;
  /** Keeps the tail as a line. Durable on return. */
  endTail: () => void;
  /** Appends a line with its end. Durable on return; a call that threw has added nothing. */
  add: (line: string) => void;
  close: () => void;
}>;

/** Opens the file and makes it, with its folder, where there is none. Changes no byte in it. */
export function openCharterFile(path: string, disk: CharterDisk): CharterFile {
  return guarded(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    try {
      // Without this a crash could leave a folder that does not name the file.
      syncFolder(dirname(path));
      return readLines(path, file, disk);
    } catch (cause) {
      closeSync(file);
      throw cause;
    }
  });
}

function readLines(path: string, file: number, disk: CharterDisk): CharterFile {
  if (fstatSync(file).size > CHARTER_BYTES_MAX) {
    throw new RegistrarError(
      'charter-too-large',
      `The charter ${path} is larger than ${CHARTER_BYTES_MAX} bytes, so it cannot be one. It ` +
        'was left as it is. Bring it back from a backup.',
    );
  }
  const bytes = readFileSync(file);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.toString('utf8', 0, wholeBytes).split('\n').slice(0, -1);
  const tail = bytes.length > wholeBytes ? bytes.toString('utf8', wholeBytes) : undefined;
  let usedBytes = wholeBytes;
  let usable = true;

  const put = (line: Uint8Array, at: number): void => {
    if (!usable) throw closed(path);
    try {
      for (let done = 0; done < line.length;) {
        done += disk.write(file, line.subarray(done), at + done);
      }
      disk.sync(file);
    } catch (cause) {
      takeBack();
      throw cause;
    }
    usedBytes = at + line.length;
  };

  const takeBack = (): void => {
    try {
      disk.truncate(file, usedBytes);
      disk.sync(file);
    } catch {
      // What is on disk behind the last good line is unknown now; only opening anew can tell.
      usable = false;
    }
  };

  return {
    lines,
    tail,
    cutTail: () =>
      guarded(path, () => {
        disk.truncate(file, wholeBytes);
        disk.sync(file);
      }),
    endTail: () =>
      guarded(path, () => {
        usedBytes = bytes.length;
        put(Buffer.from('\n'), bytes.length);
      }),
    add: (line) => guarded(path, () => put(Buffer.from(line), usedBytes)),
    close: () => {
      if (usable) closeSync(file);
      usable = false;
    },
  };
}

function closed(path: string): RegistrarError {
  return new RegistrarError(
    'charter-closed',
    `The charter ${path} takes no more entries since an earlier write to it failed, or it was ` +
      'closed. Nothing was recorded. Start Holdfast anew; it checks the charter then.',
  );
}

function guarded<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (isSystemError(cause, 'ENOSPC')) {
      throw new RegistrarError(
        'charter-storage-full',
        `The disk of the charter ${path} is full. Nothing was recorded; who owns which cell is as ` +
          'before. Free some space and try again.',
        cause,
      );
    }
    if (!isSystemError(cause)) throw cause;
    throw new RegistrarError(
      'charter-io',
      `The charter ${path} could not be read or written. Nothing was recorded; who owns which ` +
        'cell is as before. Check the disk and the rights of the file, then try again.',
      cause,
    );
  }
}
