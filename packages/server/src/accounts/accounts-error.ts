// Errors of the account store. Their words are fixed, so that no handle, password or token can get
// into them.

import { fileFaultOf } from '../sqlite/file-fault.ts';

const ERRORS = {
  'accounts-busy': {
    retryable: true,
    message:
      'The account store is in use by another process that did not finish in time. Nothing was ' +
      'changed. Try again; if it lasts, look for another program that has accounts.db open.',
  },
  'accounts-storage-full': {
    retryable: true,
    message:
      'The disk of the account store is full. Nothing was changed and existing accounts are ' +
      'safe. Free some space; no restart is needed.',
  },
  'accounts-io': {
    retryable: true,
    message:
      'The account store could not be read or written. What was acknowledged before is safe; ' +
      'this call changed nothing. Check the disk and the rights of accounts.db, then try again.',
  },
  'accounts-corrupt': {
    retryable: false,
    message:
      'The account store is damaged or is no SQLite file. It was left as it is. Bring ' +
      'accounts.db of this cell back from a backup or from a follower.',
  },
  'accounts-foreign-file': {
    retryable: false,
    message:
      'The file given as account store is the database of another program. It was left as it ' +
      'is. Check the folder of the cell.',
  },
  'accounts-newer-version': {
    retryable: false,
    message:
      'The account store was written by a newer version of Holdfast. It was left as it is. Run ' +
      'that version or a newer one.',
  },
  'accounts-unsafe-settings': {
    retryable: false,
    message:
      'The account store cannot be opened durably (WAL, synchronous=FULL, secure_delete=ON) on ' +
      'this file system. Put the data folder on a local disk.',
  },
  'accounts-hashing': {
    retryable: true,
    message:
      'A password could not be hashed, most likely for want of memory. Nothing was changed. Try ' +
      'again; if it lasts, give the process more memory.',
  },
  'accounts-frozen': {
    retryable: true,
    message:
      'The accounts of this cell are being handed over, or another site owns them. Nothing was ' +
      'changed. Ask whoever owns the cell.',
  },
  'accounts-closed': {
    retryable: true,
    message: 'The account store is shutting down. Nothing was changed. Try again after the start.',
  },
} as const satisfies Record<string, Readonly<{ retryable: boolean; message: string }>>;

export type AccountsErrorCode = keyof typeof ERRORS;

/** The account store could not do its work; `retryable` says whether the same call can succeed later. */
export class AccountsError extends Error {
  override readonly name = 'AccountsError';
  readonly code: AccountsErrorCode;
  readonly retryable: boolean;

  constructor(code: AccountsErrorCode, cause?: unknown) {
    super(ERRORS[code].message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = ERRORS[code].retryable;
  }
}

/** What to throw for what was caught: failures of the file become `AccountsError`, the rest stays. */
export function accountsErrorOf(cause: unknown): unknown {
  const fault = fileFaultOf(cause);
  return fault === undefined ? cause : new AccountsError(`accounts-${fault}`, cause);
}
