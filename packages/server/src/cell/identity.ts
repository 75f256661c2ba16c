// Who somebody is, as far as counting may know: a keyed hash under a secret of the cell.
//
// The journal and the state hold this pseudonym and a number, never a subject or an account. The
// secret lies in the cell's folder and goes along when the cell is handed over.

import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync } from 'node:fs';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { lanesOfBytes } from '@holdfast/engine/journal/batch-codec.ts';
import type { Identified } from '@holdfast/engine/engine/requests.ts';
import { creatorKeyOf, tenantRealm } from '../catalog/creator-key.ts';
import type { Identity } from './cell-client.ts';

const SECRET_BYTES = 32;
const SECRET_FILE = 'secret.key';

/** Reads the cell's secret, or makes it when the cell is new. */
export function openSecret(dir: string): Buffer {
  const file = join(dir, SECRET_FILE);
  if (!existsSync(file)) writeDurably(dir, file, randomBytes(SECRET_BYTES));
  const secret = readFileSync(file);
  if (secret.length !== SECRET_BYTES) {
    throw new Error(`${SECRET_FILE} is damaged; restore it from a backup of the cell`);
  }
  return secret;
}

function writeDurably(dir: string, file: string, bytes: Uint8Array): void {
  const draft = `${file}.new`;
  const handle = openSync(draft, 'w', 0o600);
  writeSync(handle, bytes);
  fsyncSync(handle);
  closeSync(handle);
  // A crash here leaves a draft that nobody used; the next start makes another.
  renameSync(draft, file);
  const folder = openSync(dir, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** The engine's name for somebody: realm and name, so that realms cannot meet. */
export function subjectKeyOf(who: Extract<Identity, { kind: 'subject' | 'account' }>): string {
  if (who.kind === 'account') return `account\0${who.account}`;
  return `${tenantRealm(who.tenant)}\0${who.subject}`;
}

/** Pseudonym and creator key of a `subjectKeyOf`. */
export function identify(secret: Uint8Array, subjectKey: string): Identified {
  const digest = createHmac('sha256', secret).update(subjectKey).digest();
  const [realm = '', name = ''] = subjectKey.split('\0');
  const creatorKey = creatorKeyOf(realm === 'account' ? realm : tenantRealm(realm.slice(2)), name);
  return { pseudonym: lanesOfBytes(digest), creatorKey };
}
