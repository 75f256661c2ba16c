// Good answers, and the parts of a request that every route reads the same way.

import { isVideoId } from '@holdfast/protocol/ids.ts';
import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Answers with JSON text that is ready. */
export function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
  reply.statusCode = status;
  reply.header('content-type', JSON_TYPE);
  reply.header('cache-control', 'no-store');
  return reply.send(text);
}

/** Answers with a value as JSON. */
export function sendJson(reply: FastifyReply, status: number, value: unknown): FastifyReply {
  return sendText(reply, status, JSON.stringify(value));
}

/** Milliseconds as the API writes times (A1). */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

export type Body = Readonly<Record<string, unknown>>;
type JsonBody = Readonly<{ kind: 'json'; value: unknown }> | Refusal;
type ObjectBody = Readonly<{ kind: 'object'; value: Body }> | Refusal;

const MALFORMED = refusal(
  'malformed-json',
  'The body is not valid JSON, so nothing was done. Send one JSON value in UTF-8.',
);

/** The body as JSON; routes get it as text, so that no parser runs before the route's limits. */
export function jsonBody(request: FastifyRequest): JsonBody {
  if (typeof request.body !== 'string') return MALFORMED;
  try {
    return { kind: 'json', value: JSON.parse(request.body) };
  } catch {
    return MALFORMED;
  }
}

/** The body as a JSON object; `whenAbsent` stands for no body at all. */
export function objectBody(request: FastifyRequest, whenAbsent?: Body): ObjectBody {
  if (whenAbsent !== undefined && request.body === undefined) {
    return { kind: 'object', value: whenAbsent };
  }
  const body = jsonBody(request);
  if (body.kind === 'refusal') return body;
  const { value } = body;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refusal('invalid-request', 'The body must be a JSON object.');
  }
  // An object that is no array has text for keys and unknown values.
  return { kind: 'object', value: value as Body };
}

/** A part of the path; the router has already matched it. */
export function pathPart(request: FastifyRequest, name: string): string {
  const { params } = request;
  const found = typeof params === 'object' && params !== null ? Object.entries(params) : [];
  const value: unknown = found.find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value : '';
}

/** The video in the path. */
export function pathVideo(request: FastifyRequest): VideoId | Refusal {
  const id = pathPart(request, 'id');
  if (isVideoId(id)) return id;
  return refusal('invalid-request', 'A video id is 1 to 64 characters of A-Z a-z 0-9 _ -.');
}

export const VIDEO_NOT_KNOWN = refusal(
  'unknown-video',
  'No video is registered under this id. Register it with PUT /v1/videos/{id} and a service key.',
);
