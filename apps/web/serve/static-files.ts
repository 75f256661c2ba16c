// A file of the pages as a server holds it in memory.

import { createHash } from 'node:crypto';

export type StaticFile = Readonly<{
  type: string;
  body: Buffer;
  /** With its quotes. */
  etag: string;
  /** The body compressed, for browsers that take it. */
  gzip?: Buffer;
  /** The address has the hash of the content in it, so nobody needs to ask again. */
  immutable?: true;
  /** Other than 200. */
  status?: 503;
}>;

/** A file in memory; the entity tag is strong. */
export function staticFile(type: string, body: Buffer): StaticFile {
  const digest = createHash('sha256').update(body).digest('base64url');
  return { type, body, etag: `"${digest}"` };
}
