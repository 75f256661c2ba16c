// SHA-256 of a body. A large one is hashed off this thread, which has people to serve meanwhile.

import { createHash, webcrypto } from 'node:crypto';

/** Larger than this, the way to the other thread costs less than it saves. */
const HERE_BYTES_MAX = 256 * 1024;

/** Resolves to 64 hexadecimal digits; `bytes` must not change meanwhile. */
export async function bodyHash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (bytes.length <= HERE_BYTES_MAX) return createHash('sha256').update(bytes).digest('hex');
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}
