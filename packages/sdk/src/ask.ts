// One request to the public API. Nothing here throws: it ends as a value or as a failure.

import type { Parse } from './wire.ts';

const ANSWER_MS_MAX = 10_000;

/** Why there is no value: a problem document (RFC 9457), or no answer of this API at all. */
export type Failure = Readonly<{
  code: string;
  detail: string;
  retryable: boolean;
  /** Absent when the server did not ask for it. */
  retryAfterMs?: number;
}>;
type Problem = Failure & Readonly<{ code?: string }>;

export type Answer<T> = Readonly<
  { value: T; failure?: undefined } | { value?: undefined; failure: Failure }
>;

export type Ask = <T>(
  path: string,
  parse: Parse<T>,
  grant?: string,
  body?: unknown,
) => Promise<Answer<T>>;

/** No network, no answer in time, or one of something that is not this API. */
export const NO_ANSWER: Answer<never> = {
  failure: { code: 'no-answer', detail: '', retryable: true },
};

/** Asks the API at `origin` ('' is the page's own), never with a cookie. With a body it posts. */
export function createAsk(origin: string, fetchFrom: typeof fetch): Ask {
  return async (path, parse, grant, body) => {
    try {
      const isPost = body !== undefined;
      const response = await fetchFrom(origin + path, {
        credentials: 'omit',
        cache: 'no-store',
        headers: {
          ...(isPost && { 'content-type': 'application/json' }),
          ...(grant !== undefined && { authorization: `Bearer ${grant}` }),
        },
        // What is posted is small and must survive the page being closed.
        ...(isPost && { method: 'POST', keepalive: true, body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      const value = (await response.json()) as Record<string, unknown>;
      if (response.ok) return { value: parse(value) };
      const problem = value as unknown as Problem;
      if (problem.code === undefined) return NO_ANSWER;
      const seconds = Number(response.headers.get('retry-after'));
      return { failure: { ...problem, ...(seconds > 0 && { retryAfterMs: seconds * 1_000 }) } };
    } catch {
      return NO_ANSWER;
    }
  };
}
