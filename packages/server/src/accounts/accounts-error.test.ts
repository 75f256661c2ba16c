import { describe, expect, test } from 'vitest';
import { AccountsError, accountsErrorOf } from './accounts-error.ts';

const sqliteError = (errcode: number) =>
  Object.assign(new Error('from SQLite'), { code: 'ERR_SQLITE_ERROR', errcode });

describe('AC41: errors', () => {
  test.each([
    ['SQLITE_BUSY', 5, 'accounts-busy', true],
    ['SQLITE_BUSY_SNAPSHOT', 517, 'accounts-busy', true],
    ['SQLITE_FULL', 13, 'accounts-storage-full', true],
    ['SQLITE_CORRUPT', 11, 'accounts-corrupt', false],
    ['SQLITE_NOTADB', 26, 'accounts-corrupt', false],
    ['SQLITE_IOERR_FSYNC', 1034, 'accounts-io', true],
  ])('%s becomes a code and keeps its cause', (_name, errcode, code, retryable) => {
    const cause = sqliteError(errcode);
    expect(accountsErrorOf(cause)).toMatchObject({ code, retryable, cause });
  });

  test('a full disk seen by the file system has the code of a full disk', () => {
    const cause = Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'open' });
    expect(accountsErrorOf(cause)).toMatchObject({ code: 'accounts-storage-full' });
  });

  test('an error that is neither stays what it was', () => {
    const mistake = new TypeError('a mistake in the program');
    expect(accountsErrorOf(mistake)).toBe(mistake);
    const known = new AccountsError('accounts-newer-version');
    expect(accountsErrorOf(known)).toBe(known);
  });
});
