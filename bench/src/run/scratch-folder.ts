// Where the servers' data goes while they run. On a file system in memory an fsync costs nothing,
// and every figure about durable answers would be a fiction.

import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSystemOf } from './machine.ts';

const CANDIDATES_AFTER_TMP = ['/var/tmp'] as const;
/** Others may pass through, as the database's user must, and not list. */
const PASSABLE = 0o711;

/** Makes an empty folder on a disk. Throws when `asked`, or every usual place, is in memory. */
export async function makeScratchFolder(asked: string | null): Promise<string> {
  const candidates = asked === null ? [tmpdir(), ...CANDIDATES_AFTER_TMP] : [asked];
  for (const candidate of candidates) {
    if (fileSystemOf(candidate) === 'tmpfs') continue;
    const folder = await mkdtemp(join(candidate, 'holdfast-bench-'));
    await chmod(folder, PASSABLE);
    return folder;
  }
  throw new Error(
    `${candidates.join(' and ')} are in memory, where nothing is durable; ` +
      'name a folder on a disk with --scratch',
  );
}
