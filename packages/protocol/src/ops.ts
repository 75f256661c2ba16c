// Ops: one intent of one person, as devices and integrators send them, and how each may end.
//
// The parsers here are the only way from unknown JSON to an `Op`; inside the server nothing checks
// again. Unknown fields are ignored (rule A4), everything else that does not fit is refused.

import { isSessionId, isSubjectId, isVideoId } from './ids.ts';
import { isJurisdiction } from './ids.ts';
import type { Jurisdiction, SessionId, SubjectId, VideoId } from './ids.ts';
import { OP_NUMBER_MAX, OPS_PER_REQUEST_MAX, WATCHED_MS_MAX } from './limits.ts';

export const OP_KINDS = ['view', 'like', 'unlike'] as const;
export type OpKind = (typeof OP_KINDS)[number];

/** Where a view came from. The order is part of the journal format: only append. */
export const SOURCES = ['direct', 'feed', 'profile', 'search', 'embed', 'external'] as const;
export type Source = (typeof SOURCES)[number];

/** The terminal classes of an op. The order is part of the stored formats: only append. */
export const OUTCOMES = [
  'counted',
  'unchanged',
  'duplicate',
  'unqualified',
  'capped',
  'own',
  'held',
  'late',
  'invalid',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why an op ended as `invalid`. The order is part of the wire format: only append. */
export const INVALID_CODES = ['unknown-video', 'sign-in-required', 'erased-person'] as const;
export type InvalidCode = (typeof INVALID_CODES)[number];

export type Op = Readonly<
  | { n: number; kind: 'view'; video: VideoId; watchedMs: number; source: Source }
  | { n: number; kind: 'like' | 'unlike'; video: VideoId }
>;

/** One line of a bulk request. */
export type BulkOp = Readonly<{
  jurisdiction: Jurisdiction;
  session: SessionId;
  /** Absent means an anonymous viewer. */
  subject: SubjectId | undefined;
  op: Op;
}>;

/** What is wrong with an input, in words for the person who sent it. */
export type Fault = Readonly<{ kind: 'fault'; detail: string }>;
export type Parsed<Value> = Readonly<{ kind: 'ok'; value: Value }> | Fault;

const fault = (detail: string): Fault => ({ kind: 'fault', detail });

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSource(value: unknown): value is Source {
  return SOURCES.includes(value as Source);
}

/** Whether a value is an op number: a whole number from 1 to `OP_NUMBER_MAX`. */
export function isOpNumber(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= OP_NUMBER_MAX;
}

/** Checks one op. The detail names the field, never its content, which may be personal. */
export function parseOp(value: unknown): Op | Fault {
  if (!isFields(value)) return fault('an op must be a JSON object');
  const { n, kind, video } = value as { n?: unknown; kind?: unknown; video?: unknown };
  if (!isOpNumber(n)) return fault(`n must be a whole number from 1 to ${OP_NUMBER_MAX}`);
  if (!isVideoId(video)) return fault('video must be 1 to 64 characters of A-Z a-z 0-9 _ -');
  if (kind === 'like' || kind === 'unlike') return { n, kind, video };
  if (kind !== 'view') return fault('kind must be view, like or unlike');
  const { watchedMs, source } = value as { watchedMs?: unknown; source?: unknown };
  if (!Number.isInteger(watchedMs) || (watchedMs as number) < 0) {
    return fault('watchedMs must be a whole number of milliseconds, 0 or more');
  }
  if ((watchedMs as number) > WATCHED_MS_MAX) {
    return fault(`watchedMs must be at most ${WATCHED_MS_MAX} (one day)`);
  }
  if (source !== undefined && !isSource(source)) {
    return fault(`source must be one of ${SOURCES.join(', ')}`);
  }
  return { n, kind, video, watchedMs: watchedMs as number, source: source ?? 'direct' };
}

/** Checks the body of `POST /v1/ops`. A fault anywhere refuses the whole request. */
export function parseOpsBody(body: unknown): Parsed<readonly Op[]> {
  const list = isFields(body) ? body['ops'] : undefined;
  if (!Array.isArray(list)) return fault('the body must be {"ops": [ … ]}');
  if (list.length === 0) return fault('ops must hold at least one op');
  if (list.length > OPS_PER_REQUEST_MAX) {
    return fault(`ops may hold at most ${OPS_PER_REQUEST_MAX} ops`);
  }
  const ops: Op[] = [];
  for (let index = 0; index < list.length; index += 1) {
    const op = parseOp(list[index]);
    if (op.kind === 'fault') return fault(`ops[${index}]: ${op.detail}`);
    ops.push(op);
  }
  return { kind: 'ok', value: ops };
}

/** Checks one parsed line of a bulk request. */
export function parseBulkLine(value: unknown): BulkOp | Fault {
  const op = parseOp(value);
  if (op.kind === 'fault') return op;
  const { jurisdiction, session, subject } = value as Fields & {
    jurisdiction?: unknown;
    session?: unknown;
    subject?: unknown;
  };
  if (!isJurisdiction(jurisdiction)) return fault('jurisdiction must name a cell, such as "us"');
  if (!isSessionId(session)) return fault('session must be 1 to 64 characters of A-Z a-z 0-9 _ -');
  if (subject !== undefined && !isSubjectId(subject)) {
    return fault('subject must be 1 to 64 characters of A-Z a-z 0-9 _ -');
  }
  return { jurisdiction, session, subject, op };
}
