// Refusals: why a request is not done, as a value on the way to a problem document.

import { PROBLEMS, problemDocument } from '@holdfast/protocol/problems.ts';
import type { ProblemCode } from '@holdfast/protocol/problems.ts';
import type { FastifyReply } from 'fastify';
import type { CellUnavailable } from '../cell/cell-client.ts';

/** Members beside those that every problem has. They never repeat what was sent (A6). */
type Members = Readonly<Record<string, number | string | readonly string[]>>;

export type Refusal = Readonly<{
  kind: 'refusal';
  code: ProblemCode;
  detail: string;
  members: Members | undefined;
  retryAfterMs: number;
}>;

const RETRY_AFTER_MS = 1_000;
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** A refusal; `detail` says what happened, what it means for the data and what to do. */
export function refusal(code: ProblemCode, detail: string, members?: Members): Refusal {
  return { kind: 'refusal', code, detail, members, retryAfterMs: RETRY_AFTER_MS };
}

/** A refusal because something comes too often. */
export function rateLimited(detail: string, retryAfterMs: number): Refusal {
  return { kind: 'refusal', code: 'rate-limited', detail, members: undefined, retryAfterMs };
}

const UNAVAILABLE_DETAILS = {
  overloaded: 'The cell has as many ops waiting as it may hold.',
  'cell-unavailable': 'The cell that keeps this data cannot acknowledge now.',
  'storage-full': 'The disk of the cell is full; what it acknowledged before is safe.',
  'shutting-down': 'The server is shutting down.',
} as const satisfies Record<CellUnavailable['code'], string>;

const RETRY_IS_SAFE =
  ' Nothing of this request was acknowledged. Send it again under the same names after the time ' +
  'in Retry-After: repetition counts nothing twice.';

/** A refusal because a cell could not do it. */
export function unavailable({ code, retryAfterMs }: CellUnavailable): Refusal {
  const detail = UNAVAILABLE_DETAILS[code] + RETRY_IS_SAFE;
  return { kind: 'refusal', code, detail, members: undefined, retryAfterMs };
}

/** The problem document of a refusal as JSON text. */
export function problemText({ code, detail, members }: Refusal): string {
  return JSON.stringify({ ...problemDocument(code, detail), ...members });
}

/** Seconds for `Retry-After`, or `undefined` where the header does not belong (A3). */
export function retryAfterSeconds({ code, retryAfterMs }: Refusal): number | undefined {
  const { status } = PROBLEMS[code];
  if (status !== 429 && status !== 503) return undefined;
  return Math.max(1, Math.ceil(retryAfterMs / 1_000));
}

/** Answers a request with a problem document. */
export function sendRefusal(reply: FastifyReply, refused: Refusal): FastifyReply {
  const seconds = retryAfterSeconds(refused);
  if (seconds !== undefined) reply.header('retry-after', String(seconds));
  return reply
    .code(PROBLEMS[refused.code].status)
    .header('content-type', PROBLEM_TYPE)
    .header('cache-control', 'no-store')
    .send(problemText(refused));
}
