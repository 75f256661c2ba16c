// Errors of the key store. Their words are fixed, so that no secret or name can get into them.

import { fileFaultOf } from '../sqlite/file-fault.ts';

const ERRORS = {
  'keys-busy': {
    retryable: true,
    message:
      'The key store is in use by another process that did not finish in time. Nothing was ' +
      'changed. Try again; if it lasts, look for a stuck holdfast command.',
  },
  'keys-storage-full': {
    retryable: true,
    message:
      'The disk of the key store is full. Nothing was changed and existing keys are safe. ' +
      'Free some space and try again.',
  },
  'keys-io': {
    retryable: true,
    message:
      'The key store could not be read or written. Nothing was changed by this call. Check the ' +
      'disk and the rights of keys.db in the data folder, then try again.',
  },
  'keys-corrupt': {
    retryable: false,
    message:
      'The key store is damaged or is no SQLite file. It was left as it is. Bring keys.db back ' +
      'from a backup, or move it away and make new keys.',
  },
  'keys-foreign-file': {
    retryable: false,
    message:
      'The file given as key store is the database of another program. It was left as it is. ' +
      'Check the data folder.',
  },
  'keys-newer-version': {
    retryable: false,
    message:
      'The key store was written by a newer version of Holdfast. It was left as it is. Run that ' +
      'version or a newer one.',
  },
  'keys-unsafe-settings': {
    retryable: false,
    message:
      'The key store cannot be opened durably (WAL with synchronous=FULL) on this file system. ' +
      'Put the data folder on a local disk.',
  },
  'keys-fixed-invalid': {
    retryable: false,
    message:
      'A key set by the environment cannot be used. It needs 8 to 128 printable ASCII ' +
      'characters without space at either end, because it is sent in an HTTP header.',
  },
  'keys-fixed-repeated': {
    retryable: false,
    message:
      'Two keys set by the environment are of the same kind or have the same secret, so one of ' +
      'them could not be told from the other. Set one key of each kind, each with its own secret.',
  },
} as const satisfies Record<string, Readonly<{ retryable: boolean; message: string }>>;

export type KeysErrorCode = keyof typeof ERRORS;

/** The key store could not do its work; `retryable` says whether the same call can succeed later. */
export class KeysError extends Error {
  override readonly name = 'KeysError';
  readonly code: KeysErrorCode;
  readonly retryable: boolean;

  constructor(code: KeysErrorCode, cause?: unknown) {
    super(ERRORS[code].message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = ERRORS[code].retryable;
  }
}

/** What to throw for what was caught: failures of the file become `KeysError`, the rest stays. */
export function keysErrorOf(cause: unknown): unknown {
  const fault = fileFaultOf(cause);
  return fault === undefined ? cause : new KeysError(`keys-${fault}`, cause);
}
