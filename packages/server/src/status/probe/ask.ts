// How a journey asks over HTTP: one request, one answer or the reason why there was none.

/** Longest wait for one answer. */
export const ANSWER_MS_MAX = 3_000;
/** Bytes of an answer that are read; more than that is no answer of ours. */
const ANSWER_BYTES_MAX = 1_048_576;

export type Asked = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'HEAD';
  url: string;
  bearer?: string | undefined;
  headers?: Readonly<Record<string, string>>;
  json?: unknown;
  bytes?: Uint8Array<ArrayBuffer>;
}>;

export type Answer = Readonly<
  | {
      kind: 'answer';
      status: number;
      bytes: Uint8Array;
      headers: Readonly<Record<string, string>>;
      cookies: readonly string[];
    }
  /** `offline`: this machine says that it has no way there, so nothing was learned of the other. */
  | { kind: 'no-answer'; isOffline: boolean; detail: string }
>;

/** Sends one request; never rejects. */
export type Ask = (asked: Asked) => Promise<Answer>;

const OFFLINE_CODES = ['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EAI_AGAIN', 'EADDRNOTAVAIL'];

/** Asks through `fetch`. */
export function askWith(fetch: typeof globalThis.fetch): Ask {
  return async ({ method, url, bearer, headers = {}, json, bytes }) => {
    const sent: Record<string, string> = { ...headers };
    if (bearer !== undefined) sent['authorization'] = `Bearer ${bearer}`;
    if (json !== undefined) sent['content-type'] = 'application/json';
    try {
      const response = await fetch(url, {
        method,
        headers: sent,
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
        ...(json !== undefined && { body: JSON.stringify(json) }),
        ...(bytes !== undefined && { body: bytes }),
      });
      return {
        kind: 'answer',
        status: response.status,
        bytes: await bytesOf(response),
        headers: Object.fromEntries(response.headers),
        cookies: response.headers.getSetCookie(),
      };
    } catch (cause) {
      const code = codeOf(cause);
      return { kind: 'no-answer', isOffline: OFFLINE_CODES.includes(code), detail: code };
    }
  };
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // A body is bytes, whatever the general type of a stream says.
  const body = response.body as AsyncIterable<Uint8Array> | null;
  for await (const part of body ?? []) {
    bytes += part.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new Error('too-large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The code of a failed request: that of the system where there is one. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'failed';
  const { cause } = thrown;
  if (cause instanceof AggregateError) return codeOf(cause.errors[0]);
  if (cause instanceof Error) return codeOf(cause);
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return thrown.name === 'TimeoutError' ? 'timeout' : thrown.message.slice(0, 80);
}

/** The body of an answer as JSON; `undefined` when it is none. */
export function jsonOf({ bytes }: Readonly<{ bytes: Uint8Array }>): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A field of an unknown value. */
export function at(value: unknown, ...names: readonly (string | number)[]): unknown {
  let found = value;
  for (const name of names) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name))
      return undefined;
    found = (found as Readonly<Record<string | number, unknown>>)[name];
  }
  return found;
}

export function listAt(value: unknown, ...names: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...names);
  return Array.isArray(found) ? found : [];
}

export function textAt(value: unknown, ...names: readonly (string | number)[]): string | undefined {
  const found = at(value, ...names);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(
  value: unknown,
  ...names: readonly (string | number)[]
): number | undefined {
  const found = at(value, ...names);
  return typeof found === 'number' ? found : undefined;
}
