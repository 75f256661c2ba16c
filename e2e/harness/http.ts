// One HTTP request and its whole answer, with nothing added that the test did not ask for.

import { Agent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export type Answer = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The parsed body, `undefined` when it is no JSON. */
  body: unknown;
}>;

export type Ask = Readonly<{
  /** Sent as JSON; a string or bytes are sent as they stand. */
  body?: unknown;
  bearer?: string | undefined;
  type?: string;
  headers?: Readonly<Record<string, string>>;
}>;

/** Ends a request whose answer never comes. */
const ANSWER_MS_MAX = 60_000;

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** Sends a request; rejects when no whole answer came. */
export function send(url: string, method: string, path: string, ask: Ask = {}): Promise<Answer> {
  const body = bytesOf(ask.body);
  const headers: Record<string, string> = {};
  if (body !== undefined) {
    headers['content-type'] = ask.type ?? 'application/json';
    headers['content-length'] = String(body.length);
  }
  if (ask.bearer !== undefined) headers['authorization'] = `Bearer ${ask.bearer}`;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${url}${path}`,
      { method, agent, headers: { ...headers, ...ask.headers }, timeout: ANSWER_MS_MAX },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const { statusCode = 0, headers: answered } = response;
          resolve({ status: statusCode, headers: answered, text, body: parsed(text) });
        });
        response.on('close', () => {
          if (!response.complete) reject(new Error('the answer was cut off'));
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.end(body);
  });
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
