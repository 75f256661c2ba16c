// Errors of the console's own files.

export type ConsoleErrorCode = 'staff-unreadable' | 'staff-exposed';

/** The console could not do its work; a person has to mend it. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  readonly code: ConsoleErrorCode;
  readonly retryable = false;

  constructor(code: ConsoleErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
