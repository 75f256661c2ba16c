// A service key that lives as long as the process, for a part that the process itself has started.

import { hash, timingSafeEqual } from 'node:crypto';
import type { KeyFinder } from '../gateway/parts.ts';

const digest = (secret: string): Buffer => hash('sha256', secret, 'buffer');

/** Finds one more key: `secret`, of a tenant of its own. It is listed and stored nowhere. */
export function withOwnKey(keys: KeyFinder, secret: string, tenant: string): KeyFinder {
  const wanted = digest(secret);
  return {
    find: (asked) =>
      timingSafeEqual(digest(asked), wanted)
        ? { kind: 'known', key: { kind: 'service', tenant } }
        : keys.find(asked),
  };
}
