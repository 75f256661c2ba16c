// Reads signed headers and checks signatures; pure. Rules: docs/spec/wire.md (W1 to W4, W9).

import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { framePreimage, requestPreimage, responsePreimage, WIRE_VERSION } from './preimage.ts';
import type { FrameFields, RequestFields, ResponseFields } from './preimage.ts';

type HeaderOf<Fields> = Readonly<{ kind: 'header'; signature: string }> & Fields;
export type RequestHeader = HeaderOf<Omit<RequestFields, 'method' | 'path' | 'body'>>;
export type ResponseHeader = HeaderOf<Omit<ResponseFields, 'status' | 'request' | 'body'>>;

/** Why a header cannot be used. */
export type HeaderFault = Readonly<
  { kind: 'missing' } | { kind: 'malformed' } | { kind: 'version'; version: number }
>;

const VERSION = /^(\d{1,9});/;
const NAMES = 'operator=([a-z0-9][a-z0-9-]{0,31}); site=([a-z0-9][a-z0-9-]{0,31})';
const KEYS = 'key=([0-9a-f]{32}); to=([0-9a-f]{32})';
const END = 'at=(\\d{1,15}); signature=([A-Za-z0-9_-]{86})$';
const SESSION = 'session=([A-Za-z0-9_-]{22}|new); n=(\\d{1,15})';
const REQUEST = new RegExp(`^${WIRE_VERSION}; ${NAMES}; ${KEYS}; ${SESSION}; ${END}`);
const RESPONSE = new RegExp(`^${WIRE_VERSION}; ${NAMES}; ${KEYS}; ${END}`);

/** Reads the header of a request; says nothing yet of whether it is true. */
export function readRequestHeader(value: unknown): RequestHeader | HeaderFault {
  const parts = partsOf(value, REQUEST);
  if (!Array.isArray(parts)) return parts;
  const [operator = '', site = '', key = '', to = '', session = '', n, at, signature = ''] = parts;
  const numbers = { n: Number(n), sentAtMs: Number(at) };
  return { kind: 'header', operator, site, key, to, session, ...numbers, signature };
}

/** Reads the header of a response; says nothing yet of whether it is true. */
export function readResponseHeader(value: unknown): ResponseHeader | HeaderFault {
  const parts = partsOf(value, RESPONSE);
  if (!Array.isArray(parts)) return parts;
  const [operator = '', site = '', key = '', to = '', at, signature = ''] = parts;
  return { kind: 'header', operator, site, key, to, sentAtMs: Number(at), signature };
}

/** Whether the request is by the holder of `publicKey`, exactly as it arrived. */
export function isRequestBy(
  publicKey: KeyObject,
  header: RequestHeader,
  arrived: Readonly<{ method: string; path: string; body: Uint8Array }>,
): boolean {
  const bytes = requestPreimage({ ...header, ...arrived });
  return verify(null, bytes, publicKey, Buffer.from(header.signature, 'base64url'));
}

/** Whether the response is by the holder of `publicKey`, to that request, exactly as it arrived. */
export function isResponseBy(
  publicKey: KeyObject,
  header: ResponseHeader,
  arrived: Pick<ResponseFields, 'status' | 'request' | 'body'>,
): boolean {
  const bytes = responsePreimage({ ...header, ...arrived });
  return verify(null, bytes, publicKey, Buffer.from(header.signature, 'base64url'));
}

/** Whether a frame stands at this place of this stream. */
export function isFrameBy(publicKey: KeyObject, fields: FrameFields, signature: Buffer): boolean {
  return verify(null, framePreimage(fields), publicKey, signature);
}

function partsOf(value: unknown, pattern: RegExp): string[] | HeaderFault {
  if (value === undefined) return { kind: 'missing' };
  if (typeof value !== 'string') return { kind: 'malformed' };
  const version = VERSION.exec(value)?.[1];
  if (version === undefined) return { kind: 'malformed' };
  // Looked at first: what follows may be laid out differently in another version.
  if (Number(version) !== WIRE_VERSION) return { kind: 'version', version: Number(version) };
  const found = pattern.exec(value);
  return found === null ? { kind: 'malformed' } : found.slice(1);
}
