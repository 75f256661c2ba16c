// The private keys of this installation (R10): of the operators that it can act for, one folder
// each, of its registrar, and of its gateway.

import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { OperatorKey } from './charter-entry.ts';
import { syncFolder } from './sync-folder.ts';
import { isSystemError, RegistrarError } from './registrar-error.ts';

const OTHERS_MODE = 0o077;

/** Where the key of an operator lies below the data folder. */
export function operatorKeyFile(dataDir: string, operator: string): string {
  return join(dataDir, 'operators', operator, 'key.pem');
}

/** Where the key of the registrar lies below the data folder. */
export function registrarKeyFile(dataDir: string): string {
  return join(dataDir, 'registrar', 'key.pem');
}

/** Reads an operator's key. Throws `RegistrarError` when it is missing, open to others or no key. */
export function readOperatorKey(dataDir: string, operator: string): OperatorKey {
  return { operator, privateKey: readKey(operatorKeyFile(dataDir, operator), operator) };
}

/** Makes an operator's key where there is none, and reads it; see `makeKey`. */
export function makeOperatorKey(dataDir: string, operator: string): OperatorKey {
  const path = operatorKeyFile(dataDir, operator);
  return { operator, privateKey: makeKey(dataDir, path, operator) };
}

/**
 * Makes the registrar's key where there is none, and reads it; see `makeKey`. A charter that has
 * entries and lost its key gets no other one: nobody could tell it from a forger's.
 */
export function makeRegistrarKey(dataDir: string, hasEntries: boolean): KeyObject {
  const path = registrarKeyFile(dataDir);
  return hasEntries ? readKey(path, 'the registrar') : makeKey(dataDir, path, 'the registrar');
}

/** Makes the key of this installation's gateway where there is none, and reads it; see `makeKey`. */
export function makeGatewayKey(dataDir: string): KeyObject {
  return makeKey(dataDir, join(dataDir, 'gateway', 'key.pem'), 'the gateway');
}

/**
 * Makes a key where there is none, and reads it. Durable on return: what the key signs may be in
 * the charter a moment later, and a lost key could never sign again. The caller holds the data
 * folder alone.
 */
function makeKey(dataDir: string, path: string, whose: string): KeyObject {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync('ed25519');
    const draft = `${path}.new`;
    rmSync(draft, { force: true });
    writeFileSync(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), {
      flag: 'wx',
      mode: 0o600,
      flush: true,
    });
    // A crash before this leaves a draft that nobody uses; the next start makes another key.
    renameSync(draft, path);
    for (const folder of [dirname(path), dirname(dirname(path)), dataDir]) syncFolder(folder);
  }
  return readKey(path, whose);
}

function readKey(path: string, whose: string): KeyObject {
  return parseKey(path, readPrivateFile(path, whose));
}

function readPrivateFile(path: string, whose: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { mode } = fstatSync(file);
    if (process.platform !== 'win32' && (mode & OTHERS_MODE) !== 0) {
      throw new RegistrarError(
        'operator-key-exposed',
        `The private key ${path} can be read by other users of this machine, who could sign in ` +
          `the name of ${whose}. Nothing was changed. Run: chmod 600 '${path}'`,
      );
    }
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const missing = isSystemError(cause, 'ENOENT');
    throw new RegistrarError(
      missing ? 'operator-key-missing' : 'operator-key-unreadable',
      `The private key ${path} of ${whose} ${missing ? 'is missing' : 'cannot be read'}. Without ` +
        'it nothing can be signed in that name, so nothing was started; no data was touched. ' +
        'Bring the file back from a backup, or check its rights.',
      cause,
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function parseKey(path: string, pem: string): KeyObject {
  let cause: unknown;
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (thrown) {
    cause = thrown;
  }
  throw new RegistrarError(
    'operator-key-unreadable',
    `${path} holds no Ed25519 private key. It was left as it is. Bring it back from a backup.`,
    cause,
  );
}
