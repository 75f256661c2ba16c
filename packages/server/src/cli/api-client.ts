// Reads the public API for a command, and turns every way of failing into words.

import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

/** Longest wait for one answer. */
const ANSWER_MS_MAX = 30_000;
/** Longest part of an answer that is shown when it cannot be understood, in characters. */
const SHOWN_CHARS_MAX = 200;

export type ApiQuery = readonly (readonly [name: string, value: string | undefined])[];

export type ApiClient = Readonly<{
  url: string;
  /** Whether it sends a key. */
  hasKey: boolean;
  /** The body of a 200. Throws `CliError` for every other ending; asks once, never again. */
  get: (path: string, query: ApiQuery) => Promise<unknown>;
}>;

/** A client of one server. Throws `CliError` when the address is none. */
export function openApiClient(
  options: Readonly<{
    url: string;
    key: string | undefined;
    fetch: typeof globalThis.fetch;
  }>,
): ApiClient {
  const base = parseBase(options.url);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (options.key !== undefined) headers['authorization'] = `Bearer ${options.key}`;
  return {
    url: base.href,
    hasKey: options.key !== undefined,
    get: async (path, query) => {
      const address = new URL(`.${path}`, base);
      for (const [name, value] of query) {
        if (value !== undefined) address.searchParams.append(name, value);
      }
      const signal = AbortSignal.timeout(ANSWER_MS_MAX);
      let status: number;
      let text: string;
      try {
        const response = await options.fetch(address, { headers, signal });
        status = response.status;
        text = await response.text();
      } catch (cause) {
        throw unreachable(base, cause);
      }
      const body = parseBody(text);
      if (status !== 200 || body === undefined) throw refused(address, status, text, body);
      return body;
    },
  };
}

function parseBase(url: string): URL {
  const base = URL.parse(url.endsWith('/') ? url : `${url}/`);
  if (base !== null && (base.protocol === 'http:' || base.protocol === 'https:')) return base;
  throw new CliError(
    EXIT.usage,
    'usage',
    '--url must be the address of a server, such as http://127.0.0.1:7400. Nothing was written.',
  );
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable({ origin }: URL, cause: unknown): CliError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return new CliError(
    EXIT.unreachable,
    'unreachable',
    `${origin} cannot be reached: ${reason instanceof Error ? reason.message : String(reason)}. ` +
      'Is the server running there? Name another one with --url.',
    cause,
  );
}

function refused({ pathname }: URL, status: number, text: string, body: unknown): CliError {
  const { code, detail } = (typeof body === 'object' && body !== null ? body : {}) as Readonly<
    Partial<Record<'code' | 'detail', unknown>>
  >;
  const said = typeof detail === 'string' ? detail : text.slice(0, SHOWN_CHARS_MAX);
  const isKey = status === 401 || status === 403;
  const todo = isKey ? ' Set HOLDFAST_SERVICE_KEY to a key of `holdfast keys create`.' : '';
  return new CliError(
    EXIT.failed,
    typeof code === 'string' ? code : `http-${status}`,
    `The server answered ${status} to ${pathname}: ${said}${todo}`,
  );
}
