// The operator's key: 32 random bytes in a file, under which the keys of the data are wrapped.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { syncFolder } from '../registrar/sync-folder.ts';
import { AtRestError } from './at-rest-error.ts';
import { KEY_BYTES } from './box.ts';

const OTHERS_MODE = 0o077;
const KEY_PATTERN = /^[A-Za-z0-9+/]{43}=\n?$/;

/** Reads the key. Throws `AtRestError` when it is missing, open to others or no key. */
export function readKeyFile(file: string): Buffer {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (cause) {
    throw new AtRestError('at-rest-key-missing', file, cause);
  }
  try {
    if (process.platform !== 'win32' && (fstatSync(handle).mode & OTHERS_MODE) !== 0) {
      throw new AtRestError('at-rest-key-exposed', file);
    }
    const text = readFileSync(handle, 'utf8');
    const key = Buffer.from(text.trimEnd(), 'base64');
    if (!KEY_PATTERN.test(text) || key.length !== KEY_BYTES) {
      throw new AtRestError('at-rest-key-unreadable', file);
    }
    return key;
  } finally {
    closeSync(handle);
  }
}

/**
 * Makes the key where there is none. Durable on return; of several cells that begin at once, one
 * makes it and the others use it.
 */
export function makeKeyFile(file: string): void {
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    // A crash before this leaves a draft that nobody uses. A link, unlike a rename, replaces no key.
    linkSync(draft, file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(file));
}
