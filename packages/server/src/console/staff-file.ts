// The people of the console on disk: one small file, replaced whole, for its owner alone (CO1).
//
// The command line changes it while a cell runs on the same folder, and the cell takes codes out of
// it. Both do so under one lock of the operating system, so neither undoes what the other wrote.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isStaffName, STAFF_ROLES } from '@holdfast/protocol/console.ts';
import { choice, fits, list, text, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { lockDataDir } from '../cli/instance-lock.ts';
import { isSystemError } from '../registrar/registrar-error.ts';
import { writeWhole } from '../replication/whole-file.ts';
import { ConsoleError } from './console-error.ts';
import type { Change, Staff } from './staff.ts';

const FORMAT = 1;
const OTHERS_MODE = 0o077;

const none: Shape = (value) => value === null;
const FILE: Shape = {
  format: (value) => value === FORMAT,
  staff: list({
    name: isStaffName,
    role: choice(...STAFF_ROLES),
    addedAtMs: uint,
    revokedAtMs: union(uint, none),
    code: union(none, { hash: text(64), expiresAtMs: uint }),
    keys: list({ keyId: text(32), publicKey: text(100), enrolledAtMs: uint }),
  }),
};

export type StaffFile = Readonly<{
  /** As it is on disk now; empty where there is none. Throws `ConsoleError`. */
  read: () => Staff;
  /**
   * Changes it; what was changed is on disk (fsync) when it returns. `busy`: another process is
   * changing it in this moment, and nothing was done. Throws `ConsoleError`.
   */
  change: (change: (staff: Staff) => Change) => Change | Readonly<{ kind: 'busy' }>;
}>;

/** `command` is how this process calls itself while it holds the lock. */
export function openStaffFile(consoleDir: string, command: string): StaffFile {
  const file = join(consoleDir, 'staff.json');
  let held: Readonly<{ version: string; staff: Staff }> = { version: '', staff: [] };
  const read = (): Staff => {
    const version = versionOf(file);
    // A whole file is renamed into place, so another content is another file.
    if (version !== held.version) held = { version, staff: version === '' ? [] : readStaff(file) };
    return held.staff;
  };
  return {
    read,
    change: (change) => {
      const startedAt = new Date().toISOString();
      const lock = lockDataDir(consoleDir, { pid: process.pid, command, startedAt });
      if (lock.kind === 'taken') return { kind: 'busy' };
      try {
        const result = change(read());
        if (result.kind === 'changed') {
          writeWhole(file, `${JSON.stringify({ format: FORMAT, staff: result.staff })}\n`);
        }
        return result;
      } finally {
        lock.release();
      }
    },
  };
}

function versionOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeNs} ${stat.size} ${stat.mode}`;
}

function readStaff(file: string): Staff {
  let value: unknown;
  try {
    const { mode } = statSync(file);
    if (process.platform !== 'win32' && (mode & OTHERS_MODE) !== 0) throw exposed(file);
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError || isSystemError(cause)) throw unreadable(file, cause);
    throw cause;
  }
  if (!fits(FILE, value)) throw unreadable(file, undefined);
  return (value as { staff: Staff }).staff;
}

function exposed(file: string): ConsoleError {
  return new ConsoleError(
    'staff-exposed',
    `${file} can be read or written by other users of this machine, who could let themselves in. ` +
      `Nobody is let into the console until it is closed: chmod 600 '${file}'`,
  );
}

function unreadable(file: string, cause: unknown): ConsoleError {
  return new ConsoleError(
    'staff-unreadable',
    `${file}, the people of the console, cannot be read. Nobody is let in, and hand-overs go on. ` +
      'Bring it back from a backup, or move it away and add the people anew.',
    cause,
  );
}
