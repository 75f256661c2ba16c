// What a failure of a SQLite file means, in words that every store has a code for.

export type FileFault = 'busy' | 'storage-full' | 'io' | 'corrupt';

// Primary result codes of SQLite; extended codes carry them in their low byte.
const FAULT_OF_RESULT: Readonly<Record<number, FileFault>> = {
  5: 'busy',
  6: 'busy',
  11: 'corrupt',
  13: 'storage-full',
  26: 'corrupt',
};

/** The fault that an error of SQLite or of the file system stands for; `undefined` for any other. */
export function fileFaultOf(cause: unknown): FileFault | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  if ('errcode' in cause && typeof cause.errcode === 'number') {
    return FAULT_OF_RESULT[cause.errcode & 0xff] ?? 'io';
  }
  if (cause.code === 'ENOSPC') return 'storage-full';
  return 'syscall' in cause ? 'io' : undefined;
}
