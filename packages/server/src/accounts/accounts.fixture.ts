// What the tests of the account store share: a folder of its own, a clock that stands still, and a
// hash that costs nothing and can be held.

import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { SignInResult, SignUpResult } from './account-results.ts';
import { openAccounts, type Accounts, type OpenAccounts } from './accounts.ts';
import { PLAIN_VALUES } from '../at-rest/plain-values.fixture.ts';
import type { PasswordHash } from './password-hash.ts';

export const START_MS: number = Date.UTC(2026, 10, 22, 14);
export const PASSWORD = 'violet-kettle-9';
export const HOME = '203.0.113.7';

/** Counts the hashes, and keeps them waiting while `held` is set. */
class FakeHash implements PasswordHash {
  calls = 0;
  running = 0;
  runningMost = 0;
  #held: PromiseWithResolvers<void> | undefined;

  hold(): void {
    this.#held = Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  hash = async (password: string, salt: Uint8Array): Promise<string> => {
    await this.#work();
    const saltText = Buffer.from(salt).toString('hex');
    return `fake$${saltText}$${hash('sha256', `${saltText}${password}`)}`;
  };

  matches = async (stored: string, password: string): Promise<boolean> => {
    await this.#work();
    const saltText = stored.split('$')[1] ?? '';
    return stored === `fake$${saltText}$${hash('sha256', `${saltText}${password}`)}`;
  };

  async #work(): Promise<void> {
    this.calls += 1;
    this.running += 1;
    this.runningMost = Math.max(this.runningMost, this.running);
    await this.#held?.promise;
    this.running -= 1;
  }
}

export class AccountsFixture {
  folder = '';
  nowMs = START_MS;
  hashes = new FakeHash();
  readonly #opened: Accounts[] = [];

  get file(): string {
    return join(this.folder, 'accounts.db');
  }

  open(options: Partial<OpenAccounts> = {}): Accounts {
    const accounts = openAccounts({
      file: this.file,
      values: PLAIN_VALUES,
      nowMs: () => this.nowMs,
      randomBytes,
      hashPassword: this.hashes,
      ...options,
    });
    this.#opened.push(accounts);
    return accounts;
  }

  /** Everything that the store has on disk, as one string of single bytes. */
  bytesOnDisk(): string {
    return readdirSync(this.folder)
      .map((name) => readFileSync(join(this.folder, name), 'latin1'))
      .join('\n');
  }

  prepare(): void {
    this.folder = mkdtempSync(join(tmpdir(), 'holdfast accounts '));
    this.nowMs = START_MS;
    this.hashes = new FakeHash();
  }

  async remove(): Promise<void> {
    this.hashes.release();
    for (const accounts of this.#opened.splice(0)) await accounts.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** A fixture that is new for every test of the file. */
export function useAccounts(): AccountsFixture {
  const fixture = new AccountsFixture();
  beforeEach(() => fixture.prepare());
  afterEach(() => fixture.remove());
  return fixture;
}

export async function signUp(
  accounts: Accounts,
  handle = 'ann',
  remote = HOME,
): Promise<Extract<SignUpResult, { kind: 'signed-up' }>> {
  const result = await accounts.signUp({ handle, password: PASSWORD, remote });
  if (result.kind !== 'signed-up') throw new Error(`expected a sign-up, got ${result.kind}`);
  return result;
}

export async function signIn(
  accounts: Accounts,
  handle = 'ann',
  remote = HOME,
): Promise<Extract<SignInResult, { kind: 'signed-in' }>> {
  const result = await accounts.signIn({ handle, password: PASSWORD, remote });
  if (result.kind !== 'signed-in') throw new Error(`expected a sign-in, got ${result.kind}`);
  return result;
}

/** Tries a wrong password and returns how that ended. */
export async function guess(accounts: Accounts, handle = 'ann', remote = HOME): Promise<string> {
  const result = await accounts.signIn({ handle, password: 'a wrong password', remote });
  return result.kind;
}

export async function guessTimes(
  accounts: Accounts,
  times: number,
  handle = 'ann',
  remote = HOME,
): Promise<string[]> {
  const kinds: string[] = [];
  for (let n = 0; n < times; n += 1) kinds.push(await guess(accounts, handle, remote));
  return kinds;
}

export const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
