// The sending end of signed messages, for one peer.
//
// Rules: docs/spec/wire.md.
//
// What a failure means for the caller is the point of this file. `effect: 'none'` is said only when
// the peer cannot have acted: no connection came about, or a refusal arrived that is proven to be
// the peer's and comes before any handler. All else is `unknown`: the caller asks again under the
// same names, or finds out.

import type { KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { chunksOf } from './answer-stream.ts';
import { bodyHash } from './body-hash.ts';
import { busy, failed, noAnswer, otherVersion, refusalIn, unproven } from './no-answer.ts';
import type { NoAnswer } from './no-answer.ts';
import { FRAMES_TYPE, STREAM_BODY } from './preimage.ts';
import type { Hashed } from './preimage.ts';
import { SESSIONS_PATH } from './signed-server.ts';
import { SIGNED_HEADER, signRequest } from './sign.ts';
import type { Signed } from './sign.ts';
import { isFrameBy, isResponseBy, readResponseHeader } from './verify.ts';
import type { ResponseHeader } from './verify.ts';
import { readBody, SilenceError, wireHttp } from './wire-http.ts';
import type { HttpAsk, HttpResult, WireHttp } from './wire-http.ts';
import { keyIdOf, publicKeyOf } from './wire-key.ts';
import type { WireIdentity } from './wire-key.ts';

export type SignedAsk = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query; exactly as it is to stand in the request line. */
  path: string;
  body?: Uint8Array | string;
  /** Silence of the peer after which the ask is given up. */
  silenceMsMax?: number;
  /** Largest answer; a stream has no such limit. */
  answerBytesMax?: number;
  /** Where the answer's body is put; for nothing else until the ask is over. */
  into?: Buffer<ArrayBuffer>;
  signal?: AbortSignal;
}>;

export type Answer = Readonly<{
  kind: 'answer';
  status: number;
  body: Buffer;
  /** SHA-256 of the body, 64 hexadecimal digits. */
  sha256: string;
  /** The peer's clock; to show, never to decide by. */
  sentAtMs: number;
}>;

/** Iterating throws `WireStreamError` when the stream does not come to its signed end. */
export type AnswerStream = Readonly<{
  kind: 'stream';
  chunks: AsyncIterable<Buffer>;
  sentAtMs: number;
}>;

export type SignedClient = Readonly<{
  /** Asks, and waits for the whole answer, which may be of any status. Never throws for the net. */
  ask: (ask: SignedAsk) => Promise<Answer | NoAnswer>;
  /** The same for paths that answer with a stream; what is no stream comes as an answer. */
  stream: (ask: SignedAsk) => Promise<Answer | AnswerStream | NoAnswer>;
  /** Closes all connections; asks under way end as `broken`. */
  close: () => void;
}>;

export type SignedClientOptions = Readonly<{
  identity: WireIdentity;
  /** Origin and public key of the peer; an answer by any other key is `unproven`. */
  peer: Readonly<{ url: string; publicKey: string }>;
  nowMs: () => number;
  randomBytes: (bytes: number) => Buffer;
  connectionsMax?: number;
}>;

const CONNECTIONS_MAX = 64;
/** Asks that are under way or wait for a connection, for each connection. */
const ASKS_PER_CONNECTION_MAX = 32;
const SILENCE_MS_MAX = 10_000;
const ANSWER_BYTES_MAX: number = 1024 * 1024;
const NONCE_BYTES = 16;

type Session = { readonly kind: 'session'; readonly id: string; n: number };

type Reply = Readonly<
  Answer | NoAnswer | { kind: 'open'; response: IncomingMessage; header: ResponseHeader }
>;

/** What is fixed for one peer. */
type Line = Readonly<{
  options: SignedClientOptions;
  http: WireHttp;
  peerKey: KeyObject;
  /** Key id of the peer. */
  to: string;
}>;

/** Opens a client; connections and the session are made when they are needed. */
export function signedClient(options: SignedClientOptions): SignedClient {
  const { peer, connectionsMax = CONNECTIONS_MAX } = options;
  const peerKey = publicKeyOf(peer.publicKey);
  if (peerKey === undefined) throw new TypeError(`the key of ${peer.url} is not an Ed25519 key`);
  const http = wireHttp(peer.url, connectionsMax);
  const line = { options, http, peerKey, to: keyIdOf(peer.publicKey) };
  const send = sender(line, connectionsMax * ASKS_PER_CONNECTION_MAX);

  return {
    ask: async (ask) => {
      const reply = await send(ask);
      if (reply.kind !== 'open') return reply;
      reply.response.destroy();
      return noAnswer('broken', 'unknown', 'A stream came where an answer was expected.');
    },
    stream: async (ask) => {
      const reply = await send(ask);
      if (reply.kind !== 'open') return reply;
      const { signature: response, sentAtMs } = reply.header;
      const chunks = chunksOf(reply.response, ({ signature, kind, payload }, count) =>
        isFrameBy(peerKey, { response, count, kind, payload }, signature),
      );
      return { kind: 'stream', chunks, sentAtMs };
    },
    close: http.close,
  };
}

/** Sends asks under the session of the line, and gets a new one when the peer has forgotten it. */
function sender(line: Line, asksMax: number): (ask: SignedAsk) => Promise<Reply> {
  let asks = 0;
  let session: Promise<Session | NoAnswer> | undefined;

  const currentSession = async (ask: SignedAsk): Promise<Session | NoAnswer> => {
    session ??= openSession(line, ask.silenceMsMax);
    const mine = session;
    const opened = await mine;
    if (opened.kind === 'no-answer' && session === mine) session = undefined;
    return opened;
  };

  const attempt = async (ask: SignedAsk, body: Uint8Array): Promise<Reply> => {
    const opened = await currentSession(ask);
    if (opened.kind === 'no-answer') return opened;
    opened.n += 1;
    const reply = await exchange(line, ask, body, opened);
    if (isForgotten(reply) && (await session) === opened) session = undefined;
    return reply;
  };

  return async (ask) => {
    if (asks >= asksMax) return busy(line.options.peer.url);
    asks += 1;
    try {
      const body = Buffer.from(ask.body ?? '');
      const reply = await attempt(ask, body);
      // Proven to be the peer's word that it did nothing, as after a restart of it.
      return isForgotten(reply) ? await attempt(ask, body) : reply;
    } finally {
      asks -= 1;
    }
  };
}

function isForgotten(reply: Reply): boolean {
  return reply.kind === 'no-answer' && reply.code === 'wire-session-unknown';
}

async function openSession(
  line: Line,
  silenceMsMax: number | undefined,
): Promise<Session | NoAnswer> {
  const { identity, randomBytes, peer } = line.options;
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  const body = Buffer.from(JSON.stringify({ publicKey: identity.publicKey, nonce }));
  const path = SESSIONS_PATH;
  const ask: SignedAsk = {
    method: 'POST',
    path,
    ...(silenceMsMax !== undefined && { silenceMsMax }),
  };
  const reply = await exchange(line, ask, body, { id: 'new', n: 0 });
  if (reply.kind === 'open') throw new Error('a request for a session is answered with bytes');
  // The ask itself has not been sent, whatever became of the request for a session.
  if (reply.kind === 'no-answer') return { ...reply, effect: 'none' };
  const id = sessionIn(reply.body);
  if (id === undefined) return { ...unproven(reply.body, peer.url), effect: 'none' };
  return { kind: 'session', id, n: 0 };
}

async function exchange(
  line: Line,
  ask: SignedAsk,
  body: Uint8Array,
  session: Readonly<{ id: string; n: number }>,
): Promise<Reply> {
  const { options, http, to } = line;
  const { method, path, silenceMsMax = SILENCE_MS_MAX, signal } = ask;
  const place = { session: session.id, n: session.n, sentAtMs: options.nowMs() };
  const request = signRequest(options.identity, { method, path, to, ...place, body });
  const sent: HttpAsk = { method, path, body, signed: request.header, silenceMsMax, signal };
  const first = await http.exchange(sent);
  const isStale = first.kind === 'failed' && first.isStale;
  if (!isStale) return proven(line, first, request, ask);
  // The very same message: had the first copy arrived, the second is refused as its replay.
  const second = await http.exchange(sent);
  // A peer that is gone now may have acted on the first copy before it went (W10).
  const isOpen = second.kind === 'failed';
  return proven(line, isOpen ? { ...second, isSent: true } : second, request, ask);
}

async function proven(
  { options, peerKey, to }: Line,
  result: HttpResult,
  request: Signed,
  ask: SignedAsk,
): Promise<Reply> {
  if (result.kind === 'failed') return failed(result);
  const { response } = result;
  const status = response.statusCode ?? 0;
  const header = readResponseHeader(response.headers[SIGNED_HEADER]);
  const isProven = (body: Hashed | typeof STREAM_BODY): boolean =>
    header.kind === 'header' &&
    header.key === to &&
    header.to === options.identity.keyId &&
    isResponseBy(peerKey, header, { status, request: request.signature, body });
  // The type only says which of the two to check: what is signed tells a stream from bytes.
  const isFrames = response.headers['content-type'] === FRAMES_TYPE;
  if (header.kind === 'header' && isFrames && isProven(STREAM_BODY)) {
    return { kind: 'open', response, header };
  }
  const body = await bodyOf(response, ask.answerBytesMax ?? ANSWER_BYTES_MAX, ask.into);
  if (!Buffer.isBuffer(body)) return body;
  if (header.kind === 'version') return otherVersion(header.version, body);
  const sha256 = await bodyHash(body);
  if (header.kind !== 'header' || !isProven({ sha256 })) return unproven(body, options.peer.url);
  const { sentAtMs } = header;
  return refusalIn(status, body) ?? { kind: 'answer', status, body, sha256, sentAtMs };
}

async function bodyOf(
  response: IncomingMessage,
  bytesMax: number,
  into: Buffer<ArrayBuffer> | undefined,
): Promise<Buffer<ArrayBuffer> | NoAnswer> {
  try {
    const body = await readBody(response, bytesMax, into);
    if (body !== undefined) return body;
    return noAnswer('too-large', 'unknown', `The answer is larger than ${bytesMax} bytes.`);
  } catch (cause) {
    const code = cause instanceof SilenceError ? 'silent' : 'broken';
    return noAnswer(code, 'unknown', `The answer broke off: ${String(cause)}.`);
  }
}

function sessionIn(body: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value !== 'object' || value === null || !('session' in value)) return undefined;
    return typeof value.session === 'string' ? value.session : undefined;
  } catch {
    return undefined;
  }
}
