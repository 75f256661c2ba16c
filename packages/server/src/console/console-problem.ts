// Why the console refuses, as problem documents (RFC 9457). A refusal has changed nothing.

import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';

export const CONSOLE_PROBLEMS = {
  'console-malformed': 400,
  'console-signed-out': 401,
  'console-code': 401,
  'console-signature': 401,
  'console-challenge': 401,
  'console-cross-site': 403,
  'console-viewer': 403,
  'console-off': 404,
  'console-not-found': 404,
  'console-key-known': 409,
  'console-too-many-keys': 409,
  'console-refused': 409,
  'console-not-waiting': 409,
  'console-other-handover': 409,
  'console-gate-red': 409,
  'console-same-person': 409,
  'console-too-large': 413,
  'console-media-type': 415,
  'console-rate': 429,
  'console-failed': 500,
  'console-busy': 503,
  'console-staff': 503,
} as const satisfies Record<string, number>;

export type ConsoleProblemCode = keyof typeof CONSOLE_PROBLEMS;

export type ConsoleRefusal = Readonly<{
  kind: 'console-refusal';
  code: ConsoleProblemCode;
  detail: string;
  /** More that the page shows, such as the checks of a start. */
  members?: Readonly<Record<string, unknown>>;
  retryAfterMs?: number;
}>;

export function consoleRefusal(
  code: ConsoleProblemCode,
  detail: string,
  more: Pick<ConsoleRefusal, 'members' | 'retryAfterMs'> = {},
): ConsoleRefusal {
  return { kind: 'console-refusal', code, detail, ...more };
}

export function sendConsoleRefusal(reply: FastifyReply, refused: ConsoleRefusal): FastifyReply {
  const { code, detail, members, retryAfterMs = 1_000 } = refused;
  const status = CONSOLE_PROBLEMS[code];
  const type = `urn:holdfast:problem:${code}`;
  const retryable = status === 429 || status >= 500;
  if (retryable) reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(
      JSON.stringify({
        type,
        title: STATUS_CODES[status],
        status,
        detail,
        code,
        retryable,
        ...members,
      }),
    );
}
