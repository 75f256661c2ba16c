// One request to the public API. Nothing here throws: it ends as an answer, a problem document, or
// no answer (network, time-out, something that is not this API).

import { parseProblem } from './wire.ts';
import type { Parse, Problem } from './wire.ts';

const ANSWER_MS_MAX = 10_000;

export type Answer<T> = Readonly<
  | { kind: 'ok'; value: T }
  | { kind: 'problem'; problem: Problem; retryAfterMs: number | undefined }
  | { kind: 'no-answer' }
>;

export type AskOptions = Readonly<{
  body?: unknown;
  grant?: string;
  /** Sends the cookie of the page's own origin. Everything else goes without one. */
  withCookie?: boolean;
}>;

export type Ask = <T>(path: string, parse: Parse<T>, options?: AskOptions) => Promise<Answer<T>>;

/** Asks the API at `origin` ('' is the page's own). With a body it posts. */
export function createAsk(origin: string, fetchFrom: typeof fetch): Ask {
  return async (path, parse, { body, grant, withCookie } = {}) => {
    try {
      const isPost = body !== undefined;
      const response = await fetchFrom(origin + path, {
        method: isPost ? 'POST' : 'GET',
        headers: {
          ...(isPost && { 'content-type': 'application/json' }),
          ...(grant !== undefined && { authorization: `Bearer ${grant}` }),
        },
        cache: 'no-store',
        credentials: withCookie === true ? 'same-origin' : 'omit',
        // What is posted is small and must survive the page being closed.
        keepalive: isPost,
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
        ...(isPost && { body: JSON.stringify(body) }),
      });
      const value: unknown = await response.json();
      if (!response.ok) return problemOf(value, response.headers.get('retry-after'));
      const parsed = parse(value);
      return parsed === undefined ? { kind: 'no-answer' } : { kind: 'ok', value: parsed };
    } catch {
      return { kind: 'no-answer' };
    }
  };
}

function problemOf(value: unknown, retryAfter: string | null): Answer<never> {
  const problem = parseProblem(value);
  if (problem === undefined) return { kind: 'no-answer' };
  const seconds = Number(retryAfter ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  return { kind: 'problem', problem, retryAfterMs };
}
