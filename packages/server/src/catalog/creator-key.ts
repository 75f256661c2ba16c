// Cells know a creator by a hash: enough to tell a person's own videos, useless to anyone else.

import { hash } from 'node:crypto';

/** Whose names a creator's name is one of: an integrator's, or the platform's own accounts. */
export type Realm = `t:${string}` | 'account';

const CREATOR_KEY_CHARS = 22;

/** The realm of an integrator's users. */
export function tenantRealm(tenant: string): Realm {
  return `t:${tenant}`;
}

/**
 * The cell's name for a creator (rule A46): 22 characters, 132 bits. A cell makes the same from a
 * tenant and subject, or from an account, to know a person's own videos.
 */
export function creatorKeyOf(realm: Realm, creator: string): string {
  const digest = hash('sha256', `holdfast/creator\0${realm}\0${creator}`, 'base64url');
  return digest.slice(0, CREATOR_KEY_CHARS);
}
