// Errors of the HTTP server and of Fastify, turned into problem documents. Rules A2, A6 to A11.

import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEMS } from '@holdfast/protocol/problems.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { CatalogError } from '../catalog/catalog-error.ts';
import { problemText, PROBLEM_TYPE, refusal, sendRefusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

const BODY_TOO_LARGE = refusal(
  'body-too-large',
  'The body is larger than this path takes, so nothing was done. Send it in parts.',
);
const WRONG_TYPE = refusal(
  'unsupported-media-type',
  'The content type is not taken here. Send application/json, or application/x-ndjson in bulk.',
);
const BAD_LENGTH = refusal('invalid-request', 'The body is not as long as Content-Length says.');
const BAD_ADDRESS = refusal(
  'invalid-request',
  'The address has a percent sign that stands for no character.',
);
export const NOT_FOUND = refusal(
  'not-found',
  'Nothing is here. /openapi.json lists what there is.',
);
const ABORTED = refusal('invalid-request', 'The request ended before all of its body had arrived.');
const INTERNAL = refusal(
  'internal',
  'Something failed here and was written to the log. Nothing of this request was acknowledged; ' +
    'ops can be sent again under the same names without counting twice.',
);
const CATALOG_FULL_DISK = refusal(
  'storage-full',
  'The disk of the catalog is full. The video was not registered and known videos are safe.',
);

const BY_CODE: ReadonlyMap<string, Refusal> = new Map([
  ['FST_ERR_CTP_BODY_TOO_LARGE', BODY_TOO_LARGE],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', WRONG_TYPE],
  ['FST_ERR_CTP_EMPTY_TYPE', WRONG_TYPE],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', BAD_LENGTH],
  ['FST_ERR_BAD_URL', BAD_ADDRESS],
  ['FST_ERR_MAX_PARAM_LENGTH', NOT_FOUND],
  ['FST_ERR_NOT_FOUND', NOT_FOUND],
  // Fastify's word for a QUERY, which no path takes.
  ['FST_ERR_ROUTE_MISSING_CONTENT_TYPE', NOT_FOUND],
  ['ECONNRESET', ABORTED],
]);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The refusal that stands for an error; what is not expected is internal and logged. */
function refusalOf(error: unknown, logger: Logger): Refusal {
  const known = BY_CODE.get(codeOf(error));
  if (known !== undefined) return known;
  if (error instanceof CatalogError && error.code === 'catalog-storage-full') {
    return CATALOG_FULL_DISK;
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  // The file server's own: a path that leaves its folder, a range that is not there.
  if (status === 403 || status === 404) return NOT_FOUND;
  logger.error({ err: error }, 'a request failed in a way that is not foreseen');
  return INTERNAL;
}

const HOSTLESS = refusal(
  'invalid-request',
  'A request of HTTP/1.1 must have the header Host. Nothing was done.',
);
const CODED = refusal(
  'unsupported-media-type',
  'Bodies are taken as they are and not compressed, so nothing was done. Send it without ' +
    'Content-Encoding.',
);

/** Refuses what HTTP says a server must, or may, not read. Rules A8 and A10. */
export function refuseUnreadable(
  request: FastifyRequest,
  reply: FastifyReply,
  done: () => void,
): void {
  const { headers, httpVersionMinor } = request.raw;
  if (headers.host === undefined && httpVersionMinor > 0) {
    sendRefusal(reply, HOSTLESS);
    return;
  }
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    sendRefusal(reply.header('accept-encoding', 'identity'), CODED);
    return;
  }
  done();
}

/** Answers a request that ended in an error. */
export function sendError(error: unknown, reply: FastifyReply, logger: Logger): FastifyReply {
  const refused = refusalOf(error, logger);
  if (refused !== BODY_TOO_LARGE) return sendRefusal(reply, refused);
  linger(reply);
  const detail = reply.request.routeOptions.config.tooLarge ?? refused.detail;
  return sendRefusal(reply, { ...refused, detail });
}

/** How long the rest of a body is read and dropped after it was refused. */
const LINGER_MS_MAX = 2_000;

/**
 * Leaves the connection open while the rest of a refused body arrives. Closing it with bytes unread
 * resets it, and the reset can reach the client before the answer: it would see a broken connection
 * and send the same again and again.
 */
function linger(reply: FastifyReply): void {
  const { raw } = reply.request;
  reply.removeHeader('connection');
  const timer = setTimeout(() => raw.destroy(), LINGER_MS_MAX);
  const stop = (): void => clearTimeout(timer);
  raw.once('end', stop).once('close', stop);
}

const TIMED_OUT = refusal(
  'request-timeout',
  'The request did not arrive whole in time, so nothing was done. Send it again.',
);
const HEADERS_TOO_LARGE = refusal(
  'headers-too-large',
  'The address and headers are larger than 16 KiB together, so nothing was done.',
);
const NOT_HTTP = refusal('invalid-request', 'What arrived is not a valid HTTP request.');

const BY_PARSER_CODE: ReadonlyMap<string, Refusal> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', TIMED_OUT],
  ['HPE_HEADER_OVERFLOW', HEADERS_TOO_LARGE],
]);

/** A request of which not all came in its time; named as Node names it. */
export class RequestTimeout extends Error {
  readonly code = 'ERR_HTTP_REQUEST_TIMEOUT';
}

/** Answers on a connection on which no request could be read, and closes it. */
export function answerClientError(error: Error, socket: Socket): void {
  if (codeOf(error) === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refused = BY_PARSER_CODE.get(codeOf(error)) ?? NOT_HTTP;
  const { status } = PROBLEMS[refused.code];
  const body = problemText(refused);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      `Content-Type: ${PROBLEM_TYPE}\r\nCache-Control: no-store\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
