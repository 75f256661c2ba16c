// Frames of ops between a gateway and a cell: read from the other side, and so checked in every
// field. Pure.
//
// Rules: docs/spec/wire.md (W102 to W104). The form of a request and of its answer is that of
// `ops-frame.ts`; before the requests stands the epoch that the gateway believes in.

import { ByteReader, FormatError } from '@holdfast/engine/codec/bytes.ts';
import type { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import { isId, isSubjectId, isVideoId } from '@holdfast/protocol/ids.ts';
import type { Epoch } from '@holdfast/protocol/ids.ts';
import { WATCHED_MS_MAX } from '@holdfast/protocol/limits.ts';
import { isOpNumber, OUTCOMES } from '@holdfast/protocol/ops.ts';
import type { Op } from '@holdfast/protocol/ops.ts';
import type { Identity, OpGroup, SubmitReply } from '../cell-client.ts';
import { readReply, readRequest, writeReply, writeRequest } from '../ops-frame.ts';
import { FRAME_OPS_MAX, FRAME_REQUESTS_MAX } from './cell-wire.ts';

export type OpsFrame = Readonly<{
  epoch: Epoch;
  /** One for each request, in order. */
  requests: readonly (readonly OpGroup[])[];
}>;

/** What came is not of the form that this version writes. */
export type WireFault = Readonly<{ kind: 'fault'; detail: string }>;

// What `session-key.ts` makes: of a grant, or of a tenant and its own name for a session.
const GRANT_SESSION = /^~[A-Za-z0-9_-]{1,64}$/;
const BULK_SESSION = /^[a-z0-9-]{1,32}\/[A-Za-z0-9_-]{1,64}$/;
const TENANT = /^[a-z0-9-]{1,32}$/;

export function writeOpsFrame(writer: ByteWriter, { epoch, requests }: OpsFrame): void {
  writer.uint(epoch);
  for (const [index, groups] of requests.entries()) writeRequest(writer, index, groups);
}

/** Reads a frame that somebody sent. Never throws for what they sent. */
export function readOpsFrame(bytes: Uint8Array): OpsFrame | WireFault {
  const requests: (readonly OpGroup[])[] = [];
  const reader = new ByteReader(bytes);
  let ops = 0;
  try {
    const epoch = reader.uint() as Epoch;
    while (!reader.atEnd) {
      const { id, groups } = readRequest(reader);
      if (id !== requests.length) return fault('requests are not numbered one by one');
      const found = faultOfGroups(groups);
      if (found !== undefined) return fault(found);
      for (const group of groups) ops += group.ops.length;
      if (ops > FRAME_OPS_MAX) return fault(`there are more than ${FRAME_OPS_MAX} ops`);
      if (requests.push(groups) > FRAME_REQUESTS_MAX) {
        return fault(`there are more than ${FRAME_REQUESTS_MAX} requests`);
      }
    }
    return requests.length === 0 ? fault('there is no request') : { epoch, requests };
  } catch (cause) {
    if (cause instanceof FormatError) return fault(cause.message);
    throw cause;
  }
}

/** What is wrong with groups that came over a wire; names the field, never what it held. */
export function faultOfGroups(groups: readonly OpGroup[]): string | undefined {
  if (groups.length === 0) return 'a request has no ops';
  for (const { sessionKey, who, startedAtMs, ops } of groups) {
    // Without a start the cell takes the word of an integrator (V6), so the two go together.
    const isGrant = startedAtMs !== undefined;
    if (!(isGrant ? GRANT_SESSION : BULK_SESSION).test(sessionKey)) return 'a session is odd';
    if (!isIdentity(who)) return 'who acts is odd';
    if (ops.length === 0) return 'a session has no ops';
    if (!ops.every(isOp)) return 'an op is odd';
  }
  return undefined;
}

/** Whether a value has the form of somebody who acts. */
export function isIdentity(who: Identity): boolean {
  switch (who.kind) {
    case 'anonymous':
      return true;
    case 'person':
      return Number.isSafeInteger(who.person) && who.person > 0;
    case 'subject':
      return TENANT.test(who.tenant) && isSubjectId(who.subject);
    case 'account':
      return isId(who.account);
  }
}

function isOp(op: Op): boolean {
  if (!isOpNumber(op.n) || !isVideoId(op.video)) return false;
  return op.kind !== 'view' || op.watchedMs <= WATCHED_MS_MAX;
}

export function writeOpsAnswer(writer: ByteWriter, replies: readonly SubmitReply[]): void {
  for (const [index, reply] of replies.entries()) writeReply(writer, index, reply);
}

/**
 * Reads the answer to a frame: one reply for each of its requests, in order, with as many outcomes
 * as the request has ops. Never throws for what a cell sent.
 */
export function readOpsAnswer(
  bytes: Uint8Array,
  requests: readonly (readonly OpGroup[])[],
): readonly SubmitReply[] | WireFault {
  const replies: SubmitReply[] = [];
  const reader = new ByteReader(bytes);
  try {
    while (!reader.atEnd) {
      const { id, reply } = readReply(reader);
      const groups = requests[replies.length];
      if (id !== replies.length || groups === undefined) return fault('an answer is of no request');
      if (reply.kind === 'durable' && !isDurable(reply, groups)) {
        return fault('an answer does not fit its request');
      }
      replies.push(reply);
    }
  } catch (cause) {
    if (cause instanceof FormatError) return fault(cause.message);
    throw cause;
  }
  return replies.length === requests.length ? replies : fault('a request has no answer');
}

/** An outcome stands in the low half of its byte. */
const OUTCOME_MASK = 0x0f;

function isDurable(
  { epoch, seq, outcomes }: Extract<SubmitReply, { kind: 'durable' }>,
  groups: readonly OpGroup[],
): boolean {
  let ops = 0;
  for (const group of groups) ops += group.ops.length;
  if (epoch < 1 || seq < 1 || outcomes.length !== ops) return false;
  return outcomes.every((byte) => (byte & OUTCOME_MASK) < OUTCOMES.length);
}

function fault(detail: string): WireFault {
  return { kind: 'fault', detail };
}
