import { describe, expect, test } from 'vitest';
import { KeysError, keysErrorOf } from './keys-error.ts';

const sqliteError = (errcode: number) =>
  Object.assign(new Error('from SQLite'), { code: 'ERR_SQLITE_ERROR', errcode });

describe('K20: errors', () => {
  test.each([
    ['SQLITE_BUSY', 5, 'keys-busy', true],
    ['SQLITE_BUSY_SNAPSHOT', 517, 'keys-busy', true],
    ['SQLITE_FULL', 13, 'keys-storage-full', true],
    ['SQLITE_CORRUPT', 11, 'keys-corrupt', false],
    ['SQLITE_NOTADB', 26, 'keys-corrupt', false],
    ['SQLITE_IOERR_FSYNC', 1034, 'keys-io', true],
  ])('%s becomes a code and keeps its cause', (_name, errcode, code, retryable) => {
    const cause = sqliteError(errcode);
    expect(keysErrorOf(cause)).toMatchObject({ code, retryable, cause });
  });

  test('a full disk seen by the file system has the code of a full disk', () => {
    const cause = Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'open' });
    expect(keysErrorOf(cause)).toMatchObject({ code: 'keys-storage-full' });
  });

  test('an error that is neither stays what it was', () => {
    const mistake = new TypeError('a mistake in the program');
    expect(keysErrorOf(mistake)).toBe(mistake);
    const known = new KeysError('keys-newer-version');
    expect(keysErrorOf(known)).toBe(known);
  });
});
