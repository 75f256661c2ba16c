// The receiving end of signed messages, as routes of a Fastify server.
//
// Rules: docs/spec/wire.md.
//
// Why it is safe: a handler runs only after the signature over everything it is given was checked
// with a key that `lookup` knows, and after the message's number was taken from its session. Both
// happen in one synchronous step, so of two copies of a message exactly one reaches the handler.

import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isWireName } from '@holdfast/protocol/ids.ts';
import { FRAME, FRAME_BYTES_MAX, frameHead } from './frames.ts';
import type { FrameKind } from './frames.ts';
import { FRAMES_TYPE, STREAM_BODY, WIRE_VERSION } from './preimage.ts';
import type { ResponseFields } from './preimage.ts';
import { sessionBook } from './session-book.ts';
import type { SessionBook, WireSession } from './session-book.ts';
import { SIGNED_HEADER, signFrame, signResponse } from './sign.ts';
import type { Signed } from './sign.ts';
import { isRequestBy, readRequestHeader } from './verify.ts';
import type { HeaderFault, RequestHeader } from './verify.ts';
import { keyIdOf, publicKeyOf } from './wire-key.ts';
import type { WireIdentity, WireParty } from './wire-key.ts';
import {
  clockRefusal,
  versionRefusal,
  WIRE_PROBLEMS,
  wireProblemText,
  wireRefusal,
} from './wire-refusal.ts';
import type { WireRefusal } from './wire-refusal.ts';

/** Clocks may be this far apart when a session is opened; nothing depends on them after (W7). */
export const CLOCK_APART_MS_MAX = 30_000;

export const IDENTITY_PATH = '/v1/wire';
export const SESSIONS_PATH = '/v1/wire/sessions';
/** Every path that parts ask each other for lies here, those of later versions too. */
const UNKNOWN_PATHS = '/v1/*';
const SESSION_BODY_BYTES_MAX = 1_024;

/** A message that was proven to come from its sender, once. */
export type SignedRequest = Readonly<{
  sender: WireParty;
  method: string;
  /** With its query. */
  path: string;
  params: Readonly<Record<string, string>>;
  body: Buffer;
  /** The sender's clock; to show, never to decide by. */
  sentAtMs: number;
  /** Aborted when the sender is gone; a stream should end then. */
  signal: AbortSignal;
}>;

export type SignedAnswer = Readonly<
  /**
   * `sha256`: the hash of the body, where it is known already. `onSent`: called once the body is not
   * read any more, because it or its connection has gone.
   */
  | {
      kind: 'bytes';
      status: number;
      body: Uint8Array | string;
      sha256?: string;
      onSent?: () => void;
    }
  /** Each chunk becomes a frame, signed and sent as it comes; at most `FRAME_BYTES_MAX`. */
  | { kind: 'stream'; chunks: AsyncIterable<Uint8Array> }
>;

export type SignedRoute = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** In Fastify's form, such as `/v1/charter/cells/:cell`. */
  url: string;
  bodyBytesMax: number;
  handle: (request: SignedRequest) => SignedAnswer | Promise<SignedAnswer>;
}>;

export type SignedServerOptions = Readonly<{
  identity: WireIdentity;
  /**
   * Who holds a key, or `undefined` when nobody known does. Asked for each message, so that a key
   * can be taken away; a sender that says another name than the one returned is refused.
   */
  lookup: (claimed: WireParty) => Readonly<{ operator: string; site: string }> | undefined;
  nowMs: () => number;
  randomBytes: (bytes: number) => Buffer;
  /** Told of an error in a handler or in the chunks of a stream. */
  onError: (error: unknown) => void;
}>;

type Opened = Readonly<{ header: RequestHeader; session: WireSession }>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the hook of signed routes, once the header was read and its session found. */
    signedBy: Opened | undefined;
  }
}

/**
 * Adds signed routes to a server, and the two that every signed server has: who it is, and new
 * sessions. Call it once a server, before it listens. Bodies are given as bytes; their content type is not looked at.
 */
export async function addSignedRoutes(
  app: FastifyInstance,
  options: SignedServerOptions,
  routes: readonly SignedRoute[],
): Promise<void> {
  const { randomBytes, identity } = options;
  const sessions = sessionBook({ randomBytes, openingMsMax: 2 * CLOCK_APART_MS_MAX });
  const { operator, site, publicKey, keyId } = identity;
  app.get(IDENTITY_PATH, (_request, reply) => {
    reply.header('content-type', 'application/json').header('cache-control', 'no-store');
    return JSON.stringify({ operator, site, publicKey, keyId, versions: [WIRE_VERSION] });
  });
  await app.register((scope, _none, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.decorateRequest('signedBy', undefined);
    scope.setErrorHandler((error, request, reply) => sendFailure(options, error, request, reply));
    addSessionRoute(scope, options, sessions);
    for (const route of routes) addRoute(scope, options, sessions, route);
    addUnknownRoute(scope, options);
    done();
  });
}

function addRoute(
  scope: FastifyInstance,
  options: SignedServerOptions,
  sessions: SessionBook,
  route: SignedRoute,
): void {
  scope.route({
    method: route.method,
    url: route.url,
    // Fastify takes no 0.
    bodyLimit: Math.max(1, route.bodyBytesMax),
    exposeHeadRoute: false,
    // Before the body is read, so that nobody unknown can make this side take one.
    onRequest: (request, reply, done) => {
      const opened = openedBy(options, sessions, request);
      if (opened.kind === 'wire-refusal') {
        sendRefusal(options, opened, request, reply);
        return;
      }
      request.signedBy = opened;
      done();
    },
    handler: async (request, reply) => {
      const { signedBy } = request;
      if (signedBy === undefined) throw new Error('the hook of signed routes did not run');
      const body = bodyOf(request);
      const refused = refusalOf(signedBy, request, body);
      if (refused !== undefined) return sendRefusal(options, refused, request, reply);
      const answer = await route.handle(signedRequest(signedBy, request, reply, body));
      return send(options, answer, signedBy.header, reply);
    },
  });
}

/** W13: whoever is older says so itself; any other answer would be taken for a stranger's. */
function addUnknownRoute(scope: FastifyInstance, options: SignedServerOptions): void {
  scope.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: UNKNOWN_PATHS,
    exposeHeadRoute: false,
    // Before the body is read, of which nothing will be made.
    onRequest: (request, reply) => {
      sendRefusal(options, unknownPath(request), request, reply);
    },
    handler: () => undefined,
  });
}

function unknownPath(request: FastifyRequest): WireRefusal {
  const header = headerOf(request);
  if (header.kind === 'version') return versionRefusal(header.version);
  return wireRefusal(
    'wire-path-unknown',
    `This side has no ${request.method} ${request.url.slice(0, 200)}. Nothing was done. ` +
      'Either it is another kind of part than the sender takes it for: check the address. Or ' +
      'it is of an older version of Holdfast: bring it to the newer one.',
  );
}

function openedBy(
  { identity, lookup }: SignedServerOptions,
  sessions: SessionBook,
  request: FastifyRequest,
): (Opened & Readonly<{ kind: 'opened' }>) | WireRefusal {
  const header = headerOf(request);
  if (header.kind !== 'header') return headerRefusal(header);
  if (header.to !== identity.keyId) return wrongAudience(header, identity);
  const session = sessions.find(header.session);
  if (session === undefined) {
    return wireRefusal(
      'wire-session-unknown',
      'This side does not know the session, as after a restart. Nothing was done. Ask for another.',
    );
  }
  const { party } = session;
  const known = lookup(party);
  const isSame = header.key === party.keyId && isNamed(header, party);
  if (!isSame || known === undefined || !isNamed(known, party)) return unknownKey(header);
  if (!session.window.isNew(header.n)) return replayed(header);
  return { kind: 'opened', header, session };
}

/** The second half, once the body is here. Takes the number of the message when all is well. */
function refusalOf(
  { header, session }: Opened,
  request: FastifyRequest,
  body: Buffer,
): WireRefusal | undefined {
  const { method, url: path } = request.raw;
  const arrived = { method: method ?? '', path: path ?? '', body };
  if (!isRequestBy(session.publicKey, header, arrived)) return notSigned(header);
  // Another copy may have come while this one's body was arriving.
  if (!session.window.isNew(header.n)) return replayed(header);
  session.window.take(header.n);
  return undefined;
}

function addSessionRoute(
  scope: FastifyInstance,
  options: SignedServerOptions,
  sessions: SessionBook,
): void {
  scope.post(SESSIONS_PATH, { bodyLimit: SESSION_BODY_BYTES_MAX }, (request, reply) => {
    const header = headerOf(request);
    const opened =
      header.kind === 'header'
        ? openSession(options, sessions, header, bodyOf(request))
        : headerRefusal(header);
    if (opened.kind === 'wire-refusal') return sendRefusal(options, opened, request, reply);
    const body = JSON.stringify({ session: opened.session.id });
    return send(options, { kind: 'bytes', status: 201, body }, opened.header, reply);
  });
}

function openSession(
  { identity, lookup, nowMs }: SignedServerOptions,
  sessions: SessionBook,
  header: RequestHeader,
  body: Buffer,
): (Opened & Readonly<{ kind: 'opened' }>) | WireRefusal {
  if (header.to !== identity.keyId) return wrongAudience(header, identity);
  const introduced = publicKeyIn(body);
  const publicKey = publicKeyOf(introduced);
  if (introduced === undefined || publicKey === undefined || header.session !== 'new') {
    return wireRefusal('wire-malformed', 'This is no request for a session. Nothing was done.');
  }
  const { key: keyId, operator, site } = header;
  const party = { operator, site, publicKey: introduced, keyId };
  if (keyIdOf(introduced) !== keyId) return unknownKey(header);
  const known = lookup(party);
  if (known === undefined || !isNamed(known, party)) return unknownKey(header);
  const arrived = { method: 'POST', path: SESSIONS_PATH, body };
  if (!isRequestBy(publicKey, header, arrived)) return notSigned(header);
  const apartMs = Math.abs(header.sentAtMs - nowMs());
  if (apartMs > CLOCK_APART_MS_MAX) return clockRefusal(header.sentAtMs, nowMs());
  const { signature } = header;
  const session = sessions.open({ party, publicKey, signature, nowMs: nowMs() });
  return session === undefined ? replayed(header) : { kind: 'opened', header, session };
}

function signedRequest(
  { header, session }: Opened,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Buffer,
): SignedRequest {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const { method = '', url: path = '' } = request.raw;
  // Fastify's own router made them from the address: names to texts.
  const params = request.params as Readonly<Record<string, string>>;
  const { sentAtMs } = header;
  return { sender: session.party, method, path, params, body, sentAtMs, signal: gone.signal };
}

function send(
  { identity, nowMs, onError }: SignedServerOptions,
  answer: SignedAnswer,
  header: RequestHeader,
  reply: FastifyReply,
): FastifyReply {
  const place = { to: header.key, request: header.signature, sentAtMs: nowMs() };
  const begin = (status: number, body: ResponseFields['body']): Signed => {
    const signed = signResponse(identity, { status, body, ...place });
    reply.code(status).header(SIGNED_HEADER, signed.header).header('cache-control', 'no-store');
    return signed;
  };
  if (answer.kind === 'bytes') {
    const { status, body, sha256, onSent } = answer;
    const bytes = viewOf(body);
    if (onSent !== undefined) reply.raw.once('close', onSent);
    begin(status, sha256 === undefined ? bytes : { sha256 });
    const type = status < 400 ? 'application/octet-stream' : 'application/problem+json';
    return reply.header('content-type', type).send(bytes);
  }
  const signed = begin(200, STREAM_BODY);
  const frames = signedFrames(identity, signed.signature, answer.chunks);
  const source = Readable.from(frames, { objectMode: false });
  // The receiver sees that the end is missing; here it must be heard of too.
  source.once('error', onError);
  return reply.header('content-type', FRAMES_TYPE).send(source);
}

/** The same bytes, not a copy: a part of a snapshot is some megabytes. */
function viewOf(body: Uint8Array | string): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

async function* signedFrames(
  identity: WireIdentity,
  response: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  const head = (kind: FrameKind, payload: Uint8Array): Buffer => {
    count += 1;
    const signature = signFrame(identity, { response, count, kind, payload });
    return frameHead(kind, signature, payload.length);
  };
  for await (const payload of chunks) {
    if (payload.length > FRAME_BYTES_MAX) throw new RangeError('a chunk is larger than a frame');
    yield head(FRAME.data, payload);
    if (payload.length > 0) yield payload;
  }
  yield head(FRAME.end, new Uint8Array());
}

function sendFailure(
  options: SignedServerOptions,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const tooLarge = 'The body is larger than this path takes. Nothing was done.';
    return sendRefusal(options, wireRefusal('wire-too-large', tooLarge), request, reply);
  }
  options.onError(error);
  const failed = 'Something failed here and was written to the log. What was asked may be done.';
  return sendRefusal(options, wireRefusal('wire-failed', failed), request, reply);
}

/** Answers with a refusal; signed whenever the header could be read, so that it can be believed. */
function sendRefusal(
  options: SignedServerOptions,
  refused: WireRefusal,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = WIRE_PROBLEMS[refused.code];
  const body = wireProblemText(refused);
  const header = headerOf(request);
  if (header.kind === 'header')
    return send(options, { kind: 'bytes', status, body }, header, reply);
  return reply.code(status).header('content-type', 'application/problem+json').send(body);
}

function headerOf(request: FastifyRequest): RequestHeader | HeaderFault {
  return readRequestHeader(request.headers[SIGNED_HEADER]);
}

function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function publicKeyIn(body: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value !== 'object' || value === null || !('publicKey' in value)) return undefined;
    return typeof value.publicKey === 'string' ? value.publicKey : undefined;
  } catch {
    return undefined;
  }
}

type Names = Readonly<{ operator: string; site: string }>;

function isNamed(one: Names, other: Names): boolean {
  return one.operator === other.operator && one.site === other.site && isWireName(one.operator);
}

function headerRefusal(fault: HeaderFault): WireRefusal {
  if (fault.kind === 'version') return versionRefusal(fault.version);
  const what = fault.kind === 'missing' ? 'is not signed' : 'has no signature that can be read';
  const code = fault.kind === 'missing' ? 'wire-unsigned' : 'wire-malformed';
  return wireRefusal(code, `The message ${what}, so nothing was done. This path takes none such.`);
}

function wrongAudience(
  { to }: RequestHeader,
  { keyId, operator, site }: WireIdentity,
): WireRefusal {
  return wireRefusal(
    'wire-wrong-audience',
    `The message is for the holder of key ${to}; this is ${operator} at ${site} with key ` +
      `${keyId}. Nothing was done. Check the address, and the key that is expected there.`,
  );
}

function unknownKey({ operator, site, key }: RequestHeader): WireRefusal {
  return wireRefusal(
    'wire-unknown-key',
    `Key ${key} is not known here as that of ${operator} at ${site}. Nothing was done.`,
  );
}

function notSigned({ operator, site }: RequestHeader): WireRefusal {
  return wireRefusal(
    'wire-signature',
    `The signature is not by ${operator} at ${site} over this message: it was altered on its way ` +
      'or is forged. Nothing was done.',
  );
}

function replayed({ n }: RequestHeader): WireRefusal {
  return wireRefusal(
    'wire-replayed',
    `Message ${n} of this session was here before. This copy did nothing.`,
  );
}
