// The texts that signatures are over (W3, W4, W9). Each begins with what kind of message it is, so
// that a signature over one can never be shown as one over another.

import { createHash } from 'node:crypto';

/** Grows with every change that is no addition of those that W13 lists. */
export const WIRE_VERSION = 1;

/** What stands in for the hash of a body that is a stream of frames. */
export const STREAM_BODY = 'stream';
/** A body by its hash alone, for large ones that were hashed elsewhere. */
export type Hashed = Readonly<{ sha256: string }>;
/** Content type of a stream of frames. */
export const FRAMES_TYPE = 'application/vnd.holdfast.frames';

export type RequestFields = Readonly<{
  method: string;
  /** With its query, as it stands in the request line. */
  path: string;
  operator: string;
  site: string;
  /** Key id of the sender. */
  key: string;
  /** Key id of the receiver. */
  to: string;
  /** Chosen by the receiver; `new` asks for one. */
  session: string;
  /** Number of the message in its session. */
  n: number;
  sentAtMs: number;
  body: Uint8Array;
}>;

export type ResponseFields = Readonly<{
  status: number;
  operator: string;
  site: string;
  key: string;
  to: string;
  /** Signature of the request that is answered, as its header has it. */
  request: string;
  sentAtMs: number;
  body: Hashed | Uint8Array | typeof STREAM_BODY;
}>;

export type FrameFields = Readonly<{
  /** Signature of the response that the frame is part of, as its header has it. */
  response: string;
  /** From 1, without a gap. */
  count: number;
  kind: number;
  payload: Uint8Array;
}>;

export function requestPreimage(fields: RequestFields): Buffer {
  const { method, path, operator, site, key, to, session, n, sentAtMs, body } = fields;
  const names = [operator, site, key, to, session, n, sentAtMs];
  return preimage('request', [method, path, ...names, sha256(body)]);
}

export function responsePreimage(fields: ResponseFields): Buffer {
  const { status, operator, site, key, to, request, sentAtMs, body } = fields;
  return preimage('response', [status, operator, site, key, to, request, sentAtMs, hashOf(body)]);
}

export function framePreimage({ response, count, kind, payload }: FrameFields): Buffer {
  return preimage('frame', [response, count, kind, sha256(payload)]);
}

function hashOf(body: ResponseFields['body']): string {
  if (body === STREAM_BODY) return STREAM_BODY;
  return body instanceof Uint8Array ? sha256(body) : body.sha256;
}

function preimage(kind: string, lines: readonly (string | number)[]): Buffer {
  return Buffer.from([`holdfast wire ${WIRE_VERSION} ${kind}`, ...lines].join('\n'));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
