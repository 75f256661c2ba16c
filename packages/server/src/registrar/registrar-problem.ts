// Refusals of the registrar's HTTP side, as problem documents (RFC 9457).

import { STATUS_CODES } from 'node:http';

export const REGISTRAR_PROBLEMS = {
  'charter-query-invalid': 400,
  'charter-decision-malformed': 400,
  'charter-sender-differs': 403,
  'charter-founding-closed': 403,
  'charter-cell-unknown': 404,
  'charter-not-next': 409,
  'charter-decision-refused': 422,
  'charter-witness-refused': 422,
  'charter-streams-full': 503,
  'charter-storage': 503,
} as const satisfies Record<string, number>;

export type RegistrarProblemCode = keyof typeof REGISTRAR_PROBLEMS;

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The text of a problem document; `members` stand beside what every problem has. */
export function registrarProblem(
  code: RegistrarProblemCode,
  detail: string,
  members: Readonly<Record<string, unknown>> = {},
): Readonly<{ status: number; body: string }> {
  const status = REGISTRAR_PROBLEMS[code];
  const type = `urn:holdfast:problem:${code}`;
  const retryable = status === 503;
  const title = STATUS_CODES[status];
  return {
    status,
    body: JSON.stringify({ type, title, status, detail, code, retryable, ...members }),
  };
}
