// Errors of the keys that a cell's files are sealed with. None holds a key or what was sealed.

const ERRORS = {
  'at-rest-key-missing':
    'is missing, and without it nothing of the cell can be read. Nothing was changed. Bring the ' +
    'file back, or name it with --key-file or HOLDFAST_KEY_FILE.',
  'at-rest-key-exposed':
    'can be read by other users of this machine, who could open the data with it. Nothing was ' +
    'changed. Give it to its owner alone (chmod 600).',
  'at-rest-key-unreadable':
    'is no key: it must hold 32 random bytes in base64, as `openssl rand -base64 32` makes them. ' +
    'Nothing was changed.',
  'at-rest-wrong-key':
    'does not open under the key that was given: it was changed on disk, or the key is that of ' +
    'another folder. Nothing was changed. Name the right key with --key-file, or bring both back ' +
    'from one backup.',
  'at-rest-not-encrypted':
    'has files and no data.key: it was written by a version that did not encrypt, or its key was ' +
    'destroyed. Nothing was changed. Begin with a new folder, or bring data.key back from a backup.',
  'at-rest-newer-version':
    'was written by a newer version of Holdfast. Nothing was changed. Run that version.',
} as const;

export type AtRestErrorCode = keyof typeof ERRORS;

/** The files of a cell cannot be opened as they are; trying again does not help. */
export class AtRestError extends Error {
  override readonly name = 'AtRestError';
  readonly code: AtRestErrorCode;
  readonly retryable = false;

  constructor(code: AtRestErrorCode, path: string, cause?: unknown) {
    super(`${path} ${ERRORS[code]}`, { cause });
    this.code = code;
  }
}
