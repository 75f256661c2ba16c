// What people did with the console, line by line, for good (CO30 to CO32).
//
// A line is appended with one write and flushed. Two processes may append at once: the system puts
// each write at the end. A crash leaves at most a torn last line, which readers pass over.

import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConsoleAuditEntry } from '@holdfast/protocol/console.ts';
import { choice, fits, text } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { isSystemError } from '../registrar/registrar-error.ts';

/** Of the end of the file so much is read to be shown. */
const TAIL_BYTES_MAX = 65_536;
const ENTRIES_SHOWN_MAX = 200;
const DETAIL_CHARS_MAX = 500;

const ENTRY: Shape = {
  at: text(40),
  who: text(40),
  what: text(40),
  outcome: choice('done', 'refused'),
  detail: text(DETAIL_CHARS_MAX),
};

export type Audit = Readonly<{
  /** On disk (fsync) when it returns. Throws the error of the file system. */
  append: (entry: Omit<ConsoleAuditEntry, 'at'>) => void;
  /** The newest entries, newest first. */
  newest: () => readonly ConsoleAuditEntry[];
}>;

export function openAudit(consoleDir: string, nowMs: () => number): Audit {
  const file = join(consoleDir, 'console-audit.ndjson');
  return {
    append: (entry) => {
      const detail = entry.detail.slice(0, DETAIL_CHARS_MAX);
      const line = JSON.stringify({ at: new Date(nowMs()).toISOString(), ...entry, detail });
      appendLine(file, line);
    },
    newest: () => tailOf(file).split('\n').flatMap(entryIn).slice(-ENTRIES_SHOWN_MAX).toReversed(),
  };
}

function appendLine(file: string, line: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const handle = openSync(file, 'a+', 0o600);
  try {
    // A crash in the middle of a line left it without its end.
    const begin = endsWhole(handle) ? '' : '\n';
    writeSync(handle, `${begin}${line}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function endsWhole(handle: number): boolean {
  const { size } = fstatSync(handle);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(handle, last, 0, 1, size - 1);
  return last.toString() === '\n';
}

function tailOf(file: string): string {
  let handle: number | undefined;
  try {
    handle = openSync(file, 'r');
    const { size } = fstatSync(handle);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES_MAX));
    const read = readSync(handle, bytes, 0, bytes.length, size - bytes.length);
    return bytes.subarray(0, read).toString('utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return '';
    throw error;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function entryIn(line: string): readonly ConsoleAuditEntry[] {
  try {
    const value: unknown = JSON.parse(line);
    return fits(ENTRY, value) ? [value as ConsoleAuditEntry] : [];
  } catch {
    // The first line of the tail is cut, and the last may be torn.
    return [];
  }
}
