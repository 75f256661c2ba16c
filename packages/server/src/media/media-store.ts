// The files of people's videos and pictures: a folder for each jurisdiction, in it one for each
// video and each account, and one for uploads that are under way.
//
// Rules: docs/spec/uploads.md (UP34 to UP36).
//
// A file never changes under its name, and is whole when it has one: it is written beside, synced,
// and renamed.

import { createReadStream } from 'node:fs';
import type { ReadStream } from 'node:fs';
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Jurisdiction } from '@holdfast/protocol/ids.ts';

export type MediaOwner = Readonly<{ of: 'video' | 'person'; id: string }>;

export type MediaFile = Readonly<{
  bytes: number;
  /** From the first byte to the last, both included. */
  read: (range: Readonly<{ from: number; to: number }>) => ReadStream;
}>;

export type MediaStore = Readonly<{
  /** Where uploads of a jurisdiction are kept until they are whole. */
  uploadsFolder: (jurisdiction: Jurisdiction) => string;
  /** Keeps bytes under a new name with this beginning; durable when it resolves. */
  put: (
    jurisdiction: Jurisdiction,
    owner: MediaOwner,
    name: Readonly<{ stem: string; ending: string }>,
    bytes: Uint8Array,
  ) => Promise<string>;
  /** Gives a whole file a second name here; durable when it resolves, and may be repeated. */
  adopt: (
    jurisdiction: Jurisdiction,
    owner: MediaOwner,
    file: string,
    path: string,
  ) => Promise<void>;
  find: (
    jurisdiction: Jurisdiction,
    owner: MediaOwner,
    file: string,
  ) => Promise<MediaFile | undefined>;
  /** Removes a file, or all of an owner; nothing happens when there is none. */
  remove: (jurisdiction: Jurisdiction, owner: MediaOwner, file?: string) => Promise<void>;
}>;

/** Enough that nobody guesses the name of a file. */
const NAME_BYTES = 12;
const FILE_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.[a-z0-9]{2,5}$/;
const ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
const FOLDERS = { video: 'v', person: 'p' } as const;

export function openMediaStore(
  folder: string,
  randomBytes: (bytes: number) => Uint8Array,
): MediaStore {
  const folderOf = (jurisdiction: Jurisdiction, { of, id }: MediaOwner): string => {
    // Ids were checked where they came in; a path is never made of anything else.
    if (!ID_PATTERN.test(id)) throw new Error('media of an id that is none');
    return join(folder, jurisdiction, FOLDERS[of], id);
  };
  const newName = ({ stem, ending }: Readonly<{ stem: string; ending: string }>): string =>
    `${stem}-${Buffer.from(randomBytes(NAME_BYTES)).toString('base64url')}.${ending}`;

  const folderMade = async (jurisdiction: Jurisdiction, owner: MediaOwner): Promise<string> => {
    const target = folderOf(jurisdiction, owner);
    await mkdir(target, { recursive: true, mode: 0o700 });
    return target;
  };

  return {
    uploadsFolder: (jurisdiction) => join(folder, jurisdiction, 'uploads'),
    put: async (jurisdiction, owner, name, bytes) => {
      const target = await folderMade(jurisdiction, owner);
      const file = newName(name);
      const part = join(target, `${file}.part`);
      const handle = await open(part, 'wx', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, join(target, file));
      await syncPath(target);
      return file;
    },
    adopt: async (jurisdiction, owner, file, path) => {
      if (!FILE_PATTERN.test(file)) throw new Error('media of a name that is none');
      const target = await folderMade(jurisdiction, owner);
      await syncPath(path);
      await link(path, join(target, file)).catch((cause: unknown) => {
        if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      });
      await syncPath(target);
    },
    find: async (jurisdiction, owner, file) => {
      if (!FILE_PATTERN.test(file)) return undefined;
      const path = join(folderOf(jurisdiction, owner), file);
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile() !== true) return undefined;
      return {
        bytes: found.size,
        read: ({ from, to }) => createReadStream(path, { start: from, end: to }),
      };
    },
    remove: async (jurisdiction, owner, file) => {
      if (file !== undefined && !FILE_PATTERN.test(file)) return;
      const target = folderOf(jurisdiction, owner);
      await rm(file === undefined ? target : join(target, file), { recursive: true, force: true });
    },
  };
}

/** A file or a folder. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
