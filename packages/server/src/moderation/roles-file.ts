// Who of a cell's people may do what the operator allows: one small file beside the cell, replaced
// whole, for its owner alone (MO9). It names accounts and no handles.
//
// Not a writing of a person: the operator gives a role, and another operator gives other ones, so it
// stays behind when the cell is handed over.

import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { choice, fits, id, list, uint, union } from '@holdfast/protocol/shape.ts';
import type { Shape } from '@holdfast/protocol/shape.ts';
import { lockDataDir } from '../cli/instance-lock.ts';
import { isSystemError } from '../registrar/registrar-error.ts';
import { writeWhole } from '../replication/whole-file.ts';

export const ROLES = ['moderator'] as const;
export type Role = (typeof ROLES)[number];

/** Grants that a file holds, those that were revoked among them. */
export const GRANTS_MAX = 1_000;
const FORMAT = 1;
const FOLDER = 'roles';
const OTHERS_MODE = 0o077;

export type RoleGrant = Readonly<{
  account: string;
  role: Role;
  grantedAtMs: number;
  revokedAtMs: number | null;
}>;

export type GrantChange = Readonly<
  | { kind: 'changed'; grant: RoleGrant }
  /** It is as was asked already. */
  | { kind: 'unchanged' }
  | { kind: 'too-many' }
  /** Another process is changing the file in this moment. */
  | { kind: 'busy' }
>;

export type RolesFile = Readonly<{
  /** As it is on disk now; none where there is no file. Throws `RolesError`. */
  read: () => readonly RoleGrant[];
  /** What an account may do now. Throws `RolesError`. */
  of: (account: string) => readonly Role[];
  /** On disk (fsync) when it returns. Throws `RolesError`. */
  grant: (account: string, role: Role, nowMs: number) => GrantChange;
  revoke: (account: string, role: Role, nowMs: number) => GrantChange;
}>;

/** The file is there and cannot be used: nobody has a role until it is mended. */
export class RolesError extends Error {
  readonly code: 'roles-exposed' | 'roles-unreadable';

  constructor(code: RolesError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const FILE: Shape = {
  format: (value) => value === FORMAT,
  grants: list({
    account: id,
    role: choice(...ROLES),
    grantedAtMs: uint,
    revokedAtMs: union(uint, (value) => value === null),
  }),
};

/** `command` is how this process calls itself while it changes the file. */
export function openRolesFile(cellDir: string, command: string): RolesFile {
  const folder = join(cellDir, FOLDER);
  const file = join(folder, 'roles.json');
  let held: Readonly<{ version: string; grants: readonly RoleGrant[] }> = {
    version: '',
    grants: [],
  };
  const read = (): readonly RoleGrant[] => {
    const version = versionOf(file);
    // A whole file is renamed into place, so another content is another file.
    if (version !== held.version) {
      held = { version, grants: version === '' ? [] : readGrants(file) };
    }
    return held.grants;
  };

  const change = (work: (grants: readonly RoleGrant[]) => Changed): GrantChange => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const startedAt = new Date().toISOString();
    const lock = lockDataDir(folder, { pid: process.pid, command, startedAt });
    if (lock.kind === 'taken') return { kind: 'busy' };
    try {
      const done = work(read());
      if (done.kind !== 'changed') return done;
      writeWhole(file, `${JSON.stringify({ format: FORMAT, grants: done.grants })}\n`);
      return { kind: 'changed', grant: done.grant };
    } finally {
      lock.release();
    }
  };

  return {
    read,
    of: (account) =>
      read()
        .filter(isHeldBy(account))
        .map(({ role }) => role),
    grant: (account, role, nowMs) =>
      change((grants) => {
        if (grants.some((one) => isHeldBy(account)(one) && one.role === role)) {
          return { kind: 'unchanged' };
        }
        if (grants.length >= GRANTS_MAX) return { kind: 'too-many' };
        const grant = { account, role, grantedAtMs: nowMs, revokedAtMs: null };
        return { kind: 'changed', grants: [...grants, grant], grant };
      }),
    revoke: (account, role, nowMs) =>
      change((grants) => {
        const known = grants.find((one) => isHeldBy(account)(one) && one.role === role);
        if (known === undefined) return { kind: 'unchanged' };
        const grant = { ...known, revokedAtMs: nowMs };
        const changed = grants.map((one) => (one === known ? grant : one));
        return { kind: 'changed', grants: changed, grant };
      }),
  };
}

type Changed = Readonly<
  | { kind: 'changed'; grants: readonly RoleGrant[]; grant: RoleGrant }
  | { kind: 'unchanged' | 'too-many' }
>;

const isHeldBy =
  (account: string) =>
  (grant: RoleGrant): boolean =>
    grant.account === account && grant.revokedAtMs === null;

function versionOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeNs} ${stat.size} ${stat.mode}`;
}

function readGrants(file: string): readonly RoleGrant[] {
  const mend = 'Nobody has a role until it is mended; everything else goes on.';
  let value: unknown;
  try {
    const { mode } = statSync(file);
    if (process.platform !== 'win32' && (mode & OTHERS_MODE) !== 0) {
      const text = `${file} can be read or written by others. ${mend} Close it: chmod 600 '${file}'`;
      throw new RolesError('roles-exposed', text);
    }
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !isSystemError(cause)) throw cause;
    throw new RolesError('roles-unreadable', `${file} cannot be read. ${mend}`, cause);
  }
  if (fits(FILE, value)) return (value as { grants: readonly RoleGrant[] }).grants;
  throw new RolesError('roles-unreadable', `${file} has another form. ${mend}`);
}
