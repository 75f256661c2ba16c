// Errors of the charter and of operator keys.

export type RegistrarErrorCode =
  | 'charter-broken'
  | 'charter-old-format'
  | 'charter-too-large'
  | 'charter-io'
  | 'charter-storage-full'
  | 'charter-closed'
  | 'operator-key-missing'
  | 'operator-key-unreadable'
  | 'operator-key-exposed'
  | 'operator-key-differs'
  | 'registrar-key-differs'
  | 'cell-elsewhere';

/** The registrar could not do its work. `retryable`: the same call can succeed later. */
export class RegistrarError extends Error {
  override readonly name = 'RegistrarError';
  readonly code: RegistrarErrorCode;
  readonly retryable: boolean;

  constructor(code: RegistrarErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = code === 'charter-io' || code === 'charter-storage-full';
  }
}

/** Whether something thrown is a failure of the operating system with this code. */
export function isSystemError(thrown: unknown, code?: string): boolean {
  if (!(thrown instanceof Error) || !('syscall' in thrown) || !('code' in thrown)) return false;
  return code === undefined || thrown.code === code;
}
