// Who somebody is, as far as counting may know: a keyed hash under a secret of the cell.
//
// The journal and the state hold this pseudonym and a number, never a subject or an account. The
// secret lies sealed in the cell's folder and goes along when the cell is handed over.

import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lanesOfBytes } from '@holdfast/engine/journal/batch-codec.ts';
import type { Identified } from '@holdfast/engine/engine/requests.ts';
import { creatorKeyOf, tenantRealm } from '../catalog/creator-key.ts';
import { AtRestError } from '../at-rest/at-rest-error.ts';
import type { CopyKeys } from '../at-rest/copy-keys.ts';
import { writeWhole } from '../replication/whole-file.ts';
import type { Identity } from './cell-client.ts';

export const SECRET_BYTES = 32;
export const SECRET_FILE = 'secret.key';

/** Reads the cell's secret, or makes it when the cell is new. Throws `AtRestError`. */
export function openSecret(dir: string, keys: CopyKeys): Uint8Array {
  const file = join(dir, SECRET_FILE);
  if (!existsSync(file)) writeSecret(dir, keys, randomBytes(SECRET_BYTES));
  const secret = keys.openFile(SECRET_FILE, readFileSync(file));
  if (secret?.length !== SECRET_BYTES) throw new AtRestError('at-rest-wrong-key', file);
  return secret;
}

/** Puts a secret, sealed, in the place of the one that is there; durable on return. */
export function writeSecret(dir: string, keys: CopyKeys, secret: Uint8Array): void {
  writeWhole(join(dir, SECRET_FILE), keys.sealFile(SECRET_FILE, secret));
}

/** The key of the names in the state: of the secret, so that all copies of a cell have one state. */
export function stateKeyOf(secret: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'holdfast state names 1', SECRET_BYTES));
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
