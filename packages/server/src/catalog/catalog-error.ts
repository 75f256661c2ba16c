// Errors of the catalog's file. Their words are fixed, so that nothing that was sent gets into them.

import { fileFaultOf } from '../sqlite/file-fault.ts';

const ERRORS = {
  'catalog-storage-full': {
    retryable: true,
    message:
      'The disk of the catalog is full. The video was not registered and known videos are safe. ' +
      'Free some space and try again.',
  },
  'catalog-io': {
    retryable: true,
    message:
      'The catalog could not be read or written. Nothing was changed by this call. Check the disk ' +
      'and the rights of catalog.db in the data folder, then try again.',
  },
  'catalog-foreign-file': {
    retryable: false,
    message:
      'The file given as catalog is the database of another program or of a newer version. It was ' +
      'left as it is. Check the data folder.',
  },
  'catalog-unsafe-settings': {
    retryable: false,
    message:
      'The catalog cannot be opened durably (WAL with synchronous=FULL) on this file system. Put ' +
      'the data folder on a local disk.',
  },
} as const satisfies Record<string, Readonly<{ retryable: boolean; message: string }>>;

export type CatalogErrorCode = keyof typeof ERRORS;

export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  readonly code: CatalogErrorCode;
  readonly retryable: boolean;

  constructor(code: CatalogErrorCode, cause?: unknown) {
    super(ERRORS[code].message, { cause });
    this.code = code;
    this.retryable = ERRORS[code].retryable;
  }
}

/** What was caught, as a `CatalogError`. */
export function catalogErrorOf(cause: unknown): CatalogError {
  if (cause instanceof CatalogError) return cause;
  const full = fileFaultOf(cause) === 'storage-full';
  return new CatalogError(full ? 'catalog-storage-full' : 'catalog-io', cause);
}
