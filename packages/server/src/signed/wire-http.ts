// One exchange of bytes over HTTP, with the limits that keep a silent or endless peer from holding
// anything: what is below signatures.

import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { SIGNED_HEADER } from './sign.ts';

export type HttpAsk = Readonly<{
  method: string;
  path: string;
  body: Uint8Array;
  /** Absent for what is read without a signature. */
  signed: string | undefined;
  /** For the head of the answer, and then for each pause within it. */
  silenceMsMax: number;
  signal: AbortSignal | undefined;
}>;

export type HttpResult = Readonly<
  | { kind: 'response'; response: IncomingMessage }
  /**
   * `isSent`: the peer may have acted on it. `isStale`: a kept connection turned out to be closed,
   * which says nothing about the peer.
   */
  | { kind: 'failed'; isSent: boolean; isStale: boolean; cause: Error }
>;

export type WireHttp = Readonly<{
  exchange: (ask: HttpAsk) => Promise<HttpResult>;
  close: () => void;
}>;

/** The peer's silence lasted longer than the caller would wait. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

const CONNECT_MS_MAX = 5_000;

/** Connections to one peer, kept open. `url` is an origin such as `https://b.example:7410`. */
export function wireHttp(url: string, connectionsMax: number): WireHttp {
  const origin = new URL(url);
  const isTls = origin.protocol === 'https:';
  if (!isTls && origin.protocol !== 'http:') throw new TypeError(`${url} is not http or https`);
  if (origin.pathname !== '/' || origin.search !== '' || origin.username !== '') {
    throw new TypeError(`${url} must be an origin: scheme, host and port alone`);
  }
  const Agent = isTls ? HttpsAgent : HttpAgent;
  const agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });
  const open = isTls ? httpsRequest : httpRequest;

  return {
    exchange: (ask) =>
      new Promise((resolve) => {
        const { method, path, body, signed, silenceMsMax, signal } = ask;
        const headers = {
          'content-length': body.length,
          ...(body.length === 0 ? {} : { 'content-type': 'application/octet-stream' }),
          ...(signed === undefined ? {} : { [SIGNED_HEADER]: signed }),
        };
        const target = { host: hostOf(origin), port: origin.port, agent, method, path, headers };
        const request = open({ ...target, ...(signal === undefined ? {} : { signal }) });
        settle(request, silenceMsMax, resolve);
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function settle(
  request: ClientRequest,
  silenceMsMax: number,
  resolve: (result: HttpResult) => void,
): void {
  let isSent = false;
  let hasAnswer = false;
  // A connection that does not come about is given up sooner: nothing can have been done over it.
  const connecting = setTimeout(() => {
    request.destroy(new SilenceError(`no connection within ${CONNECT_MS_MAX} ms`));
  }, CONNECT_MS_MAX);
  const silence = setTimeout(() => {
    request.destroy(new SilenceError(`no answer within ${silenceMsMax} ms`));
  }, silenceMsMax);
  request.once('socket', (socket) => {
    const connected = (): void => {
      isSent = true;
      clearTimeout(connecting);
    };
    if (socket.connecting) socket.once('connect', connected);
    else connected();
  });
  request.once('response', (response) => {
    hasAnswer = true;
    clearTimeout(silence);
    endWhenSilent(response, silenceMsMax);
    resolve({ kind: 'response', response });
  });
  request.on('error', (cause: Error) => {
    clearTimeout(connecting);
    clearTimeout(silence);
    if (hasAnswer) return;
    const isReset = 'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
    resolve({ kind: 'failed', isSent, isStale: request.reusedSocket && isReset, cause });
  });
}

function endWhenSilent(response: IncomingMessage, silenceMsMax: number): void {
  const { socket } = response;
  const onTimeout = (): void => {
    response.destroy(new SilenceError(`nothing more came for ${silenceMsMax} ms`));
  };
  socket.setTimeout(silenceMsMax).on('timeout', onTimeout);
  // The connection goes on to the next request, and must not keep what was meant for this one.
  response.once('close', () => socket.setTimeout(0).off('timeout', onTimeout));
}

function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/**
 * Reads a body to its end; `undefined` when it is larger. Throws when it breaks off. With `into` it
 * is put there, and what is returned is a view of it: some megabytes at a time, again and again, are
 * then not asked of the memory each time.
 */
export async function readBody(
  response: IncomingMessage,
  bytesMax: number,
  into?: Buffer<ArrayBuffer>,
): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Buffer[] = [];
  const room = Math.min(bytesMax, into?.length ?? bytesMax);
  let bytes = 0;
  // A response that is not decoded gives buffers.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes + chunk.length > room) {
      response.destroy();
      return undefined;
    }
    if (into === undefined) chunks.push(chunk);
    else chunk.copy(into, bytes);
    bytes += chunk.length;
  }
  return into?.subarray(0, bytes) ?? Buffer.concat(chunks, bytes);
}
