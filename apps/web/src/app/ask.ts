// The public API as the pages use it. Nothing here throws: a call ends as an answer, as a problem
// document, or with no answer (network, time-out, something that is not this API).

import { fieldsOf, textOf, wholeOf } from './parse.ts';
import type { Parse } from './parse.ts';

const ANSWER_MS_MAX = 15_000;

/** A problem document (RFC 9457). `members` are those beside the ones every problem has. */
export type Problem = Readonly<{
  status: number;
  code: string;
  title: string;
  detail: string;
  retryable: boolean;
  retryAfterMs: number | undefined;
  members: Readonly<Record<string, unknown>>;
}>;

export type Answer<T> = Readonly<
  { kind: 'ok'; value: T } | { kind: 'problem'; problem: Problem } | { kind: 'no-answer' }
>;
/** How a call can end without the value that was asked for. */
export type Trouble = Exclude<Answer<never>, { kind: 'ok' }>;

export type Ask = Readonly<{
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON; a `Blob` is sent as it stands, under its own type. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** For calls that must end even if the page is closed. */
  keepalive?: boolean;
  /** More than the usual time, for bodies that are large. */
  answerMsMax?: number;
}>;

/** Calls the API and checks the answer with `parse`; a form that does not fit is no answer. */
export async function ask<T>(path: string, parse: Parse<T>, how: Ask = {}): Promise<Answer<T>> {
  const { body, signal, keepalive = false, answerMsMax = ANSWER_MS_MAX } = how;
  const headers: Record<string, string> = { accept: 'application/json', ...how.headers };
  if (body !== undefined && !(body instanceof Blob)) headers['content-type'] = 'application/json';
  const timeout = AbortSignal.timeout(answerMsMax);
  try {
    const response = await fetch(path, {
      method: how.method ?? 'GET',
      headers,
      cache: 'no-store',
      credentials: 'same-origin',
      keepalive,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const value: unknown = text === '' ? {} : JSON.parse(text);
    if (!response.ok) return problemOf(value, response.headers.get('retry-after'));
    const parsed = parse(value);
    return parsed === undefined ? { kind: 'no-answer' } : { kind: 'ok', value: parsed };
  } catch {
    return { kind: 'no-answer' };
  }
}

/** For calls whose answer says nothing beyond that it is done. */
export function done(): true {
  return true;
}

/** An answer that is not there, as an error for code that takes answers by promise. */
export class NoValue extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.kind === 'problem' ? trouble.problem.title : 'no answer');
    this.name = 'NoValue';
    this.trouble = trouble;
  }
}

/** The value of an answer; throws `NoValue` otherwise (for TanStack Query). */
export async function valueOf<T>(answer: Promise<Answer<T>>): Promise<T> {
  const ended = await answer;
  if (ended.kind === 'ok') return ended.value;
  throw new NoValue(ended);
}

/** What an error of `valueOf` was; anything else is a fault of the page. */
export function troubleOf(error: unknown): Trouble {
  return error instanceof NoValue ? error.trouble : { kind: 'no-answer' };
}

function problemOf(value: unknown, retryAfter: string | null): Answer<never> {
  const { code, status, title, detail, retryable, type: _type, ...members } = fieldsOf(value);
  const known = { code: textOf(code), status: wholeOf(status), title: textOf(title) };
  // An error page of something in between is not an answer of this API.
  if (known.code === undefined || known.status === undefined) return { kind: 'no-answer' };
  const seconds = Number(retryAfter ?? Number.NaN);
  return {
    kind: 'problem',
    problem: {
      code: known.code,
      status: known.status,
      title: known.title ?? known.code,
      detail: textOf(detail) ?? '',
      retryable: retryable === true,
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
      members,
    },
  };
}
