// Answers with a file of the media store: whole or in part, under its right type, and as nothing
// that a browser could take for a page.
//
// Rules: docs/spec/uploads.md (UP35, UP36).

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { MediaFile } from '../media/media-store.ts';

const TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  webm: 'video/webm',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  vtt: 'text/vtt; charset=utf-8',
};
const UNKNOWN_TYPE = 'application/octet-stream';

const CACHES = {
  /** Its name changes with its content. */
  public: 'public, max-age=31536000, immutable',
  /** For whoever has the address; nothing between keeps it. */
  unlisted: 'private, max-age=31536000, immutable',
  /** For its owner alone. */
  private: 'private, no-store',
} as const;

export type MediaCache = keyof typeof CACHES;

type Range = Readonly<{ from: number; to: number }>;

/** Sends a file, or the one range of it that was asked for. */
export function sendMedia(
  request: FastifyRequest,
  reply: FastifyReply,
  { file, found, cache }: Readonly<{ file: string; found: MediaFile; cache: MediaCache }>,
): FastifyReply {
  const { bytes } = found;
  reply
    .header('content-type', TYPES[file.split('.').at(-1) ?? ''] ?? UNKNOWN_TYPE)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('cross-origin-resource-policy', 'same-origin')
    .header('cache-control', CACHES[cache])
    .header('etag', `"${file}"`)
    .header('accept-ranges', 'bytes');
  const { range: asked, 'if-none-match': known, 'if-range': ifRange } = request.headers;
  if (known?.split(',').some((tag) => tag.trim() === `"${file}"`) === true) {
    return reply.code(304).send();
  }
  const isSame = ifRange === undefined || ifRange === `"${file}"`;
  const range = asked === undefined || !isSame ? undefined : rangeOf(asked, bytes);
  if (range === 'outside') {
    return reply.code(416).header('content-range', `bytes */${bytes}`).send();
  }
  const { from, to } = range ?? { from: 0, to: bytes - 1 };
  reply.header('content-length', to - from + 1);
  if (range !== undefined) {
    reply.code(206).header('content-range', `bytes ${from}-${to}/${bytes}`);
  }
  if (request.method === 'HEAD' || bytes === 0) return reply.send();
  return reply.send(found.read({ from, to }));
}

/** One range; several, or what is none, are answered with the whole file, as HTTP allows. */
function rangeOf(header: string, bytes: number): Range | 'outside' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'outside' : { from: bytes - length, to: bytes - 1 };
  }
  const from = Number(first);
  const to = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (from >= bytes) return 'outside';
  return from > to ? undefined : { from, to };
}
