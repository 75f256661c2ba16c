import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAccounts } from '../accounts/accounts.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { openCopyKeys } from '../at-rest/copy-keys.ts';
import { openRolesFile } from '../moderation/roles-file.ts';
import { runIn } from './cli.fixture.ts';
import type { Ran } from './cli.fixture.ts';

let dir: string;
const opened: Accounts[] = [];

/** The accounts of a cell, open as in a running server. */
function cellWith(cell: string): Accounts {
  const cellDir = join(dir, 'data', 'cells', cell);
  mkdirSync(cellDir, { recursive: true });
  const keys = openCopyKeys({ dir: cellDir, keyFile: join(dir, 'data', 'at-rest.key') });
  const accounts = openAccounts({
    file: join(cellDir, 'accounts.db'),
    values: keys.accounts,
    nowMs: () => Date.UTC(2026, 10, 22, 14),
    randomBytes,
    hashPassword: { hash: async () => 'not hashed', matches: async () => true },
  });
  opened.push(accounts);
  return accounts;
}

async function signUp(accounts: Accounts, handle: string): Promise<string> {
  const made = await accounts.signUp({ handle, password: 'correct horse 7', remote: '::1' });
  if (made.kind !== 'signed-up') throw new Error(made.kind);
  return made.accountId;
}

const roles = (...args: readonly string[]): Promise<Ran> => runIn(dir, ['roles', ...args]);
const moderator = (change: string, handle: string, ...more: readonly string[]): Promise<Ran> =>
  roles(change, '--data', 'data', '--handle', handle, '--role', 'moderator', ...more);
const rolesIn = (cell: string, account: string) =>
  openRolesFile(join(dir, 'data', 'cells', cell), 'a test').of(account);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-roles-'));
});
afterEach(async () => {
  for (const accounts of opened.splice(0)) await accounts.close();
  rmSync(dir, { recursive: true });
});

describe('holdfast roles', () => {
  it('MO9: gives and takes the role while the cell runs, in force at once', async () => {
    const maria = await signUp(cellWith('us'), 'maria');
    const reader = openRolesFile(join(dir, 'data', 'cells', 'us'), 'the cell');
    expect(reader.of(maria)).toEqual([]);
    expect(await moderator('grant', 'maria')).toMatchObject({
      exitCode: 0,
      out: 'Granted. maria (us): moderator\n',
    });
    expect(reader.of(maria)).toEqual(['moderator']);
    expect((await moderator('revoke', 'Maria')).exitCode).toBe(0);
    expect(reader.of(maria)).toEqual([]);
  });

  it('MO9: keeps each grant in a file that only its owner can read', async () => {
    const maria = await signUp(cellWith('us'), 'maria');
    await moderator('grant', 'maria');
    await moderator('revoke', 'maria');
    await moderator('grant', 'maria');
    const file = join(dir, 'data', 'cells', 'us', 'roles', 'roles.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('maria"');
    const listed = JSON.parse((await roles('list', '--data', 'data', '--json')).out) as {
      roles: object[];
    };
    expect(listed.roles).toMatchObject([
      { handle: 'maria', account: maria, revokedAt: '2026-11-22T14:00:00.000Z' },
      { handle: 'maria', account: maria, revokedAt: null },
    ]);
  });

  it('MO9: the role stays with the account and does not go to who takes the handle', async () => {
    const accounts = cellWith('us');
    const first = await signUp(accounts, 'maria');
    await moderator('grant', 'maria');
    accounts.delete(first);
    const second = await signUp(accounts, 'maria');
    expect(rolesIn('us', second)).toEqual([]);
    expect((await roles('list', '--data', 'data')).out).toContain('(account is gone)');
  });

  it('asks for the cell when people of several have the handle', async () => {
    await signUp(cellWith('us'), 'maria');
    const there = await signUp(cellWith('eu'), 'maria');
    const refused = await moderator('grant', 'maria');
    expect([refused.exitCode, refused.err]).toEqual([1, expect.stringContaining('add --cell')]);
    expect((await moderator('grant', 'maria', '--cell', 'eu')).exitCode).toBe(0);
    expect(rolesIn('eu', there)).toEqual(['moderator']);
  });

  it('refuses a handle that nobody has, a role that is none, and a folder without data', async () => {
    await signUp(cellWith('us'), 'maria');
    expect((await moderator('grant', 'mario')).err).toContain('Nothing was changed');
    const king = ['grant', '--data', 'data', '--handle', 'maria', '--role', 'king'];
    expect((await roles(...king)).exitCode).toBe(2);
    expect((await roles('list', '--data', 'nowhere')).exitCode).toBe(2);
  });
});
