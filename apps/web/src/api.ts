// The public API as this page uses it. Nothing here throws: a call ends as an answer, a problem
// document, or no answer (network, time-out, something that is not this API).

import type { OpenReply, PostReply } from './outbox.ts';
import type { Named, Who } from './outbox-state.ts';
import * as wire from './wire.ts';

const ANSWER_MS_MAX = 10_000;

export type Answer<T> = Readonly<
  | { kind: 'ok'; value: T }
  | { kind: 'problem'; problem: wire.Problem; retryAfterMs: number | undefined }
  | { kind: 'no-answer' }
>;

type Ask = Readonly<{
  method?: 'GET' | 'POST';
  body?: unknown;
  grant?: string;
  /** Leaves the cookie at home, so that the call is a visitor's even when someone is signed in. */
  asVisitor?: boolean;
}>;

type Credentials = Readonly<{
  handle: string;
  password: string;
  /** Where the account is or shall be; absent, the server's guess is taken. */
  jurisdiction?: string;
}>;

export class Api {
  readonly #fetch: typeof fetch;

  constructor(fetchFrom: typeof fetch) {
    this.#fetch = fetchFrom;
  }

  feed(cursor: string | undefined): Promise<Answer<wire.FeedPage>> {
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    return this.#ask(`/v1/feed${query}`, wire.parseFeedPage);
  }

  /** Counts of videos; with `after` (`cell:seq`) they include that position when they can. */
  counts(videos: readonly string[], after?: string): Promise<Answer<wire.CountsReply>> {
    const query = new URLSearchParams(videos.map((video) => ['video', video]));
    if (after !== undefined) query.append('after', after);
    return this.#ask(`/v1/counts?${query}`, wire.parseCounts);
  }

  likes(grant: string, videos: readonly string[]): Promise<Answer<ReadonlyMap<string, boolean>>> {
    const query = new URLSearchParams(videos.map((video) => ['video', video]));
    return this.#ask(`/v1/me/likes?${query}`, wire.parseLikes, { grant });
  }

  cells(): Promise<Answer<readonly wire.Cell[]>> {
    return this.#ask('/v1/cells', wire.parseCells);
  }

  /** Who is signed in on this device; `null` is a visitor. */
  async me(): Promise<Answer<wire.Me | null>> {
    const answer = await this.#ask('/v1/me', wire.parseMe);
    const visitor = answer.kind === 'problem' && answer.problem.status === 401;
    return visitor ? { kind: 'ok', value: null } : answer;
  }

  signUp(body: Credentials): Promise<Answer<unknown>> {
    return this.#ask('/v1/accounts', anything, { method: 'POST', body });
  }

  signIn(body: Credentials): Promise<Answer<unknown>> {
    return this.#ask('/v1/sign-in', anything, { method: 'POST', body });
  }

  signOut(): Promise<Answer<unknown>> {
    return this.#ask('/v1/sign-out', anything, { method: 'POST' });
  }

  async postOps(grant: string, ops: readonly Named[]): Promise<PostReply> {
    const body = { ops: ops.map(({ n, intent }) => ({ n, ...intent })) };
    const answer = await this.#ask('/v1/ops', wire.parseOpsReply, { method: 'POST', body, grant });
    if (answer.kind === 'ok') return { kind: 'acknowledged', ...answer.value };
    if (answer.kind === 'no-answer') return { kind: 'retry', retryAfterMs: undefined };
    const { problem, retryAfterMs } = answer;
    return problem.retryable
      ? { kind: 'retry', retryAfterMs }
      : { kind: 'refused', code: problem.code, detail: problem.detail };
  }

  async openSession(who: Who): Promise<OpenReply> {
    const ask = { method: 'POST', body: {}, asVisitor: who === null } as const;
    const answer = await this.#ask('/v1/sessions', wire.parseSession, ask);
    const retryAfterMs = answer.kind === 'problem' ? answer.retryAfterMs : undefined;
    if (answer.kind !== 'ok') return { kind: 'retry', retryAfterMs };
    if (who !== null) {
      // Another tab may have signed in as someone else; then this session is not `who`'s.
      const me = await this.me();
      if (me.kind !== 'ok' || me.value?.account !== who) return { kind: 'retry', retryAfterMs };
    }
    return { kind: 'opened', lane: answer.value };
  }

  async #ask<T>(path: string, parse: wire.Parse<T>, ask: Ask = {}): Promise<Answer<T>> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (ask.body !== undefined) headers['content-type'] = 'application/json';
    if (ask.grant !== undefined) headers['authorization'] = `Bearer ${ask.grant}`;
    try {
      const response = await this.#fetch(path, {
        method: ask.method ?? 'GET',
        headers,
        cache: 'no-store',
        credentials: ask.asVisitor === true ? 'omit' : 'same-origin',
        // What is posted is small and must survive the page being closed.
        keepalive: ask.method === 'POST',
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
        ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
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
}

function anything(value: unknown): unknown {
  return value ?? {};
}

function problemOf(value: unknown, retryAfter: string | null): Answer<never> {
  const problem = wire.parseProblem(value);
  if (problem === undefined) return { kind: 'no-answer' };
  const seconds = Number(retryAfter ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  return { kind: 'problem', problem, retryAfterMs };
}
