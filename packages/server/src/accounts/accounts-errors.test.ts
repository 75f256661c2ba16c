import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { PLAIN_VALUES } from '../at-rest/plain-values.fixture.ts';
import { HOME, PASSWORD, settle, signUp, useAccounts } from './accounts.fixture.ts';
import { openDatabase } from './database.ts';

const fixture = useAccounts();
const MARKERS = { handle: 'marker_handle', password: 'MARKER password' };

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('expected a throw');
}

describe('errors', () => {
  test.each(['signUp', 'signIn'] as const)(
    'AC41: %s with a broken file quotes nobody',
    async (call) => {
      const accounts = fixture.open();
      const other = new DatabaseSync(fixture.file);
      other.exec('DROP TABLE sessions; DROP TABLE failures; DROP TABLE accounts');
      other.close();
      const error = await errorOf(() => accounts[call]({ ...MARKERS, remote: HOME }));
      expect(error).toMatchObject({ name: 'AccountsError', code: 'accounts-io', retryable: true });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/marker/i);
    },
  );

  test('AC41: a session look-up with a broken file does not quote the token', async () => {
    const accounts = fixture.open();
    const { session } = await signUp(accounts);
    const other = new DatabaseSync(fixture.file);
    other.exec('DROP TABLE sessions');
    other.close();
    const error = await errorOf(() => accounts.session(session.token));
    expect(error).toMatchObject({ code: 'accounts-io' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(session.token.slice(4));
  });

  test('AC41: a hash that fails does not pass on what it said', async () => {
    const fail = (password: string): Promise<never> => Promise.reject(new Error(password));
    const accounts = fixture.open({ hashPassword: { hash: fail, matches: fail } });
    for (const call of ['signUp', 'signIn'] as const) {
      const error = await errorOf(() => accounts[call]({ ...MARKERS, remote: HOME }));
      expect(error).toMatchObject({ code: 'accounts-hashing', retryable: true });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/marker (?:pass|handle)/i);
    }
  });

  test('AC41: a mistake in the program is not dressed up as a failure of the file', async () => {
    const accounts = fixture.open({
      randomBytes: () => {
        throw new RangeError('no bytes');
      },
    });
    const request = { ...MARKERS, remote: HOME };
    expect(await errorOf(() => accounts.signUp(request))).toBeInstanceOf(RangeError);
    expect(await errorOf(() => accounts.signIn(request))).toBeInstanceOf(RangeError);
  });
});

describe('files', () => {
  test('AC39 AC40: the file is opened with the settings that the promises rest on', () => {
    const db = openDatabase(fixture.file, PLAIN_VALUES);
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(db.prepare('PRAGMA secure_delete').get()).toEqual({ secure_delete: 1 });
    expect(db.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
    db.close();
  });

  test('AC40: the database of another program is refused and left as it was', async () => {
    const other = new DatabaseSync(fixture.file);
    other.exec('CREATE TABLE notes (a)');
    other.close();
    const before = readFileSync(fixture.file);
    const error = await errorOf(() => fixture.open());
    expect(error).toMatchObject({ code: 'accounts-foreign-file', retryable: false });
    expect(readFileSync(fixture.file)).toEqual(before);
  });

  test('AC40: a file of a newer version is refused', async () => {
    await fixture.open().close();
    const newer = new DatabaseSync(fixture.file);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(await errorOf(() => fixture.open())).toMatchObject({ code: 'accounts-newer-version' });
  });

  test('AC40: a file that is no database is refused', async () => {
    writeFileSync(fixture.file, 'not a database, but long enough to be looked at '.repeat(100));
    expect(await errorOf(() => fixture.open())).toMatchObject({ code: 'accounts-corrupt' });
  });

  test('AC41: a missing folder is told with a code and its cause', async () => {
    const file = join(fixture.folder, 'missing', 'accounts.db');
    expect(await errorOf(() => fixture.open({ file }))).toMatchObject({
      code: 'accounts-io',
      cause: { code: 'ENOENT' },
    });
  });

  test('AC43: the files are readable by their owner alone', async () => {
    await signUp(fixture.open());
    const names = readdirSync(fixture.folder);
    const modes = names.map((name) => statSync(join(fixture.folder, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });
});

describe('closing', () => {
  test('AC42: what has begun is finished, and nothing begins after', async () => {
    const accounts = fixture.open();
    fixture.hashes.hold();
    const begun = accounts.signUp({ handle: 'ann', password: PASSWORD, remote: HOME });
    await settle();
    const closed = accounts.close();
    const late = { code: 'accounts-closed', retryable: true };
    const request = { handle: 'bob', password: PASSWORD, remote: HOME };
    expect(await errorOf(() => accounts.signUp(request))).toMatchObject(late);
    expect(await errorOf(() => accounts.session('hft_'))).toMatchObject(late);
    fixture.hashes.release();
    expect((await begun).kind).toBe('signed-up');
    await closed;
  });

  test('AC42: closing may be repeated', async () => {
    const accounts = fixture.open();
    await accounts.close();
    await expect(accounts.close()).resolves.toBeUndefined();
  });
});
