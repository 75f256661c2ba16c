// Why an ask has no answer, and what that means: whether the peer may have acted.

import { SilenceError } from './wire-http.ts';
import type { HttpResult } from './wire-http.ts';
import { answerVersionText, readProblem, WIRE_PROBLEMS } from './wire-refusal.ts';
import type { WireProblemCode } from './wire-refusal.ts';

export type NoAnswer = Readonly<{
  kind: 'no-answer';
  /**
   * `wire-…`: refused by the peer, which is named so in docs/spec/wire.md. `unreachable`: no
   * connection. `silent`: none within the time. `broken`: the connection ended before the answer.
   * `unproven`: what came is not signed by the peer. `busy`: too many asks are under way here.
   */
  code: WireProblemCode | 'unreachable' | 'silent' | 'broken' | 'unproven' | 'too-large' | 'busy';
  /** `none`: the peer did nothing. `unknown`: it may have done what was asked. */
  effect: 'none' | 'unknown';
  /** The same ask can succeed a little later without anybody changing anything. */
  retryable: boolean;
  detail: string;
}>;

export function failed({ isSent, cause }: HttpResult & { kind: 'failed' }): NoAnswer {
  const { message } = cause;
  if (!isSent) return noAnswer('unreachable', 'none', `No connection: ${message}.`);
  const code = cause instanceof SilenceError ? 'silent' : 'broken';
  return noAnswer(code, 'unknown', `No answer: ${message}.`);
}

/** What the peer refused before acting on it; a refusal that a handler gave is an answer. */
export function refusalIn(status: number, body: Buffer): NoAnswer | undefined {
  if (status < 400) return undefined;
  const problem = readProblem(body);
  if (problem === undefined || !isWireCode(problem.code)) return undefined;
  // A replayed message was taken once, by whoever sent it first: perhaps an earlier copy of ours.
  const isDone = problem.code === 'wire-replayed' || problem.code === 'wire-failed';
  return noAnswer(problem.code, isDone ? 'unknown' : 'none', problem.detail);
}

function isWireCode(code: string): code is WireProblemCode {
  return Object.hasOwn(WIRE_PROBLEMS, code);
}

export function unproven(body: Buffer, url: string): NoAnswer {
  const problem = readProblem(body);
  if (problem?.code === 'wire-version') return noAnswer('wire-version', 'unknown', problem.detail);
  const said = problem === undefined ? '' : ` It says: ${problem.detail.slice(0, 500)}`;
  return noAnswer(
    'unproven',
    'unknown',
    `What answers at ${url} does not hold the key that is expected there.${said}`,
  );
}

/** An answer that cannot be read here, and so says nothing; it may be the peer's own. */
export function otherVersion(theirs: number, body: Buffer): NoAnswer {
  const problem = readProblem(body);
  const said = problem?.code === 'wire-version' ? problem.detail : answerVersionText(theirs);
  return noAnswer('wire-version', 'unknown', said);
}

export function busy(url: string): NoAnswer {
  return noAnswer('busy', 'none', `Too many messages to ${url} wait for an answer.`);
}

const RETRYABLE: ReadonlySet<NoAnswer['code']> = new Set([
  ...(['unreachable', 'silent', 'broken', 'busy'] as const),
  ...(['wire-session-unknown', 'wire-replayed', 'wire-failed'] as const),
]);

export function noAnswer(
  code: NoAnswer['code'],
  effect: NoAnswer['effect'],
  detail: string,
): NoAnswer {
  return { kind: 'no-answer', code, effect, retryable: RETRYABLE.has(code), detail };
}
